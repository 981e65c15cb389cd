import { type Duration, RemovalPolicy } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { type TaskErrorName, taskErrors } from '../../shared/runtime/errors.ts';
import { acknowledge } from '../acknowledge.ts';

export interface WorkflowProps {
  readonly start: sfn.IChainable;
  /** Longer than the longest run that policy allows. */
  readonly timeout: Duration;
  readonly comment: string;
}

/**
 * A STANDARD state machine in JSONata.
 *
 * Default settings: X-Ray; every event logged without execution data, kept 30 days (the history holds the data for 90 days).
 */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const destination = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/eks-steward/${id}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      definitionBody: sfn.DefinitionBody.fromChainable(props.start),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      stateMachineType: sfn.StateMachineType.STANDARD,
      comment: props.comment,
      timeout: props.timeout,
      tracingEnabled: true,
      logs: { destination, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    acknowledge(this.stateMachine.role, [
      ['AwsSolutions-IAM5[Resource::*]', 'log delivery and X-Ray have no resources: their actions take only *'],
    ]);
  }
}

/** What Lambda itself may answer for a moment; source: Step Functions developer guide, "Handle transient Lambda exceptions". */
const lambdaTransient = [
  'Lambda.ServiceException',
  'Lambda.AWSLambdaException',
  'Lambda.SdkClientException',
  'Lambda.TooManyRequestsException',
  'Lambda.ClientExecutionTimeoutException',
  'Sandbox.Timedout',
  'Runtime.ExitError',
  'States.Timeout',
];

/** Every error after which asking again can help. */
export const transientErrors: readonly string[] = [
  ...(Object.keys(taskErrors) as TaskErrorName[]).filter((name) => taskErrors[name] === 'transient'),
  ...lambdaTransient,
];

/** Acknowledges that a state machine's grant on a function covers its versions too. */
export function acknowledgeInvocations(workflow: Workflow, functions: readonly lambda.Function[]): void {
  const stack = functions[0]?.stack;
  if (!stack) return;
  acknowledge(
    workflow.stateMachine.role,
    functions.map((fn) => {
      const logicalId = stack.getLogicalId(fn.node.defaultChild as lambda.CfnFunction);
      return [
        `AwsSolutions-IAM5[Resource::<${logicalId}.Arn>:*]`,
        'CDK grants the versions of the function with it; there are none',
      ];
    }),
  );
}
