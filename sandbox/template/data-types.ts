import { isDeepStrictEqual } from 'node:util';
import { account, person, region } from '../aws/contract.ts';
import {
  type Created,
  type Destination,
  LoadError,
  type Properties,
  type ResourceType,
  type Value,
} from './contract.ts';
import { physicalName } from './physical-name.ts';

const queueAttributes = [
  'DelaySeconds',
  'MaximumMessageSize',
  'MessageRetentionPeriod',
  'ReceiveMessageWaitTimeSeconds',
  'RedrivePolicy',
  'RedriveAllowPolicy',
  'SqsManagedSseEnabled',
  'VisibilityTimeout',
];

/** SQS takes every attribute as text. */
function asText(value: Value): string {
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

const queue: ResourceType = {
  properties: ['QueueName', ...queueAttributes],
  noEffect: { KmsMasterKeyId: 'there is no KMS here' },
  async create(destination, properties, logicalId) {
    const name = physicalName(destination, properties, 'QueueName', logicalId, 80);
    const input = { QueueName: name, Attributes: attributesOf(properties) };
    const { QueueUrl } = await destination.cloud.call<{ QueueUrl: string }>('sqs', 'CreateQueue', input, person);
    const Arn = `arn:aws:sqs:${region}:${account}:${name}`;
    return { ref: QueueUrl, attributes: { Arn, QueueName: name, QueueUrl } };
  },
  changes: queueAttributes,
  async update({ cloud }, { created, before, after }) {
    const gone = queueAttributes.find((name) => before[name] !== undefined && after[name] === undefined);
    if (gone !== undefined) throw new LoadError(`the sandbox does not set '${gone}' of a queue back to its default`);
    const input = { QueueUrl: created.ref, Attributes: attributesOf(after) };
    await cloud.call('sqs', 'SetQueueAttributes', input, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('sqs', 'DeleteQueue', { QueueUrl: created.ref }, person),
};

function attributesOf(properties: Properties): Record<string, string> {
  const given = queueAttributes.filter((attribute) => properties[attribute] !== undefined);
  return Object.fromEntries(given.map((attribute) => [attribute, asText(properties[attribute] ?? null)]));
}

const queuePolicy: ResourceType = {
  properties: ['PolicyDocument', 'Queues'],
  async create(destination, properties, logicalId) {
    await setPolicy(destination, properties, JSON.stringify(properties['PolicyDocument']));
    return { ref: logicalId, attributes: {} };
  },
  changes: ['PolicyDocument'],
  update: (destination, { after }) => setPolicy(destination, after, JSON.stringify(after['PolicyDocument'])),
  remove: (destination, { properties }) => setPolicy(destination, properties, ''),
};

async function setPolicy({ cloud }: Destination, { Queues }: Properties, Policy: string): Promise<void> {
  for (const QueueUrl of (Queues ?? []) as readonly string[])
    await cloud.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes: { Policy } }, person);
}

const table: ResourceType = {
  properties: [
    'TableName',
    'KeySchema',
    'AttributeDefinitions',
    'BillingMode',
    'GlobalSecondaryIndexes',
    'TimeToLiveSpecification',
    'DeletionProtectionEnabled',
  ],
  noEffect: {
    PointInTimeRecoverySpecification: 'the table lives in memory',
    SSESpecification: 'the table lives in memory',
  },
  async create(destination, properties, logicalId) {
    const { cloud } = destination;
    const TableName = physicalName(destination, properties, 'TableName', logicalId, 255);
    const { KeySchema, AttributeDefinitions, BillingMode, GlobalSecondaryIndexes, DeletionProtectionEnabled } =
      properties;
    const input = {
      TableName,
      KeySchema,
      AttributeDefinitions,
      BillingMode,
      ...(GlobalSecondaryIndexes !== undefined && { GlobalSecondaryIndexes }),
      ...(DeletionProtectionEnabled !== undefined && { DeletionProtectionEnabled }),
    };
    await cloud.call('dynamodb', 'CreateTable', input, person);
    const TimeToLiveSpecification = properties['TimeToLiveSpecification'];
    if (TimeToLiveSpecification !== undefined) {
      await untilActive(destination, TableName);
      await cloud.call('dynamodb', 'UpdateTimeToLive', { TableName, TimeToLiveSpecification }, person);
    }
    return { ref: TableName, attributes: { Arn: `arn:aws:dynamodb:${region}:${account}:table/${TableName}` } };
  },
  changes: ['TimeToLiveSpecification', 'DeletionProtectionEnabled'],
  async update({ cloud }, { created, before, after }) {
    const TableName = created.ref;
    const { TimeToLiveSpecification, DeletionProtectionEnabled = false } = after;
    await cloud.call('dynamodb', 'UpdateTable', { TableName, DeletionProtectionEnabled }, person);
    if (isDeepStrictEqual(TimeToLiveSpecification, before['TimeToLiveSpecification'])) return;
    const off = { ...(before['TimeToLiveSpecification'] as Properties | undefined), Enabled: false };
    const input = { TableName, TimeToLiveSpecification: TimeToLiveSpecification ?? off };
    await cloud.call('dynamodb', 'UpdateTimeToLive', input, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('dynamodb', 'DeleteTable', { TableName: created.ref }, person),
};

async function untilActive({ cloud }: Parameters<ResourceType['create']>[0], TableName: string): Promise<void> {
  for (let attempt = 0; attempt < 200; attempt++) {
    const answer = await cloud.call<{ Table?: { TableStatus?: string } }>(
      'dynamodb',
      'DescribeTable',
      { TableName },
      person,
    );
    if (answer.Table?.TableStatus === 'ACTIVE') return;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`table ${TableName} did not become ACTIVE`);
}

function parameterAttributes({ Type, Value }: Properties): Created['attributes'] {
  return { Type: String(Type), Value: String(Value) };
}

const parameter: ResourceType = {
  properties: ['Name', 'Type', 'Value', 'Description'],
  async create(destination, properties: Properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 1011);
    const { Type, Value, Description } = properties;
    await destination.cloud.call('ssm', 'PutParameter', { Name, Type, Value, Description }, person);
    return { ref: Name, attributes: parameterAttributes(properties) };
  },
  attributes: parameterAttributes,
  changes: ['Value', 'Description'],
  async update({ cloud }, { created, after }) {
    const { Type, Value, Description } = after;
    const input = { Name: created.ref, Type, Value, Description, Overwrite: true };
    await cloud.call('ssm', 'PutParameter', input, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('ssm', 'DeleteParameter', { Name: created.ref }, person),
};

const secret: ResourceType = {
  properties: ['Name', 'Description', 'SecretString'],
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 512);
    const { Description, SecretString } = properties;
    const input = { Name, Description, SecretString };
    const { ARN } = await destination.cloud.call<{ ARN: string }>('secretsmanager', 'CreateSecret', input, person);
    return { ref: ARN, attributes: { Id: ARN } };
  },
};

export const dataTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SQS::Queue': queue,
  'AWS::SQS::QueuePolicy': queuePolicy,
  'AWS::DynamoDB::Table': table,
  'AWS::SSM::Parameter': parameter,
  'AWS::SecretsManager::Secret': secret,
};
