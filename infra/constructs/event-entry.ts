import { Aws, Duration, Lazy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { acknowledge } from '../acknowledge.ts';

/** AWS keeps a message at most this long; an operator must be able to be on holiday. */
const retention = Duration.days(14);

/**
 * The one way in: rules put events into the inbox; what cannot be delivered or handled ends in a dead-letter queue, what
 * cannot be understood in quarantine.
 *
 * Default settings: encrypted by SQS (the AWS managed KMS key would make EventBridge lose events), TLS only, kept 14 days;
 * a message is tried five times, 30 s apart, before it is a dead letter.
 */
export class EventEntry extends Construct {
  readonly inbox: sqs.Queue;
  readonly deadLetters: sqs.Queue;
  readonly quarantine: sqs.Queue;
  readonly undelivered: sqs.Queue;
  readonly #rules: string[] = [];

  constructor(scope: Construct, id: string) {
    super(scope, id);
    const defaults = { retentionPeriod: retention, enforceSSL: true, encryption: sqs.QueueEncryption.SQS_MANAGED };
    this.deadLetters = new sqs.Queue(this, 'DeadLetters', defaults);
    this.quarantine = new sqs.Queue(this, 'Quarantine', defaults);
    this.undelivered = new sqs.Queue(this, 'Undelivered', defaults);
    this.inbox = new sqs.Queue(this, 'Inbox', {
      ...defaults,
      visibilityTimeout: Duration.seconds(30),
      deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: 5 },
    });
    for (const queue of [this.inbox, this.undelivered]) this.#letRulesSend(queue);
    for (const queue of [this.deadLetters, this.quarantine, this.undelivered]) {
      acknowledge(queue, [
        ['AwsSolutions-SQS3', 'a last station itself: an alarm goes off on its first message'],
        ['Serverless-SQSRedrivePolicy', 'a last station itself: an alarm goes off on its first message'],
      ]);
    }
  }

  /** A rule on the default bus whose events go to the inbox; 24 h of retries, then the queue of undelivered events. */
  addRule(id: string, description: string, pattern: events.EventPattern): void {
    const rule = new events.CfnRule(this, id, {
      description,
      eventPattern: toWire(pattern),
      targets: [
        {
          id: 'Inbox',
          arn: this.inbox.queueArn,
          deadLetterConfig: { arn: this.undelivered.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      ],
    });
    this.#rules.push(rule.attrArn);
  }

  /** Only our rules may send, only from this account: without the conditions any account's rule could. */
  #letRulesSend(queue: sqs.Queue): void {
    queue.addToResourcePolicy(
      new iam.PolicyStatement({
        sid: 'OurRules',
        actions: ['sqs:SendMessage'],
        principals: [new iam.ServicePrincipal('events.amazonaws.com')],
        resources: [queue.queueArn],
        conditions: {
          StringEquals: { 'aws:SourceAccount': Aws.ACCOUNT_ID },
          ArnEquals: { 'aws:SourceArn': Lazy.list({ produce: () => this.#rules }) },
        },
      }),
    );
  }
}

function toWire(pattern: events.EventPattern): Record<string, unknown> {
  const { detailType, ...rest } = pattern;
  return { ...rest, ...(detailType && { 'detail-type': detailType }) };
}
