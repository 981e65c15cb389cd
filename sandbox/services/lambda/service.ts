import type { Service } from '../../aws/contract.ts';
import { logGroupOf } from './environment-variables.ts';
import type { EventSourceMappings, MappingInput } from './event-source-mappings.ts';
import type { LambdaFunction } from './lambda-function.ts';
import type { LambdaRuntime } from './runtime.ts';

interface InvokeInput {
  readonly FunctionName: string;
  readonly InvocationType?: string;
  readonly LogType?: string;
  readonly Payload?: Uint8Array;
  readonly Qualifier?: string;
}

interface ConfigurationInput {
  readonly FunctionName: string;
  readonly Environment?: { readonly Variables?: Readonly<Record<string, string>> };
  readonly Timeout?: number;
  readonly MemorySize?: number;
  readonly Description?: string;
}

/** The Lambda API of the sandbox's functions. Functions come from the template; the API does not create them. */
export function lambdaService(runtime: LambdaRuntime, mappings: EventSourceMappings): Service {
  return {
    name: 'lambda',
    uses: {
      Invoke: ['FunctionName', 'InvocationType', 'LogType', 'Payload', 'Qualifier'],
      GetFunction: ['FunctionName'],
      GetFunctionConfiguration: ['FunctionName'],
      ListFunctions: [],
      UpdateFunctionConfiguration: ['FunctionName', 'Environment', 'Timeout', 'MemorySize', 'Description'],
      ListEventSourceMappings: ['FunctionName', 'EventSourceArn'],
    },
    operations: { ...functionOperations(runtime), ...mappingOperations(runtime, mappings) },
    resourcePolicy: (_operation, input) => {
      const target = typeof input['FunctionName'] === 'string' ? runtime.get(input['FunctionName']) : undefined;
      return target?.config.policy === undefined ? undefined : { resource: target.arn, document: target.config.policy };
    },
  };
}

function functionOperations(runtime: LambdaRuntime): Service['operations'] {
  return {
    Invoke: async (input: InvokeInput) => invoke(runtime, input),
    GetFunction: (input: { FunctionName: string }) => {
      const target = runtime.get(input.FunctionName);
      const reserved = target.config.reservedConcurrency;
      return {
        Configuration: describe(target),
        Code: { RepositoryType: 'Sandbox', Location: target.config.codeDirectory },
        Concurrency: reserved === undefined ? undefined : { ReservedConcurrentExecutions: reserved },
      };
    },
    GetFunctionConfiguration: (input: { FunctionName: string }) => describe(runtime.get(input.FunctionName)),
    ListFunctions: () => ({ Functions: runtime.all().map(describe) }),
    UpdateFunctionConfiguration: (input: ConfigurationInput) => {
      const target = runtime.get(input.FunctionName);
      runtime.reconfigure(target, {
        ...(input.Environment === undefined ? {} : { environment: input.Environment.Variables ?? {} }),
        ...(input.Timeout === undefined ? {} : { timeoutSeconds: input.Timeout }),
        ...(input.MemorySize === undefined ? {} : { memoryMegabytes: input.MemorySize }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
      });
      return describe(target);
    },
  };
}

async function invoke(runtime: LambdaRuntime, input: InvokeInput) {
  const name = input.Qualifier === undefined ? input.FunctionName : `${input.FunctionName}:${input.Qualifier}`;
  const payload = Buffer.from(input.Payload ?? new Uint8Array());
  if (input.InvocationType === 'DryRun') {
    runtime.get(name);
    return { StatusCode: 204 };
  }
  if (input.InvocationType === 'Event') {
    runtime.invokeLater(name, payload);
    return { StatusCode: 202 };
  }
  const result = await runtime.invoke(name, payload);
  return {
    StatusCode: 200,
    FunctionError: result.functionError,
    LogResult: input.LogType === 'Tail' ? Buffer.from(result.logTail).toString('base64') : undefined,
    Payload: new Uint8Array(result.payload),
    ExecutedVersion: '$LATEST',
  };
}

function mappingOperations(runtime: LambdaRuntime, mappings: EventSourceMappings): Service['operations'] {
  return {
    CreateEventSourceMapping: (input: MappingInput) => mappings.describe(mappings.create(input)),
    GetEventSourceMapping: (input: { UUID: string }) => mappings.describe(mappings.get(input.UUID)),
    UpdateEventSourceMapping: (input: MappingInput & { UUID: string }) =>
      mappings.describe(mappings.update(input.UUID, input)),
    DeleteEventSourceMapping: (input: { UUID: string }) => mappings.describe(mappings.remove(input.UUID), 'Deleting'),
    ListEventSourceMappings: (input: { FunctionName?: string; EventSourceArn?: string }) => {
      const target = input.FunctionName === undefined ? undefined : runtime.get(input.FunctionName);
      const found = mappings
        .all()
        .filter(
          (mapping) =>
            (!target || mapping.target === target) &&
            (!input.EventSourceArn || mapping.queueArn === input.EventSourceArn),
        );
      return { EventSourceMappings: found.map((mapping) => mappings.describe(mapping)) };
    },
  };
}

function describe(target: LambdaFunction) {
  const { config } = target;
  return {
    FunctionName: config.name,
    FunctionArn: target.arn,
    Runtime: 'nodejs24.x',
    Role: config.roleArn,
    Handler: config.handler,
    Description: config.description ?? '',
    Timeout: config.timeoutSeconds,
    MemorySize: config.memoryMegabytes,
    LastModified: new Date(target.modifiedAt).toISOString().replace('Z', '+0000'),
    Version: '$LATEST',
    Environment: { Variables: { ...config.environment } },
    State: 'Active',
    LastUpdateStatus: 'Successful',
    PackageType: 'Zip',
    LoggingConfig: { LogFormat: config.logFormat ?? 'Text', LogGroup: logGroupOf(config) },
  };
}
