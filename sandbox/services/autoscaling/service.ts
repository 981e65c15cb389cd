import type { CallFacts, Service } from '../../aws/contract.ts';
import type { LaunchTemplates } from '../ec2/launch-templates.ts';
import { groupOperations } from './group-operations.ts';
import type { Groups } from './groups.ts';
import { hookOperations } from './hook-operations.ts';
import { readOperations } from './read-operations.ts';
import { sizeOperations } from './size-operations.ts';
import { tagOperations } from './tag-operations.ts';

const uses = {
  DescribeAutoScalingGroups: ['AutoScalingGroupNames', 'MaxRecords', 'NextToken'],
  DescribeAutoScalingInstances: ['InstanceIds', 'MaxRecords', 'NextToken'],
  DescribeScalingActivities: ['ActivityIds', 'AutoScalingGroupName', 'MaxRecords', 'NextToken'],
  SetDesiredCapacity: ['AutoScalingGroupName', 'DesiredCapacity', 'HonorCooldown'],
  TerminateInstanceInAutoScalingGroup: ['InstanceId', 'ShouldDecrementDesiredCapacity'],
  CreateAutoScalingGroup: [
    'AutoScalingGroupName',
    'LaunchTemplate',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'AvailabilityZones',
    'VPCZoneIdentifier',
    'CapacityRebalance',
    'NewInstancesProtectedFromScaleIn',
    'TerminationPolicies',
    'DefaultCooldown',
    'Tags',
  ],
  UpdateAutoScalingGroup: [
    'AutoScalingGroupName',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'CapacityRebalance',
    'NewInstancesProtectedFromScaleIn',
  ],
  DeleteAutoScalingGroup: ['AutoScalingGroupName', 'ForceDelete'],
  PutLifecycleHook: [
    'LifecycleHookName',
    'AutoScalingGroupName',
    'LifecycleTransition',
    'HeartbeatTimeout',
    'DefaultResult',
    'NotificationMetadata',
  ],
  CreateOrUpdateTags: ['Tags'],
  DeleteTags: ['Tags'],
};

export interface AutoScalingParts {
  readonly groups: Groups;
  readonly templates: LaunchTemplates;
  readonly now: () => number;
}

/** Amazon EC2 Auto Scaling. */
export function autoScalingService(parts: AutoScalingParts): Service {
  return {
    name: 'autoscaling',
    uses,
    facts: (_operation, input) => factsOf(parts.groups, input),
    operations: {
      ...readOperations(parts.groups),
      ...sizeOperations(parts),
      ...groupOperations(parts),
      ...hookOperations(parts.groups),
      ...tagOperations(parts.groups),
    },
  };
}

/** The ARN and tags of the group that a call is about; for an instance, those of its group. */
function factsOf(groups: Groups, input: Readonly<Record<string, unknown>>): CallFacts {
  const name = input['AutoScalingGroupName'];
  const group = typeof name === 'string' ? groups.find(name) : groups.memberOf(String(input['InstanceId']))?.group;
  if (!group) return {};
  const tags = [...group.tags].map(([key, { value }]) => [`aws:ResourceTag/${key}`, value] as const);
  return { resources: [group.arn], keys: Object.fromEntries(tags) };
}
