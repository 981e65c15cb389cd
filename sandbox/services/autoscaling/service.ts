import type { LaunchInstancesRequest } from '@aws-sdk/client-auto-scaling';
import { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, type CallFacts, type Service } from '../../aws/contract.ts';
import type { ViewOf } from '../../world/past.ts';
import type { LaunchTemplates } from '../ec2/launch-templates.ts';
import { groupOperations } from './group-operations.ts';
import type { Groups } from './groups.ts';
import { hookOperations } from './hook-operations.ts';
import { launchInstances } from './launch-synchronously.ts';
import { membershipOperations } from './membership-operations.ts';
import { processOperations } from './process-operations.ts';
import { readOperations } from './read-operations.ts';
import { refreshOperations } from './refresh-operations.ts';
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
    'MixedInstancesPolicy',
    'InstanceMaintenancePolicy',
  ],
  UpdateAutoScalingGroup: [
    'AutoScalingGroupName',
    'MinSize',
    'MaxSize',
    'DesiredCapacity',
    'CapacityRebalance',
    'NewInstancesProtectedFromScaleIn',
    'LaunchTemplate',
    'MixedInstancesPolicy',
    'InstanceMaintenancePolicy',
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
  /** What a caller's reads show. */
  readonly viewOf: ViewOf;
}

/** Amazon EC2 Auto Scaling. */
export function autoScalingService(parts: AutoScalingParts): Service {
  const tokens = new ClientTokens(otherParameters);
  return {
    name: 'autoscaling',
    uses,
    facts: (_operation, input) => factsOf(parts.groups, input),
    operations: {
      ...readOperations((context) => parts.viewOf('autoscaling', context).groups),
      ...sizeOperations(parts),
      ...processOperations(parts.groups, parts.now),
      ...membershipOperations(parts.groups),
      ...refreshOperations(parts.groups, parts.templates),
      LaunchInstances: (input: LaunchInstancesRequest) => launchInstances(parts.groups, tokens, input),
      ...groupOperations(parts),
      ...hookOperations(parts.groups),
      ...tagOperations(parts.groups),
    },
  };
}

/** The code that the SDK knows; AWS documents no words. */
function otherParameters(): AwsError {
  return new AwsError('IdempotentParameterMismatch', 'The client token was used with other parameters before.');
}

/** The ARN and tags of the group that a call is about; for an instance, those of its group. */
function factsOf(groups: Groups, input: Readonly<Record<string, unknown>>): CallFacts {
  const name = input['AutoScalingGroupName'];
  const group = typeof name === 'string' ? groups.find(name) : groups.memberOf(String(input['InstanceId']))?.group;
  if (!group) return {};
  const tags = [...group.tags].map(([key, { value }]) => [`aws:ResourceTag/${key}`, value] as const);
  return { resources: [group.arn], keys: Object.fromEntries(tags) };
}
