import { Aws, Duration, Lazy } from 'aws-cdk-lib';
import * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as sqs from 'aws-cdk-lib/aws-sqs';
import { Construct } from 'constructs';
import { type Door, doors as doorNames, type EventRule } from '../../functions/intake/contract.ts';
import { kebab } from '../../shared/workflow/define-workflow.ts';
import { acknowledge } from '../acknowledge.ts';

export interface InboxProps {
  /** The stack's name. */
  readonly prefix: string;
  readonly rules: Readonly<Record<string, EventRule>>;
  /** A customer managed key; its policy must let EventBridge use it. */
  readonly key?: kms.IKey | undefined;
}

/** AWS keeps a message at most this long; an operator must be able to be on holiday. */
const retention = Duration.days(14);

/**
 * How a message comes again. What happens to nodes has two minutes: it is tried a dozen times within them. The visibility timeout may not be
 * shorter than the function's own (Lambda developer guide, "Creating and configuring an Amazon SQS event source mapping").
 */
const tries: Readonly<Record<Door, { readonly every: Duration; readonly times: number }>> = {
  urgent: { every: Duration.seconds(12), times: 12 },
  other: { every: Duration.seconds(60), times: 5 },
};

/**
 * The way in: rules put events into the queue of their door; what cannot be delivered or handled ends in a dead-letter queue, what cannot
 * be understood in quarantine.
 *
 * Default settings: encrypted by SQS (the AWS managed KMS key would make EventBridge lose events), TLS only, kept 14 days.
 */
export class Inbox extends Construct {
  readonly doors: Readonly<Record<Door, sqs.Queue>>;
  readonly deadLetters: sqs.Queue;
  readonly quarantine: sqs.Queue;
  readonly undelivered: sqs.Queue;
  readonly rules: readonly events.CfnRule[];
  readonly ruleNames: readonly string[];

  constructor(scope: Construct, id: string, { prefix, rules, key }: InboxProps) {
    super(scope, id);
    const queue = (construct: string, name: string, more: sqs.QueueProps = {}) =>
      new sqs.Queue(this, construct, {
        queueName: `${prefix}-${name}`,
        retentionPeriod: retention,
        enforceSSL: true,
        ...(key
          ? { encryption: sqs.QueueEncryption.KMS, encryptionMasterKey: key }
          : { encryption: sqs.QueueEncryption.SQS_MANAGED }),
        ...more,
      });
    this.deadLetters = queue('DeadLetters', 'dead-letters');
    this.quarantine = queue('Quarantine', 'quarantine');
    this.undelivered = queue('Undelivered', 'undelivered');
    const door = (name: Door) =>
      queue(name === 'urgent' ? 'Urgent' : 'Other', `inbox-${name}`, {
        visibilityTimeout: tries[name].every,
        deadLetterQueue: { queue: this.deadLetters, maxReceiveCount: tries[name].times },
      });
    this.doors = { urgent: door('urgent'), other: door('other') };
    this.rules = Object.entries(rules).map(([name, rule]) => this.#rule(prefix, name, rule));
    this.ruleNames = this.rules.flatMap(({ name }) => name ?? []);
    for (const name of doorNames) this.#letRulesSend(this.doors[name]);
    this.#letRulesSend(this.undelivered);
    for (const last of [this.deadLetters, this.quarantine, this.undelivered]) {
      const why = 'a last station itself: an alarm goes off on its first message';
      acknowledge(last, [
        ['AwsSolutions-SQS3', why],
        ['Serverless-SQSRedrivePolicy', why],
      ]);
    }
  }

  /** A rule on the default bus whose events go to a door; 24 h of retries, then the queue of undelivered events. */
  #rule(prefix: string, name: string, rule: EventRule): events.CfnRule {
    const { description, detailType, sources, door, detail, schedule } = rule;
    return new events.CfnRule(this, name.charAt(0).toUpperCase() + name.slice(1), {
      name: `${prefix}-${kebab(name)}`,
      description,
      ...(schedule === undefined
        ? { eventPattern: { source: sources, 'detail-type': [detailType], ...(detail && { detail }) } }
        : { scheduleExpression: schedule }),
      targets: [
        {
          id: 'Inbox',
          arn: this.doors[door].queueArn,
          deadLetterConfig: { arn: this.undelivered.queueArn },
          retryPolicy: { maximumEventAgeInSeconds: 86_400, maximumRetryAttempts: 185 },
        },
      ],
    });
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
          ArnEquals: { 'aws:SourceArn': Lazy.list({ produce: () => this.rules.map(({ attrArn }) => attrArn) }) },
        },
      }),
    );
  }
}
