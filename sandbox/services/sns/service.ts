import { AwsError, account, notImplemented, type Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import type { Subscription, Topic } from './topic.ts';
import type { Topics } from './topics.ts';

/** Items of a page (API reference, ListTopics, ListSubscriptionsByTopic). */
const pageSize = 100;

interface OfTopic {
  readonly TopicArn: string;
}
interface PageToken {
  readonly NextToken?: string;
}

/** Amazon SNS: standard topics that mail. */
export function snsService(topics: Topics): Service {
  return {
    name: 'sns',
    uses: {
      CreateTopic: ['Name', 'Attributes'],
      Publish: ['TopicArn', 'Message', 'Subject'],
      Subscribe: ['TopicArn', 'Protocol', 'Endpoint', 'ReturnSubscriptionArn'],
      ConfirmSubscription: ['TopicArn', 'Token'],
    },
    operations: { ...topicOperations(topics), ...subscriptionOperations(topics) },
    facts: (_operation, input) =>
      typeof input['SubscriptionArn'] === 'string' ? { resources: [topicOf(input['SubscriptionArn'])] } : {},
    resourcePolicy: (_operation, input) => {
      const topic = topics.find(typeof input['TopicArn'] === 'string' ? input['TopicArn'] : '');
      return topic && { resource: topic.arn, document: topic.policy };
    },
  };
}

function topicOperations(topics: Topics): Service['operations'] {
  return {
    CreateTopic: (input: { Name: string; Attributes?: Record<string, string> }) => {
      const given = Object.entries(input.Attributes ?? {});
      for (const [name] of given) checkAttribute(name);
      const topic = topics.create(input.Name);
      for (const [name, value] of given) setAttribute(topic, name, value);
      return { TopicArn: topic.arn };
    },
    DeleteTopic: ({ TopicArn }: OfTopic) => topics.remove(TopicArn),
    ListTopics: ({ NextToken }: PageToken) => {
      const { items, next } = pageOf(topics.all(), pageSize, NextToken, 'InvalidParameter');
      return { Topics: items.map(({ arn }) => ({ TopicArn: arn })), NextToken: next };
    },
    GetTopicAttributes: ({ TopicArn }: OfTopic) => ({ Attributes: attributesOf(topics.get(TopicArn)) }),
    SetTopicAttributes: (input: OfTopic & { AttributeName: string; AttributeValue?: string }) => {
      checkAttribute(input.AttributeName);
      setAttribute(topics.get(input.TopicArn), input.AttributeName, input.AttributeValue ?? '');
    },
    Publish: (input: { TopicArn?: string; Message: string; Subject?: string }) => {
      if (input.TopicArn === undefined)
        throw new AwsError(
          'InvalidParameter',
          'Invalid parameter: TopicArn or TargetArn Reason: no value for required parameter',
        );
      return { MessageId: topics.publish(input.TopicArn, input.Message, input.Subject) };
    },
  };
}

interface SubscribeInput extends OfTopic {
  readonly Protocol: string;
  readonly Endpoint?: string;
  readonly ReturnSubscriptionArn?: boolean;
}

function subscriptionOperations(topics: Topics): Service['operations'] {
  const listed = (all: readonly Subscription[], token: string | undefined) => {
    const { items, next } = pageOf(all, pageSize, token, 'InvalidParameter');
    return { Subscriptions: items.map(describe), NextToken: next };
  };
  return {
    Subscribe: ({ TopicArn, Protocol, Endpoint = '', ReturnSubscriptionArn }: SubscribeInput) => {
      if (Protocol !== 'email') throw notImplemented(`subscriptions of the protocol '${Protocol}'`);
      const { arn, confirmed } = topics.subscribe(TopicArn, Endpoint);
      return { SubscriptionArn: confirmed || ReturnSubscriptionArn === true ? arn : 'pending confirmation' };
    },
    ConfirmSubscription: ({ TopicArn, Token }: OfTopic & { Token: string }) => ({
      SubscriptionArn: topics.confirm(TopicArn, Token).arn,
    }),
    Unsubscribe: ({ SubscriptionArn }: { SubscriptionArn: string }) => topics.unsubscribe(SubscriptionArn),
    ListSubscriptions: ({ NextToken }: PageToken) =>
      listed(
        topics.all().flatMap(({ subscriptions }) => [...subscriptions.values()]),
        NextToken,
      ),
    ListSubscriptionsByTopic: ({ TopicArn, NextToken }: OfTopic & PageToken) =>
      listed([...topics.get(TopicArn).subscriptions.values()], NextToken),
  };
}

function checkAttribute(name: string): void {
  if (name !== 'DisplayName' && name !== 'Policy') throw notImplemented(`the attribute '${name}' of topics`);
}

function setAttribute(topic: Topic, name: string, value: string): void {
  if (name === 'DisplayName') topic.displayName = value;
  else topic.policy = value;
}

/** SNS counts subscriptions in text, as all attributes. */
function attributesOf({ arn, displayName, policy, subscriptions, removed }: Topic): Record<string, string> {
  const confirmed = [...subscriptions.values()].filter((each) => each.confirmed).length;
  return {
    TopicArn: arn,
    Owner: account,
    DisplayName: displayName,
    Policy: policy,
    SubscriptionsConfirmed: String(confirmed),
    SubscriptionsPending: String(subscriptions.size - confirmed),
    SubscriptionsDeleted: String(removed),
  };
}

/** A subscription has no ARN until it is confirmed (SNS developer guide, "Subscribing an email address"). */
function describe({ arn, confirmed, topicArn, endpoint }: Subscription) {
  const SubscriptionArn = confirmed ? arn : 'PendingConfirmation';
  return { SubscriptionArn, Owner: account, Protocol: 'email', Endpoint: endpoint, TopicArn: topicArn };
}

function topicOf(subscriptionArn: string): string {
  return subscriptionArn.split(':').slice(0, 6).join(':');
}
