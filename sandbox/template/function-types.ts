import { person } from '../aws/contract.ts';
import type { FunctionConfig } from '../services/lambda/contract.ts';
import { type Destination, LoadError, type Properties, type ResourceType, type Value } from './contract.ts';
import { physicalName } from './physical-name.ts';

function member(value: Value | undefined, key: string): Value | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Properties)[key] : undefined;
}

/** Without subnets a function is outside of any VPC (API reference, VpcConfig). */
function vpcOf(value: Value | undefined): FunctionConfig['vpc'] {
  const ids = (key: string) => (member(value, key) ?? []) as readonly string[];
  if (ids('SubnetIds').length === 0) return undefined;
  return { subnetIds: ids('SubnetIds'), securityGroupIds: ids('SecurityGroupIds') };
}

const lambdaFunction: ResourceType = {
  properties: [
    'FunctionName',
    'Code',
    'Description',
    'Environment',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'ReservedConcurrentExecutions',
    'Role',
    'Runtime',
    'Timeout',
    'VpcConfig',
  ],
  noEffect: {
    Architectures: 'functions run on this machine',
    KmsKeyArn: 'there is no KMS here',
    TracingConfig: 'there is no X-Ray here',
  },
  create(destination, properties, logicalId) {
    const config = configOf(
      destination,
      properties,
      physicalName(destination, properties, 'FunctionName', logicalId, 64),
    );
    const { arn } = destination.runtime.define(config);
    return { ref: config.name, attributes: { Arn: arn } };
  },
  changes: [
    'Code',
    'Description',
    'Environment',
    'Handler',
    'LoggingConfig',
    'MemorySize',
    'ReservedConcurrentExecutions',
    'Role',
    'Timeout',
  ],
  /** `$LATEST` changes; versions stay what they are. */
  update(destination, { created, after }) {
    destination.runtime.reconfigure(created.ref, configOf(destination, after, created.ref));
  },
  remove: ({ runtime }, { created }) => runtime.remove(created.ref),
};

function configOf(destination: Destination, properties: Properties, name: string): FunctionConfig {
  if (properties['Runtime'] !== 'nodejs24.x')
    throw new LoadError(`the sandbox has no runtime '${String(properties['Runtime'])}'`);
  const key = member(properties['Code'], 'S3Key');
  if (typeof key !== 'string') throw new LoadError('its code is not an asset of the template');
  const reserved = properties['ReservedConcurrentExecutions'];
  const logFormat = member(properties['LoggingConfig'], 'LogFormat');
  return {
    name,
    handler: String(properties['Handler']),
    codeDirectory: destination.asset(key),
    roleArn: String(properties['Role']),
    environment: (member(properties['Environment'], 'Variables') ?? {}) as Record<string, string>,
    timeoutSeconds: Number(properties['Timeout'] ?? 3),
    memoryMegabytes: Number(properties['MemorySize'] ?? 128),
    reservedConcurrency: reserved === undefined ? undefined : Number(reserved),
    logFormat: logFormat === 'JSON' ? 'JSON' : 'Text',
    logGroup: member(properties['LoggingConfig'], 'LogGroup') as string | undefined,
    description: properties['Description'] as string | undefined,
    vpc: vpcOf(properties['VpcConfig']),
  };
}

const version: ResourceType = {
  properties: ['FunctionName', 'CodeSha256', 'Description'],
  async create({ cloud, runtime }, properties) {
    const before = new Set(runtime.versions(String(properties['FunctionName'])).map(({ version }) => version));
    const answer = await cloud.call<{ FunctionArn: string; Version: string }>(
      'lambda',
      'PublishVersion',
      properties,
      person,
    );
    // CloudFormation's own words: https://github.com/serverless/serverless/issues/6349
    if (before.has(answer.Version)) {
      const { Version } = answer;
      throw new LoadError(
        `A version for this Lambda function exists ( ${Version} ). Modify the function to create a new version.`,
      );
    }
    return { ref: answer.FunctionArn, attributes: { FunctionArn: answer.FunctionArn, Version: answer.Version } };
  },
  changes: 'replace',
  remove: ({ cloud }, { created }) => cloud.call('lambda', 'DeleteFunction', { FunctionName: created.ref }, person),
};

const eventSourceMapping: ResourceType = {
  properties: [
    'BatchSize',
    'Enabled',
    'EventSourceArn',
    'FunctionName',
    'FunctionResponseTypes',
    'MaximumBatchingWindowInSeconds',
    'ScalingConfig',
  ],
  async create({ cloud }, properties) {
    const answer = await cloud.call<{ UUID: string }>('lambda', 'CreateEventSourceMapping', properties, person);
    return { ref: answer.UUID, attributes: { Id: answer.UUID } };
  },
  changes: ['BatchSize', 'Enabled', 'FunctionResponseTypes', 'MaximumBatchingWindowInSeconds', 'ScalingConfig'],
  async update({ cloud }, { created, after: { EventSourceArn: _source, ...after } }) {
    await cloud.call('lambda', 'UpdateEventSourceMapping', { ...after, UUID: created.ref }, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('lambda', 'DeleteEventSourceMapping', { UUID: created.ref }, person),
};

const stateMachine: ResourceType = {
  properties: ['StateMachineName', 'DefinitionString', 'DefinitionSubstitutions', 'RoleArn', 'StateMachineType'],
  noEffect: {
    LoggingConfiguration: 'the history has every event',
    TracingConfiguration: 'there is no X-Ray here',
  },
  async create(destination, properties, logicalId) {
    const name = physicalName(destination, properties, 'StateMachineName', logicalId, 80);
    const input = {
      name,
      definition: definitionOf(properties),
      roleArn: properties['RoleArn'],
      type: properties['StateMachineType'] ?? 'STANDARD',
    };
    const answer = await destination.cloud.call<{ stateMachineArn: string }>(
      'states',
      'CreateStateMachine',
      input,
      person,
    );
    return { ref: answer.stateMachineArn, attributes: { Arn: answer.stateMachineArn, Name: name } };
  },
  changes: ['DefinitionString', 'DefinitionSubstitutions', 'RoleArn'],
  /** "Running executions will continue to use the previous definition and roleArn" (API reference, UpdateStateMachine). */
  async update({ cloud }, { created, after }) {
    const input = { stateMachineArn: created.ref, definition: definitionOf(after), roleArn: after['RoleArn'] };
    await cloud.call('states', 'UpdateStateMachine', input, person);
  },
  remove({ cloud }, { created }) {
    return cloud.call('states', 'DeleteStateMachine', { stateMachineArn: created.ref }, person);
  },
};

function definitionOf(properties: Properties): string {
  const substitutions = (properties['DefinitionSubstitutions'] ?? {}) as Properties;
  return String(properties['DefinitionString']).replace(/\$\{([^}]+)\}/g, (whole, key: string) =>
    substitutions[key] === undefined ? whole : String(substitutions[key]),
  );
}

export const functionTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Lambda::Function': lambdaFunction,
  'AWS::Lambda::Version': version,
  'AWS::Lambda::EventSourceMapping': eventSourceMapping,
  'AWS::StepFunctions::StateMachine': stateMachine,
};
