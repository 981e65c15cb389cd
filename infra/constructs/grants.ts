import { Arn, ArnFormat, Stack } from 'aws-cdk-lib';
import type * as dynamodb from 'aws-cdk-lib/aws-dynamodb';
import type * as sns from 'aws-cdk-lib/aws-sns';
import type { Construct } from 'constructs';
import { parameterNames } from '../../shared/config/schema.ts';
import type { SubjectKind } from '../../shared/domain/subject.ts';
import { levels, type NeedName, type Needs, variables } from '../../shared/workflow/needs.ts';
import type { Grant } from './steward-function.ts';

/** What the statements of a role depend on. */
export interface GrantContext {
  readonly scope: Construct;
  /** The stack's name. */
  readonly prefix: string;
  /** The journals that are its own, by workflow; `*` for all. */
  readonly workflow: string;
  /** What its workflow's cases are about. */
  readonly subjects: readonly SubjectKind[];
  readonly clusters: readonly string[];
  readonly table: dynamodb.Table;
  /** Where alarms go. */
  readonly topic: sns.Topic;
  /** The names of the functions of all workflows in its cell. */
  readonly functions: readonly string[];
  /** The names of the state machines and of the rules of this deployment: those of another may begin with its name. */
  readonly machines: readonly string[];
  readonly rules: readonly string[];
}

interface Granted {
  readonly environment: Readonly<Record<string, string>>;
  readonly grants: readonly Grant[];
}

/** The AWS actions behind each method of the ports. A test compares them with the calls that the functions make. */
const actions: { readonly [Name in NeedName]: Readonly<Record<string, readonly string[]>> } = {
  // The settings of a cluster may be more than one parameter holds.
  settings: { cluster: ['ssm:GetParameter', 'ssm:GetParameters'], paused: ['ssm:GetParameter'] },
  cases: {
    read: ['dynamodb:BatchGetItem'],
    renew: ['dynamodb:BatchGetItem', 'dynamodb:UpdateItem', 'dynamodb:GetItem'],
    ...write('openOrJoin', 'claim', 'abandon', 'close'),
  },
  journal: { scopeOf: ['dynamodb:GetItem'], changesOf: ['dynamodb:Query'], ...write('begin', 'intend', 'settle') },
  leases: write('take', 'release'),
  groups: {
    groupsOf: ['autoscaling:DescribeAutoScalingInstances'],
    describe: ['autoscaling:DescribeAutoScalingGroups'],
    failedLaunches: ['autoscaling:DescribeScalingActivities'],
    setDesired: ['autoscaling:SetDesiredCapacity'],
    terminate: ['autoscaling:TerminateInstanceInAutoScalingGroup'],
  },
  instances: { describe: ['ec2:DescribeInstances'] },
  executions: { start: ['states:StartExecution'], look: ['states:DescribeExecution'] },
  // Its rights are those of its Kubernetes group; the endpoint is asked of EKS.
  cluster: {},
  probes: { probe: ['lambda:InvokeFunction'] },
  deployment: { rules: ['events:ListRules'], receivers: ['sns:ListSubscriptionsByTopic'] },
};

/** A conditional write reads its row again when its condition fails: its own token may be in it. */
function write(...methods: readonly string[]): Record<string, readonly string[]> {
  return Object.fromEntries(methods.map((method) => [method, ['dynamodb:UpdateItem', 'dynamodb:GetItem']]));
}

const makers: { readonly [Name in NeedName]: (actions: readonly string[], context: GrantContext) => Granted } = {
  settings: (given, context) => ({
    environment: { [variables.prefix]: context.prefix },
    grants: parameters(given, context),
  }),
  cases: (given, context) =>
    rows(
      given,
      context,
      context.subjects.map((kind) => `case#${kind}/*`),
    ),
  journal: (given, context) => rows(given, context, [`run#${context.workflow}/*`]),
  leases: (given, context) => rows(given, context, ['lease#*']),
  groups: (given, context) => ({ environment: {}, grants: groups(given, context) }),
  instances: (given) => ({ environment: {}, grants: [unscoped(given, 'ec2:DescribeInstances takes no resource')] }),
  executions: (given, context) => ({ environment: {}, grants: executions(given, context) }),
  cluster: (_, context) => ({ environment: {}, grants: [clusters(context)] }),
  probes: (given, context) => ({
    environment: { [variables.functions]: context.functions.join(',') },
    grants: [{ actions: given, resources: context.functions.map((name) => functionArn(context.scope, name)) }],
  }),
  deployment: (_, { prefix, rules, topic }) => ({
    environment: {
      [variables.prefix]: prefix,
      [variables.rules]: rules.join(','),
      [variables.alarmTopic]: topic.topicArn,
    },
    grants: [
      unscoped(actions.deployment['rules'] ?? [], 'events:ListRules takes no resource'),
      { actions: actions.deployment['receivers'] ?? [], resources: [topic.topicArn] },
    ],
  }),
};

/** The statements and the environment of a function with these needs. */
export function grantsOf(needs: Needs, context: GrantContext): Granted {
  const granted = (Object.entries(needs) as [NeedName, string][]).map(([name, level]) => {
    const methods = (levels[name] as Readonly<Record<string, readonly string[]>>)[level] ?? [];
    const needed = [...new Set(methods.flatMap((method) => actions[name][method] ?? []))];
    return makers[name](needed, context);
  });
  return {
    environment: Object.assign({}, ...granted.map(({ environment }) => environment)) as Record<string, string>,
    grants: granted.flatMap(({ grants }) => grants),
  };
}

/** All clusters' settings: those of an unknown cluster must be missing, not forbidden. */
function parameters(given: readonly string[], { scope, prefix }: GrantContext): Grant[] {
  const names = parameterNames(prefix);
  const all = names.cluster('*');
  const nag = `arn:<AWS::Partition>:ssm:<AWS::Region>:<AWS::AccountId>:parameter${all}`;
  return [
    {
      actions: given,
      resources: [parameterArn(scope, all), parameterArn(scope, names.pause)],
      wildcards: { [nag]: 'settings of clusters and nothing else; a cluster that is not named has none' },
    },
  ];
}

/** Rows of the table whose partition key begins so. */
function rows(given: readonly string[], { table }: GrantContext, keys: readonly string[]): Granted {
  return {
    environment: { [variables.workTable]: table.tableName },
    grants: [
      {
        actions: given,
        resources: [table.tableArn],
        conditions: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': keys } },
      },
    ],
  };
}

/** Reads take no resource; only groups that carry the tag of a cluster that steward.yaml names are changed. */
function groups(given: readonly string[], { scope, clusters: named }: GrantContext): Grant[] {
  const reads = given.filter((action) => action.includes(':Describe'));
  const writes = given.filter((action) => !action.includes(':Describe'));
  const group = Arn.format(
    {
      service: 'autoscaling',
      resource: 'autoScalingGroup',
      resourceName: '*:autoScalingGroupName/*',
      arnFormat: ArnFormat.COLON_RESOURCE_NAME,
    },
    Stack.of(scope),
  );
  const nag =
    'arn:<AWS::Partition>:autoscaling:<AWS::Region>:<AWS::AccountId>:autoScalingGroup:*:autoScalingGroupName/*';
  const tagged = named.map((cluster) => ({
    actions: writes,
    resources: [group],
    conditions: { StringEquals: { [`aws:ResourceTag/kubernetes.io/cluster/${cluster}`]: ['owned', 'shared'] } },
    wildcards: {
      [nag]: "a group's ARN holds an id that nobody knows beforehand; the condition on the cluster tag narrows it",
    },
  }));
  return [unscoped(reads, 'autoscaling:Describe* take no resource'), ...(writes.length > 0 ? tagged : [])];
}

/** The state machines of this deployment, and their executions. */
function executions(given: readonly string[], { scope, machines }: GrantContext): Grant[] {
  const of = (resource: string, name: string) =>
    Arn.format(
      { service: 'states', resource, resourceName: name, arnFormat: ArnFormat.COLON_RESOURCE_NAME },
      Stack.of(scope),
    );
  const why = 'the executions of one state machine of this deployment';
  const wildcards = machines.map((name): [string, string] => [
    `arn:<AWS::Partition>:states:<AWS::Region>:<AWS::AccountId>:execution:${name}:*`,
    why,
  ]);
  return [
    {
      actions: given.filter((action) => action === 'states:StartExecution'),
      resources: machines.map((name) => of('stateMachine', name)),
    },
    {
      actions: given.filter((action) => action === 'states:DescribeExecution'),
      resources: machines.map((name) => of('execution', `${name}:*`)),
      wildcards: Object.fromEntries(wildcards),
    },
  ];
}

function clusters({ scope, clusters: named }: GrantContext): Grant {
  return {
    actions: ['eks:DescribeCluster'],
    resources: named.map((cluster) =>
      Arn.format({ service: 'eks', resource: 'cluster', resourceName: cluster }, Stack.of(scope)),
    ),
  };
}

function unscoped(given: readonly string[], why: string): Grant {
  return { actions: given, resources: ['*'], wildcards: { '*': why } };
}

function parameterArn(scope: Construct, name: string): string {
  return Arn.format({ service: 'ssm', resource: 'parameter', resourceName: name.slice(1) }, Stack.of(scope));
}

function functionArn(scope: Construct, name: string): string {
  const parts = { service: 'lambda', resource: 'function', arnFormat: ArnFormat.COLON_RESOURCE_NAME };
  return Arn.format({ ...parts, resourceName: name }, Stack.of(scope));
}
