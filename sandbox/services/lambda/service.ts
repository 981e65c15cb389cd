import { AwsError, type CallFacts, type Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import { describeFunction } from './describe-function.ts';
import type { EventSourceMappings, MappingInput } from './event-source-mappings.ts';
import { functionArn, functionName } from './function-name.ts';
import type { LambdaRuntime } from './runtime.ts';

interface Qualified {
  readonly FunctionName: string;
  readonly Qualifier?: string;
}

interface InvokeInput extends Qualified {
  readonly InvocationType?: string;
  readonly LogType?: string;
  readonly Payload?: Uint8Array;
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
      GetFunction: ['FunctionName', 'Qualifier'],
      GetFunctionConfiguration: ['FunctionName', 'Qualifier'],
      PublishVersion: ['FunctionName', 'CodeSha256', 'Description'],
      ListVersionsByFunction: ['FunctionName', 'MaxItems', 'Marker'],
      DeleteFunction: ['FunctionName', 'Qualifier'],
      ListFunctions: [],
      UpdateFunctionConfiguration: ['FunctionName', 'Environment', 'Timeout', 'MemorySize', 'Description'],
      ListEventSourceMappings: ['FunctionName', 'EventSourceArn'],
    },
    operations: {
      ...functionOperations(runtime),
      ...versionOperations(runtime),
      ...mappingOperations(runtime, mappings),
    },
    facts,
    resourcePolicy: (_operation, input) => {
      const { FunctionName, Qualifier } = input as Partial<Qualified>;
      const target = FunctionName === undefined ? undefined : runtime.get(FunctionName, Qualifier);
      return target?.config.policy === undefined ? undefined : { resource: target.arn, document: target.config.policy };
    },
  };
}

/** Operations on one function, or on one version of it. */
const ofFunctions = [
  'Invoke',
  'GetFunction',
  'GetFunctionConfiguration',
  'UpdateFunctionConfiguration',
  'PublishVersion',
  'ListVersionsByFunction',
  'DeleteFunction',
];

/** A right on a function says nothing about its versions: the ARN is the one that the call names. */
function facts(operation: string, input: Readonly<Record<string, unknown>>): CallFacts {
  const { FunctionName, Qualifier } = input as Partial<Qualified>;
  if (FunctionName === undefined || !ofFunctions.includes(operation)) return {};
  return { resources: [functionArn(functionName(FunctionName, Qualifier))] };
}

function functionOperations(runtime: LambdaRuntime): Service['operations'] {
  return {
    Invoke: async (input: InvokeInput) => invoke(runtime, input),
    GetFunction: ({ FunctionName, Qualifier }: Qualified) => {
      const target = runtime.get(FunctionName, Qualifier);
      const reserved = target.config.reservedConcurrency;
      return {
        Configuration: describeFunction(target),
        Code: { RepositoryType: 'Sandbox', Location: target.config.codeDirectory },
        Concurrency: reserved === undefined ? undefined : { ReservedConcurrentExecutions: reserved },
      };
    },
    GetFunctionConfiguration: ({ FunctionName, Qualifier }: Qualified) =>
      describeFunction(runtime.get(FunctionName, Qualifier)),
    ListFunctions: () => ({ Functions: runtime.all().map(describeFunction) }),
    UpdateFunctionConfiguration: (input: ConfigurationInput) => {
      runtime.reconfigure(input.FunctionName, {
        ...(input.Environment === undefined ? {} : { environment: input.Environment.Variables ?? {} }),
        ...(input.Timeout === undefined ? {} : { timeoutSeconds: input.Timeout }),
        ...(input.MemorySize === undefined ? {} : { memoryMegabytes: input.MemorySize }),
        ...(input.Description === undefined ? {} : { description: input.Description }),
      });
      return describeFunction(runtime.get(input.FunctionName));
    },
  };
}

function versionOperations(runtime: LambdaRuntime): Service['operations'] {
  return {
    PublishVersion: (input: { FunctionName: string; CodeSha256?: string; Description?: string }) => {
      const { CodeSha256 } = describeFunction(runtime.get(input.FunctionName));
      if (input.CodeSha256 !== undefined && input.CodeSha256 !== CodeSha256) {
        throw new AwsError(
          'InvalidParameterValueException',
          `CodeSHA256 (${input.CodeSha256}) is different from current CodeSHA256 in $LATEST (${CodeSha256}). Please try again with the CodeSHA256 in $LATEST.`,
          400,
          { Type: 'User' },
        );
      }
      return describeFunction(runtime.publish(input.FunctionName, input.Description));
    },
    // 50 a page: API reference, ListVersionsByFunction, MaxItems.
    ListVersionsByFunction: (input: { FunctionName: string; MaxItems?: number; Marker?: string }) => {
      const size = Math.min(50, input.MaxItems ?? 50);
      const { items, next } = pageOf(
        runtime.versions(input.FunctionName),
        size,
        input.Marker,
        'InvalidParameterValueException',
      );
      return { Versions: items.map(describeFunction), NextMarker: next };
    },
    DeleteFunction: ({ FunctionName, Qualifier }: Qualified) => {
      if (functionName(FunctionName, Qualifier).qualifier === '$LATEST') {
        throw new AwsError(
          'InvalidParameterValueException',
          '$LATEST version cannot be deleted without deleting the function.',
          400,
          { Type: 'User' },
        );
      }
      runtime.remove(FunctionName, Qualifier);
    },
  };
}

async function invoke(runtime: LambdaRuntime, input: InvokeInput) {
  const target = runtime.get(input.FunctionName, input.Qualifier);
  const payload = Buffer.from(input.Payload ?? new Uint8Array());
  if (input.InvocationType === 'DryRun') return { StatusCode: 204 };
  if (input.InvocationType === 'Event') {
    runtime.invokeLater(input.FunctionName, payload, input.Qualifier);
    return { StatusCode: 202 };
  }
  const result = await target.invoke(payload);
  return {
    StatusCode: 200,
    FunctionError: result.functionError,
    LogResult: input.LogType === 'Tail' ? Buffer.from(result.logTail).toString('base64') : undefined,
    Payload: new Uint8Array(result.payload),
    ExecutedVersion: target.version,
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
