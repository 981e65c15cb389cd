import { Arn, ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as kms from 'aws-cdk-lib/aws-kms';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sns from 'aws-cdk-lib/aws-sns';
import { Construct } from 'constructs';
import { doors, environmentNames, needs } from '../../functions/intake/contract.ts';
import { subjectKinds } from '../../shared/domain/subject.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles } from '../bundle.ts';
import { grantsOf } from './grants.ts';
import type { Inbox } from './inbox.ts';
import { StewardFunction } from './steward-function.ts';

export interface IntakeProps {
  /** The stack's name. */
  readonly prefix: string;
  readonly bundles: Bundles;
  readonly inbox: Inbox;
  /** The cell of each cluster that steward.yaml names. */
  readonly cells: ReadonlyMap<string, string>;
  /** The names of all state machines, and of all rules. */
  readonly machines: readonly string[];
  readonly rules: readonly string[];
  readonly table: dynamodb.Table;
  readonly topic: sns.Topic;
  readonly key?: kms.IKey | undefined;
}

/** Invocations at a time for each door; each takes up to 50 events. Bounded here and never by reserved concurrency. */
const maxConcurrency = 2;

/** The function that turns the events of both doors into executions. */
export class Intake extends Construct {
  readonly function: StewardFunction;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { prefix, bundles, inbox, cells, key } = props;
    const { environment, grants } = grantsOf(needs, {
      ...props,
      scope: this,
      workflow: '*',
      subjects: subjectKinds,
      clusters: [...cells.keys()],
      functions: [],
    });
    this.function = new StewardFunction(this, 'HandleInbox', {
      name: `${prefix}-intake`,
      code: bundles.directory('intake'),
      description: 'Turns AWS events into executions',
      timeout: Duration.seconds(10),
      key,
      environment: {
        ...environment,
        POWERTOOLS_SERVICE_NAME: prefix,
        [environmentNames.account]: Aws.ACCOUNT_ID,
        [environmentNames.clusters]: [...cells].map(([cluster, cell]) => `${cluster}=${cell}`).join(','),
        [environmentNames.machines]: machines(this, prefix),
        [environmentNames.urgentUrl]: inbox.doors.urgent.queueUrl,
        [environmentNames.otherUrl]: inbox.doors.other.queueUrl,
        [environmentNames.quarantineUrl]: inbox.quarantine.queueUrl,
      },
    });
    for (const grant of grants) this.function.allow(grant);
    const queues = doors.map((door) => inbox.doors[door].queueArn);
    const reading = ['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'];
    this.function.allow({ actions: reading, resources: queues });
    this.function.allow({ actions: ['sqs:SendMessage'], resources: [inbox.quarantine.queueArn] });
    for (const door of doors) this.#open(door, inbox.doors[door].queueArn);
  }

  /** No batching window: a second of waiting is a second of a spot instance's two minutes. */
  #open(door: string, queueArn: string): void {
    const mapping = new lambda.CfnEventSourceMapping(this, door === 'urgent' ? 'Urgent' : 'Other', {
      eventSourceArn: queueArn,
      functionName: this.function.function.functionName,
      batchSize: 10,
      functionResponseTypes: ['ReportBatchItemFailures'],
      scalingConfig: { maximumConcurrency: maxConcurrency },
    });
    mapping.node.addDependency(this.function.role);
    acknowledge(mapping, [
      [
        'Serverless-LambdaEventSourceMappingDestination',
        'SQS sources take none: the redrive policy of the queue has this part',
      ],
    ]);
  }
}

/** What the ARNs of our state machines begin with. */
function machines(scope: Construct, prefix: string): string {
  const parts = { service: 'states', resource: 'stateMachine', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  return Arn.format({ ...parts, resourceName: prefix }, Stack.of(scope));
}
