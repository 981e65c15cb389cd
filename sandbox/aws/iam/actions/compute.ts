import { account } from '../../contract.ts';
import { type ActionTable, anyUuid, arn, on } from './rule.ts';

const group = arn('autoscaling', `autoScalingGroup:${anyUuid}:autoScalingGroupName/{AutoScalingGroupName}`);
const nodegroup = arn('eks', `nodegroup/{clusterName}/{nodegroupName}/${anyUuid}`);
const addon = arn('eks', `addon/{clusterName}/{addonName}/${anyUuid}`);
const cluster = arn('eks', 'cluster/{name|clusterName}');
const lambda = arn('lambda', 'function:{FunctionName}');
const experimentTemplate = arn('fis', 'experiment-template/{id|experimentTemplateId}');

/** Functions, instances, groups, clusters and experiments. */
export const computeActions: ActionTable = {
  lambda: {
    Invoke: { action: 'InvokeFunction', resource: lambda },
    ...on(lambda, 'GetFunction', 'GetFunctionConfiguration', 'UpdateFunctionConfiguration'),
    ...on(lambda, 'PublishVersion', 'ListVersionsByFunction', 'DeleteFunction'),
    ...on('*', 'ListFunctions', 'ListEventSourceMappings', 'CreateEventSourceMapping'),
    ...on(
      arn('lambda', 'event-source-mapping:{UUID}'),
      'GetEventSourceMapping',
      'UpdateEventSourceMapping',
      'DeleteEventSourceMapping',
    ),
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
    ...on('*', 'DescribeInstanceRefreshes', 'DescribeTags', 'CreateOrUpdateTags', 'DeleteTags', 'DescribeWarmPool'),
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
  fis: {
    ...on(arn('fis', 'experiment-template/*'), 'CreateExperimentTemplate'),
    ...on(experimentTemplate, 'GetExperimentTemplate', 'DeleteExperimentTemplate', 'StartExperiment'),
    ...on(arn('fis', 'experiment/{id}'), 'GetExperiment', 'StopExperiment'),
    ...on(arn('fis', 'action/{id}'), 'GetAction'),
    ...on('*', 'ListExperimentTemplates', 'ListExperiments', 'ListActions'),
  },
};
