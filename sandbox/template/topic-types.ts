import { person } from '../aws/contract.ts';
import type { Destination, Properties, ResourceType } from './contract.ts';
import { physicalName } from './physical-name.ts';

const topic: ResourceType = {
  properties: ['TopicName', 'DisplayName'],
  noEffect: { KmsMasterKeyId: 'there is no KMS here' },
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'TopicName', logicalId, 256);
    const { DisplayName } = properties;
    const input = { Name, ...(DisplayName !== undefined && { Attributes: { DisplayName } }) };
    const { TopicArn } = await destination.cloud.call<{ TopicArn: string }>('sns', 'CreateTopic', input, person);
    return { ref: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
  changes: ['DisplayName'],
  async update({ cloud }, { created, after: { DisplayName = '' } }) {
    const input = { TopicArn: created.ref, AttributeName: 'DisplayName', AttributeValue: DisplayName };
    await cloud.call('sns', 'SetTopicAttributes', input, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('sns', 'DeleteTopic', { TopicArn: created.ref }, person),
};

const topicPolicy: ResourceType = {
  properties: ['PolicyDocument', 'Topics'],
  async create(destination, properties, logicalId) {
    await setPolicy(destination, properties);
    return { ref: logicalId, attributes: {} };
  },
  changes: ['PolicyDocument'],
  update: (destination, { after }) => setPolicy(destination, after),
};

async function setPolicy({ cloud }: Destination, { PolicyDocument, Topics }: Properties): Promise<void> {
  const AttributeValue = JSON.stringify(PolicyDocument);
  for (const TopicArn of (Topics ?? []) as readonly string[])
    await cloud.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }, person);
}

const subscription: ResourceType = {
  properties: ['TopicArn', 'Protocol', 'Endpoint'],
  async create({ cloud }, properties) {
    const input = { ...properties, ReturnSubscriptionArn: true };
    const { SubscriptionArn } = await cloud.call<{ SubscriptionArn: string }>('sns', 'Subscribe', input, person);
    return { ref: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
  changes: 'replace',
  remove: ({ cloud }, { created }) => cloud.call('sns', 'Unsubscribe', { SubscriptionArn: created.ref }, person),
};

export const topicTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SNS::Subscription': subscription,
};
