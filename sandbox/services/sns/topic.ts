import { account } from '../../aws/contract.ts';

export interface Subscription {
  readonly arn: string;
  readonly topicArn: string;
  readonly endpoint: string;
  /** What the mail of the confirmation carries. */
  readonly token: string;
  /** Epoch milliseconds. */
  readonly since: number;
  confirmed: boolean;
}

/** A standard topic. */
export interface Topic {
  readonly arn: string;
  readonly name: string;
  displayName: string;
  /** JSON text. */
  policy: string;
  readonly subscriptions: Map<string, Subscription>;
  /** Confirmed ones that were removed. */
  removed: number;
}

/**
 * What SNS gives a topic that is made without a policy: everybody of the account may do everything, which is what lets CloudWatch alarms of
 * the account publish (https://github.com/airbnb/binaryalert/issues/169 quotes it; SNS developer guide, "Overview of managing access").
 */
export function defaultPolicy(topicArn: string): string {
  const actions = ['GetTopicAttributes', 'SetTopicAttributes', 'AddPermission', 'RemovePermission', 'DeleteTopic'];
  return JSON.stringify({
    Version: '2008-10-17',
    Id: '__default_policy_ID',
    Statement: [
      {
        Sid: '__default_statement_ID',
        Effect: 'Allow',
        Principal: { AWS: '*' },
        Action: [...actions, 'Subscribe', 'ListSubscriptionsByTopic', 'Publish'].map((action) => `SNS:${action}`),
        Resource: topicArn,
        Condition: { StringEquals: { 'AWS:SourceOwner': account } },
      },
    ],
  });
}
