import { Arn, ArnFormat, Duration, RemovalPolicy, Stack } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as kms from 'aws-cdk-lib/aws-kms';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as logs from 'aws-cdk-lib/aws-logs';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import { Construct } from 'constructs';
import { functionName, machineName } from '../../shared/config/names.ts';
import { kebab, type TaskContract, type WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles } from '../bundle.ts';
import { Flow, type Step } from './flow.ts';
import { type GrantContext, grantsOf } from './grants.ts';
import { type Network, StewardFunction } from './steward-function.ts';

/** The states of a workflow: infra/workflows/<name>.ts exports this function as `states`. */
export type StatesOf = (flow: Flow<Record<string, never>>) => Step;

export interface WorkflowProps extends Omit<GrantContext, 'scope' | 'workflow' | 'subjects'> {
  readonly workflow: WorkflowContract;
  readonly states: StatesOf;
  readonly bundles: Bundles;
  readonly bus: events.EventBus;
  /** The cell that it is in. */
  readonly cell: string;
  readonly network?: Network | undefined;
  /** A customer managed key for logs and environments. */
  readonly key?: kms.IKey | undefined;
}

/**
 * A workflow in a cell: a function for each task, with what its `needs` grant, and a STANDARD state machine in JSONata that calls their
 * published versions.
 *
 * Default settings: X-Ray; every event logged without execution data, kept 30 days (the history holds the data for 90 days).
 */
export class Workflow extends Construct {
  readonly stateMachine: sfn.StateMachine;
  readonly functions: Readonly<Record<string, StewardFunction>>;

  constructor(scope: Construct, id: string, props: WorkflowProps) {
    super(scope, id);
    const { workflow, prefix, cell } = props;
    const tasks = Object.entries(workflow.tasks);
    this.functions = Object.fromEntries(tasks.map(([name, task]) => [name, this.#function(name, task, props)]));
    const versions = anyVersion(this, machineName(prefix, cell, workflow.name));
    const called = Object.entries(this.functions).map(([name, fn]) => [name, publishedVersion(fn.function, versions)]);
    const flow = new Flow<Record<string, never>>(this, {
      workflow,
      functions: Object.fromEntries(called) as Record<string, lambda.IFunction>,
      bus: props.bus,
    });
    const stateMachineName = machineName(prefix, cell, workflow.name);
    const destination = new logs.LogGroup(this, 'Logs', {
      logGroupName: `/aws/vendedlogs/states/${stateMachineName}`,
      retention: logs.RetentionDays.ONE_MONTH,
      removalPolicy: RemovalPolicy.DESTROY,
      ...(props.key && { encryptionKey: props.key }),
    });
    this.stateMachine = new sfn.StateMachine(this, 'StateMachine', {
      stateMachineName,
      definitionBody: sfn.DefinitionBody.fromChainable(props.states(flow)),
      queryLanguage: sfn.QueryLanguage.JSONATA,
      stateMachineType: sfn.StateMachineType.STANDARD,
      comment: workflow.does,
      timeout: Duration.seconds(workflow.longestRun),
      tracingEnabled: true,
      logs: { destination, level: sfn.LogLevel.ALL, includeExecutionData: false },
    });
    if (workflow.example)
      (this.stateMachine.node.defaultChild as sfn.CfnStateMachine).addMetadata('eks-steward:drill', workflow.example);
  }

  #function(name: string, task: TaskContract, props: WorkflowProps): StewardFunction {
    const { workflow, prefix, cell, bundles, network, key } = props;
    const { environment, grants } = grantsOf(task.needs, {
      ...props,
      scope: this,
      workflow: workflow.name,
      subjects: workflow.subjects,
    });
    const fn = new StewardFunction(this, name.charAt(0).toUpperCase() + name.slice(1), {
      name: functionName(prefix, cell, workflow.name, kebab(name)),
      code: bundles.directory(`${workflow.name}/${kebab(name)}`),
      description: task.does,
      timeout: Duration.seconds(60),
      environment: { ...environment, POWERTOOLS_SERVICE_NAME: prefix },
      ...(task.memory !== undefined && { memorySize: task.memory }),
      network,
      key,
    });
    for (const grant of grants) fn.allow(grant);
    return fn;
  }
}

/**
 * The version that this deployment publishes. A state machine's role may call every version of the functions of its workflow: a run that
 * began before the deployment calls the version before. CDK alone would grant the newest and no other.
 */
function publishedVersion(fn: lambda.Function, versions: string): lambda.IFunction {
  return Object.create(fn.currentVersion, {
    resourceArnsForGrantInvoke: { value: [versions] },
  }) as lambda.IFunction;
}

/** Every version of every function of a workflow, by the beginning of their names. */
function anyVersion(scope: Construct, name: string): string {
  const nag = `arn:<AWS::Partition>:lambda:<AWS::Region>:<AWS::AccountId>:function:${name}-*:*`;
  acknowledge(scope, [
    [
      `AwsSolutions-IAM5[Resource::${nag}]`,
      'versions of the functions of one workflow: runs keep those they began with',
    ],
  ]);
  const parts = { service: 'lambda', resource: 'function', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  return Arn.format({ ...parts, resourceName: `${name}-*:*` }, Stack.of(scope));
}
