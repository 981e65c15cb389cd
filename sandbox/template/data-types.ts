import { account, person, region } from '../aws/contract.ts';
import type { Properties, ResourceType, Value } from './contract.ts';
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
  async create(destination, properties, logicalId) {
    const name = physicalName(destination, properties, 'QueueName', logicalId, 80);
    const given = queueAttributes.filter((attribute) => properties[attribute] !== undefined);
    const attributes = Object.fromEntries(given.map((attribute) => [attribute, asText(properties[attribute] ?? null)]));
    const input = { QueueName: name, Attributes: attributes };
    const { QueueUrl } = await destination.cloud.call<{ QueueUrl: string }>('sqs', 'CreateQueue', input, person);
    const Arn = `arn:aws:sqs:${region}:${account}:${name}`;
    return { ref: QueueUrl, attributes: { Arn, QueueName: name, QueueUrl } };
  },
};

const queuePolicy: ResourceType = {
  properties: ['PolicyDocument', 'Queues'],
  async create({ cloud }, properties, logicalId) {
    for (const QueueUrl of (properties['Queues'] ?? []) as readonly string[]) {
      const Attributes = { Policy: JSON.stringify(properties['PolicyDocument']) };
      await cloud.call('sqs', 'SetQueueAttributes', { QueueUrl, Attributes }, person);
    }
    return { ref: logicalId, attributes: {} };
  },
};

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

const parameter: ResourceType = {
  properties: ['Name', 'Type', 'Value', 'Description'],
  async create(destination, properties: Properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 1011);
    const { Type, Value, Description } = properties;
    await destination.cloud.call('ssm', 'PutParameter', { Name, Type, Value, Description }, person);
    return { ref: Name, attributes: { Type: String(Type), Value: String(Value) } };
  },
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
