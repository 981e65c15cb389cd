import { Arn, ArnFormat, Aws, Duration, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import * as lambda from 'aws-cdk-lib/aws-lambda';
import type * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { drillSource, environmentNames, eventTypes } from '../../functions/intake/contract.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles } from '../bundle.ts';
import type { EventEntry } from '../constructs/event-entry.ts';
import { StewardFunction } from '../constructs/steward-function.ts';
import type { Workflow } from '../constructs/workflow.ts';

export interface IntakeProps {
  readonly bundles: Bundles;
  readonly entry: EventEntry;
  readonly clusters: readonly string[];
  readonly cases: dynamodb.Table;
  readonly nodeReplacement: Workflow;
}

/** Invocations of intake at a time; each takes up to 50 events. Bounded here and never by reserved concurrency. */
const maxConcurrency = 2;

/** Rules for the events that we subscribe to, and the function that turns them into executions. */
export class Intake extends Construct {
  readonly function: StewardFunction;

  constructor(scope: Construct, id: string, props: IntakeProps) {
    super(scope, id);
    const { entry, nodeReplacement } = props;
    this.#addRules(props);
    this.function = new StewardFunction(this, 'HandleInbox', {
      bundles: props.bundles,
      entry: 'intake',
      description: 'Turns AWS events into executions',
      timeout: Duration.seconds(10),
      environment: {
        [environmentNames.account]: Aws.ACCOUNT_ID,
        [environmentNames.clusters]: props.clusters.join(','),
        [environmentNames.nodeReplacement]: nodeReplacement.stateMachine.stateMachineArn,
        [environmentNames.inboxUrl]: entry.inbox.queueUrl,
        [environmentNames.quarantineUrl]: entry.quarantine.queueUrl,
        [environmentNames.casesTable]: props.cases.tableName,
      },
    });
    // No batching window: a second of waiting is a second of a spot instance's two minutes.
    const mapping = new lambda.CfnEventSourceMapping(this, 'Inbox', {
      eventSourceArn: entry.inbox.queueArn,
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
    this.function.allow(['sqs:ReceiveMessage', 'sqs:DeleteMessage', 'sqs:GetQueueAttributes'], [entry.inbox.queueArn]);
    this.function.allow(['sqs:SendMessage'], [entry.quarantine.queueArn]);
    this.function.allow(['states:StartExecution'], [nodeReplacement.stateMachine.stateMachineArn]);
    this.#allowToSeeExecutions(nodeReplacement.stateMachine);
    this.function.allow(['dynamodb:GetItem', 'dynamodb:BatchGetItem', 'dynamodb:UpdateItem'], [props.cases.tableArn]);
    this.function.allow(['ec2:DescribeInstances'], ['*']);
  }

  /** Whether the execution that holds a case is still running. */
  #allowToSeeExecutions(machine: sfn.StateMachine): void {
    const resource = { service: 'states', resource: 'execution', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
    const arn = Arn.format({ ...resource, resourceName: `${machine.stateMachineName}:*` }, Stack.of(this));
    this.function.allow(['states:DescribeExecution'], [arn]);
    const name = `<${Stack.of(this).getLogicalId(machine.node.defaultChild as sfn.CfnStateMachine)}.Name>`;
    acknowledge(this.function.role, [
      [
        `AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*]`,
        'executions of one state machine; their names are not known beforehand',
      ],
    ]);
  }

  #addRules({ entry, nodeReplacement }: IntakeProps): void {
    const instanceEvents = { source: ['aws.ec2', drillSource] };
    entry.addRule('SpotInterruption', 'EC2 takes a Spot instance away in two minutes', {
      ...instanceEvents,
      detailType: [eventTypes.spotInterruption],
    });
    entry.addRule('RebalanceRecommendation', 'A Spot instance is at elevated risk of interruption', {
      ...instanceEvents,
      detailType: [eventTypes.rebalance],
    });
    entry.addRule('InstanceStateChange', 'An instance is being stopped or terminated', {
      ...instanceEvents,
      detailType: [eventTypes.stateChange],
      detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
    });
    entry.addRule('ExecutionEnded', 'An execution ended without tidying up', {
      source: ['aws.states'],
      detailType: [eventTypes.executionStatus],
      detail: {
        stateMachineArn: [nodeReplacement.stateMachine.stateMachineArn],
        status: ['ABORTED', 'TIMED_OUT', 'FAILED'],
      },
    });
  }
}
