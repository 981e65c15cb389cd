import { account, region } from '../contract.ts';

/**
 * The action and the resources of an operation. Templates: `{Member}` stands for the input's member, `|` separates members that are
 * tried in order; a member that is an ARN already replaces the whole template.
 */
export interface ActionRule {
  /** The IAM action, when it is not the operation's name. */
  readonly action?: string;
  readonly resource: string;
}

const arn = (service: string, rest: string) => `arn:aws:${service}:${region}:${account}:${rest}`;
/** Operations of one resource type under their own action names. */
const on = (resource: string, ...operations: readonly string[]) =>
  Object.fromEntries(operations.map((name) => [name, { resource }]));
/** Identifiers that AWS makes up and the input does not carry; policies must have a wildcard there. */
const anyUuid = '00000000-0000-4000-8000-000000000000';

const group = arn('autoscaling', `autoScalingGroup:${anyUuid}:autoScalingGroupName/{AutoScalingGroupName}`);
const nodegroup = arn('eks', `nodegroup/{clusterName}/{nodegroupName}/${anyUuid}`);
const addon = arn('eks', `addon/{clusterName}/{addonName}/${anyUuid}`);
const cluster = arn('eks', 'cluster/{name|clusterName}');
const queue = arn('sqs', '{QueueUrl:name}');
const lambda = arn('lambda', 'function:{FunctionName}');
const table = arn('dynamodb', 'table/{TableName}');
const execution = '{executionArn}';
const machine = '{stateMachineArn}';

/**
 * Operation to action and resource, by AWS's service authorization reference
 * (https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html).
 * A role's call of an operation that is not here is refused. `none` needs no right.
 */
export const actionTable: Readonly<Record<string, Readonly<Record<string, ActionRule>>>> = {
  sts: {
    // "No permissions are required to perform this operation": https://docs.aws.amazon.com/STS/latest/APIReference/API_GetCallerIdentity.html
    ...on('none', 'GetCallerIdentity'),
    ...on('{RoleArn}', 'AssumeRole'),
  },
  sqs: {
    ...on(
      queue,
      'SendMessage',
      'ReceiveMessage',
      'DeleteMessage',
      'ChangeMessageVisibility',
      'GetQueueAttributes',
      'SetQueueAttributes',
    ),
    ...on(queue, 'PurgeQueue', 'DeleteQueue', 'ListQueueTags', 'TagQueue', 'UntagQueue', 'ListDeadLetterSourceQueues'),
    ...on(arn('sqs', '{QueueName}'), 'GetQueueUrl', 'CreateQueue'),
    ...on('{SourceArn}', 'StartMessageMoveTask', 'ListMessageMoveTasks'),
    ...on(arn('sqs', '*'), 'ListQueues'),
    SendMessageBatch: { action: 'SendMessage', resource: queue },
    DeleteMessageBatch: { action: 'DeleteMessage', resource: queue },
    ChangeMessageVisibilityBatch: { action: 'ChangeMessageVisibility', resource: queue },
  },
  dynamodb: {
    ...on(
      table,
      'GetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'DescribeTable',
      'CreateTable',
      'DeleteTable',
      'UpdateTable',
    ),
    ...on(table, 'DescribeTimeToLive', 'UpdateTimeToLive'),
    ...on(arn('dynamodb', 'table/{TableName}{IndexName:index}'), 'Query', 'Scan'),
    ...on(arn('dynamodb', 'table/{RequestItems:keys}'), 'BatchGetItem', 'BatchWriteItem'),
    ...on('*', 'ListTables'),
  },
  states: {
    ...on(
      machine,
      'StartExecution',
      'StartSyncExecution',
      'DescribeStateMachine',
      'UpdateStateMachine',
      'DeleteStateMachine',
    ),
    ...on(machine, 'ListExecutions'),
    ...on(
      execution,
      'DescribeExecution',
      'StopExecution',
      'GetExecutionHistory',
      'RedriveExecution',
      'DescribeStateMachineForExecution',
    ),
    ...on(
      '*',
      'SendTaskSuccess',
      'SendTaskFailure',
      'SendTaskHeartbeat',
      'ListStateMachines',
      'CreateStateMachine',
      'ValidateStateMachineDefinition',
    ),
    ...on('*', 'TestState'),
  },
  events: {
    PutEvents: { resource: arn('events', 'event-bus/{Entries[].EventBusName=default}') },
    ...on(
      arn('events', 'rule/{EventBusName:bus}{Name|Rule}'),
      'PutRule',
      'DescribeRule',
      'EnableRule',
      'DisableRule',
      'DeleteRule',
      'PutTargets',
    ),
    ...on(arn('events', 'rule/{EventBusName:bus}{Name|Rule}'), 'RemoveTargets', 'ListTargetsByRule'),
    ...on(arn('events', 'event-bus/{Name=default}'), 'DescribeEventBus'),
    ...on('*', 'ListRules', 'ListEventBuses', 'TestEventPattern'),
  },
  scheduler: {
    ...on(
      arn('scheduler', 'schedule/{GroupName=default}/{Name}'),
      'CreateSchedule',
      'GetSchedule',
      'UpdateSchedule',
      'DeleteSchedule',
    ),
    ...on(arn('scheduler', 'schedule-group/{Name}'), 'CreateScheduleGroup', 'GetScheduleGroup', 'DeleteScheduleGroup'),
    ...on('*', 'ListSchedules', 'ListScheduleGroups'),
  },
  lambda: {
    Invoke: { action: 'InvokeFunction', resource: lambda },
    ...on(lambda, 'GetFunction', 'GetFunctionConfiguration', 'UpdateFunctionConfiguration'),
    ...on('*', 'ListFunctions', 'ListEventSourceMappings', 'CreateEventSourceMapping'),
    ...on(
      arn('lambda', 'event-source-mapping:{UUID}'),
      'GetEventSourceMapping',
      'UpdateEventSourceMapping',
      'DeleteEventSourceMapping',
    ),
  },
  ssm: {
    ...on(arn('ssm', 'parameter{Name:path}'), 'GetParameter', 'PutParameter', 'DeleteParameter'),
    ...on(arn('ssm', 'parameter{Names[]:path}'), 'GetParameters', 'DeleteParameters'),
    ...on(arn('ssm', 'parameter{Path:path}'), 'GetParametersByPath'),
    ...on('*', 'DescribeParameters'),
  },
  secretsmanager: {
    ...on(
      arn('secretsmanager', 'secret:{SecretId}-000000'),
      'GetSecretValue',
      'PutSecretValue',
      'DescribeSecret',
      'DeleteSecret',
    ),
    ...on(arn('secretsmanager', 'secret:{Name}-000000'), 'CreateSecret'),
    ...on('*', 'ListSecrets'),
  },
  logs: {
    ...on(arn('logs', 'log-group:{logGroupName}'), 'CreateLogGroup', 'PutRetentionPolicy', 'DeleteLogGroup'),
    ...on(
      arn('logs', 'log-group:{logGroupName}:*'),
      'DescribeLogStreams',
      'FilterLogEvents',
      'GetLogEvents',
      'CreateLogStream',
    ),
    ...on(arn('logs', 'log-group:{logGroupName}:log-stream:{logStreamName}'), 'PutLogEvents'),
    ...on(arn('logs', 'log-group:*'), 'DescribeLogGroups'),
  },
  monitoring: {
    ...on(
      '*',
      'PutMetricData',
      'GetMetricData',
      'GetMetricStatistics',
      'ListMetrics',
      'DescribeAlarms',
      'ListDashboards',
    ),
    ...on(arn('cloudwatch', 'alarm:{AlarmName}'), 'PutMetricAlarm'),
    ...on(`arn:aws:cloudwatch::${account}:dashboard/{DashboardName}`, 'PutDashboard', 'GetDashboard'),
  },
  autoscaling: {
    ...on(
      group,
      'CompleteLifecycleAction',
      'RecordLifecycleActionHeartbeat',
      'SetDesiredCapacity',
      'UpdateAutoScalingGroup',
      'LaunchInstances',
    ),
    ...on(
      group,
      'SuspendProcesses',
      'ResumeProcesses',
      'DetachInstances',
      'AttachInstances',
      'SetInstanceProtection',
      'SetInstanceHealth',
    ),
    ...on(
      group,
      'TerminateInstanceInAutoScalingGroup',
      'PutLifecycleHook',
      'DeleteLifecycleHook',
      'StartInstanceRefresh',
      'CancelInstanceRefresh',
    ),
    ...on(group, 'EnterStandby', 'ExitStandby'),
    ...on(
      '*',
      'DescribeAutoScalingGroups',
      'DescribeAutoScalingInstances',
      'DescribeLifecycleHooks',
      'DescribeScalingActivities',
    ),
    ...on('*', 'DescribeInstanceRefreshes', 'DescribeTags', 'CreateOrUpdateTags', 'DescribeWarmPool'),
  },
  ec2: {
    ...on(
      '*',
      'DescribeInstances',
      'DescribeInstanceStatus',
      'DescribeImages',
      'DescribeLaunchTemplates',
      'DescribeLaunchTemplateVersions',
    ),
    ...on(
      '*',
      'DescribeSubnets',
      'DescribeVolumes',
      'DescribeTags',
      'DescribeCapacityReservations',
      'DescribeCapacityBlocks',
    ),
    ...on(
      '*',
      'DescribeInstanceTypes',
      'DescribeInstanceTypeOfferings',
      'DescribeSpotInstanceRequests',
      'DescribeAvailabilityZones',
    ),
    ...on('*', 'DescribeSecurityGroups', 'DescribeVpcs', 'DescribeNetworkInterfaces', 'DescribeInstanceEventWindows'),
    ...on(
      arn('ec2', 'instance/{InstanceIds[]}'),
      'TerminateInstances',
      'RebootInstances',
      'StopInstances',
      'StartInstances',
    ),
    ...on(
      arn('ec2', 'launch-template/{LaunchTemplateId|LaunchTemplateName}'),
      'CreateLaunchTemplateVersion',
      'ModifyLaunchTemplate',
    ),
    ...on(arn('ec2', 'instance/{InstanceId}'), 'DescribeInstanceAttribute'),
    ...on(arn('ec2', 'instance/{Resources[]}'), 'CreateTags', 'DeleteTags'),
  },
  eks: {
    ...on(
      cluster,
      'DescribeCluster',
      'UpdateClusterVersion',
      'UpdateClusterConfig',
      'ListInsights',
      'DescribeInsight',
      'StartInsightsRefresh',
    ),
    ...on(
      cluster,
      'ListNodegroups',
      'ListAddons',
      'ListUpdates',
      'DescribeUpdate',
      'DescribeInsightsRefresh',
      'ListAccessEntries',
      'CancelUpdate',
    ),
    ...on(cluster, 'ListPodIdentityAssociations', 'ListFargateProfiles'),
    ...on(nodegroup, 'DescribeNodegroup', 'UpdateNodegroupVersion', 'UpdateNodegroupConfig'),
    ...on(addon, 'DescribeAddon', 'UpdateAddon', 'DeleteAddon'),
    ...on(cluster, 'CreateAddon'),
    ...on(
      arn('eks', `access-entry/{clusterName}/role/${account}/{principalArn:name}/${anyUuid}`),
      'DescribeAccessEntry',
    ),
    ...on('*', 'ListClusters', 'DescribeAddonVersions', 'DescribeAddonConfiguration', 'DescribeClusterVersions'),
  },
};
