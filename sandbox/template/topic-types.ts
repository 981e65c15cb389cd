import { person } from '../aws/contract.ts';
import type { ResourceType } from './contract.ts';
import { physicalName } from './physical-name.ts';

const topic: ResourceType = {
  properties: ['TopicName', 'DisplayName'],
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'TopicName', logicalId, 256);
    const { DisplayName } = properties;
    const input = { Name, ...(DisplayName !== undefined && { Attributes: { DisplayName } }) };
    const { TopicArn } = await destination.cloud.call<{ TopicArn: string }>('sns', 'CreateTopic', input, person);
    return { ref: TopicArn, attributes: { TopicArn, TopicName: Name } };
  },
};

const topicPolicy: ResourceType = {
  properties: ['PolicyDocument', 'Topics'],
  async create({ cloud }, properties, logicalId) {
    const AttributeValue = JSON.stringify(properties['PolicyDocument']);
    for (const TopicArn of (properties['Topics'] ?? []) as readonly string[])
      await cloud.call('sns', 'SetTopicAttributes', { TopicArn, AttributeName: 'Policy', AttributeValue }, person);
    return { ref: logicalId, attributes: {} };
  },
};

const subscription: ResourceType = {
  properties: ['TopicArn', 'Protocol', 'Endpoint'],
  async create({ cloud }, properties) {
    const input = { ...properties, ReturnSubscriptionArn: true };
    const { SubscriptionArn } = await cloud.call<{ SubscriptionArn: string }>('sns', 'Subscribe', input, person);
    return { ref: SubscriptionArn, attributes: { Arn: SubscriptionArn } };
  },
};

export const topicTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::SNS::Topic': topic,
  'AWS::SNS::TopicPolicy': topicPolicy,
  'AWS::SNS::Subscription': subscription,
};
