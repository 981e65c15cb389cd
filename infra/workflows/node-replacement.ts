import { Arn, ArnFormat, Duration, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as events from 'aws-cdk-lib/aws-events';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { defaultPrefix, parameterNames } from '../../shared/config/schema.ts';
import { acknowledge } from '../acknowledge.ts';
import type { Bundles, FunctionName } from '../bundle.ts';
import { StewardFunction } from '../constructs/steward-function.ts';
import { acknowledgeInvocations, Workflow } from '../constructs/workflow.ts';
import { nodeReplacementStates } from './node-replacement-states.ts';

export interface NodeReplacementProps {
  readonly bundles: Bundles;
  /** Clusters that steward.yaml names; the functions may describe these and no others. */
  readonly clusters: readonly string[];
  readonly cases: dynamodb.Table;
  readonly bus: events.EventBus;
}

/** Which calls to Auto Scaling each function makes. */
const reading = [
  'autoscaling:DescribeAutoScalingInstances',
  'autoscaling:DescribeAutoScalingGroups',
  'autoscaling:DescribeScalingActivities',
];
const resizing = ['autoscaling:SetDesiredCapacity'];
const ending = ['autoscaling:TerminateInstanceInAutoScalingGroup'];
const caseRights = ['GetItem', 'BatchGetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);

/** The longest drain that policy allows is 12 h, its replacement 1 h before and after. */
const longestRun = Duration.hours(15);

/** Functions, state machine and rights of the workflow that replaces nodes. */
export class NodeReplacement extends Construct {
  readonly workflow: Workflow;
  readonly functions: readonly StewardFunction[];

  constructor(scope: Construct, id: string, props: NodeReplacementProps) {
    super(scope, id);
    const make = (name: string, entry: FunctionName, description: string, writes: readonly string[]) =>
      this.#function(props, name, entry, description, writes);
    const fns = {
      assessNodes: make('AssessNodes', 'assessNodes', 'Decides what is ours to do about nodes', []),
      cordonNodes: make('CordonNodes', 'cordonNodes', 'Cordons, taints and labels nodes', []),
      launchReplacements: make('LaunchReplacements', 'launchReplacements', 'Asks groups for new instances', resizing),
      drainNodes: make('DrainNodes', 'drainNodes', 'Evicts the pods of nodes within their deadline', []),
      terminateNodes: make('TerminateNodes', 'terminateNodes', 'Ends drained instances in their groups', [
        ...resizing,
        ...ending,
      ]),
      rollBackNodes: make('RollBackNodes', 'rollBackNodes', 'Puts back what a run had changed', [
        ...resizing,
        ...ending,
      ]),
    };
    this.functions = Object.values(fns);
    const start = nodeReplacementStates(
      this,
      {
        assessNodes: fns.assessNodes.function,
        cordonNodes: fns.cordonNodes.function,
        launchReplacements: fns.launchReplacements.function,
        drainNodes: fns.drainNodes.function,
        terminateNodes: fns.terminateNodes.function,
        rollBackNodes: fns.rollBackNodes.function,
      },
      props.bus,
    );
    this.workflow = new Workflow(this, 'Workflow', {
      start,
      timeout: longestRun,
      comment: 'Drains and replaces nodes that are interrupted, recommended for rebalancing, or named by a person',
    });
    acknowledgeInvocations(
      this.workflow,
      this.functions.map((fn) => fn.function),
    );
  }

  #function(
    props: NodeReplacementProps,
    id: string,
    entry: FunctionName,
    description: string,
    writes: readonly string[],
  ) {
    const fn = new StewardFunction(this, id, {
      bundles: props.bundles,
      entry,
      description,
      timeout: Duration.seconds(60),
      environment: { STEWARD_CASES_TABLE: props.cases.tableName },
    });
    fn.allow(
      ['eks:DescribeCluster'],
      props.clusters.map((cluster) => eksArn(this, cluster)),
    );
    // All of them: the settings of an unknown cluster must be missing, not forbidden.
    fn.allow(
      ['ssm:GetParameter', 'ssm:GetParameters'],
      [
        parameterArn(this, parameterNames(defaultPrefix).cluster('*')),
        parameterArn(this, parameterNames(defaultPrefix).pause),
      ],
    );
    acknowledge(fn.role, [
      [
        'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter/eks-steward/clusters/*]',
        'settings of clusters and nothing else; a cluster that is not named has none',
      ],
    ]);
    fn.allow(caseRights, [props.cases.tableArn]);
    fn.allow(reading, ['*']);
    if (writes.length > 0) this.#allowOnGroups(fn, props.clusters, writes);
    return fn;
  }

  /** Only groups that carry the tag of a named cluster: tags select, configuration authorises. */
  #allowOnGroups(fn: StewardFunction, clusters: readonly string[], actions: readonly string[]): void {
    const group = Arn.format(
      {
        service: 'autoscaling',
        resource: 'autoScalingGroup',
        resourceName: '*:autoScalingGroupName/*',
        arnFormat: ArnFormat.COLON_RESOURCE_NAME,
      },
      Stack.of(this),
    );
    for (const cluster of clusters) {
      fn.role.addToPrincipalPolicy(
        new iam.PolicyStatement({
          actions: [...actions],
          resources: [group],
          conditions: { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: ['owned', 'shared'] } },
        }),
      );
    }
    acknowledge(fn.role, [
      [
        'AwsSolutions-IAM5[Resource::arn:<AWS::Partition>:autoscaling:<AWS::Region>:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/*]',
        'the ARN of a group holds an id that nobody knows beforehand; the condition on the cluster tag narrows it',
      ],
    ]);
  }
}

function eksArn(scope: Construct, cluster: string): string {
  return Arn.format({ service: 'eks', resource: 'cluster', resourceName: cluster }, Stack.of(scope));
}

function parameterArn(scope: Construct, name: string): string {
  return Arn.format({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }, Stack.of(scope));
}
