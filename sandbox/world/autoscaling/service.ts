import type {
  AutoScalingGroupNamesType,
  CompleteLifecycleActionType,
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  DescribeAutoScalingInstancesType,
  DescribeScalingActivitiesType,
  PutLifecycleHookType,
  RecordLifecycleActionHeartbeatType,
  ScalingProcessQuery,
  SetDesiredCapacityType,
  SetInstanceProtectionQuery,
  TerminateInstanceInAutoScalingGroupType,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError, type CallFacts, type Service } from '../../aws/contract.ts';
import type { LaunchTemplate, LaunchTemplates } from '../ec2/launch-templates.ts';
import { type Zone, zoneNamed, zoneOfSubnet } from '../network.ts';
import { pageOf } from '../page.ts';
import { secondsOf } from './activities.ts';
import { describeActivity, describeGroup, describeMember } from './describe.ts';
import type { Group, HookResult, Transition } from './group.ts';
import type { Groups } from './groups.ts';
import { terminationPolicies } from './scale-in.ts';

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

function readOperations(groups: Groups): Service['operations'] {
  return {
    DescribeAutoScalingGroups: ({
      AutoScalingGroupNames: names,
      MaxRecords = 50,
      NextToken,
    }: AutoScalingGroupNamesType) => {
      const chosen = groups.all().filter(({ name }) => !names?.length || names.includes(name));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return { AutoScalingGroups: items.map(describeGroup), NextToken: next };
    },
    DescribeAutoScalingInstances: ({
      InstanceIds: ids,
      MaxRecords = 50,
      NextToken,
    }: DescribeAutoScalingInstancesType) => {
      const all = groups.all().flatMap((group) => [...group.members.values()].map((member) => ({ group, member })));
      const chosen = all.filter(({ member }) => !ids?.length || ids.includes(member.instance.instanceId));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return {
        AutoScalingInstances: items.map(({ group, member }) => ({
          ...describeMember(member),
          AutoScalingGroupName: group.name,
        })),
        NextToken: next,
      };
    },
    DescribeScalingActivities: ({
      AutoScalingGroupName: name,
      ActivityIds: ids,
      MaxRecords = 100,
      NextToken,
    }: DescribeScalingActivitiesType) => {
      const of = name === undefined ? groups.all() : [groups.get(name)];
      const all = of.flatMap((group) => group.activities.map((activity) => ({ group, activity })));
      const chosen = all.filter(({ activity }) => !ids?.length || ids.includes(activity.id));
      const { items, next } = pageOf(chosen, MaxRecords, NextToken, 'InvalidNextToken');
      return { Activities: items.map(({ group, activity }) => describeActivity(group, activity)), NextToken: next };
    },
  };
}

function sizeOperations({ groups, now }: AutoScalingParts): Service['operations'] {
  return {
    SetDesiredCapacity: ({ AutoScalingGroupName: name = '', DesiredCapacity: desired = 0 }: SetDesiredCapacityType) => {
      const group = groups.get(name);
      checkDesired(group, desired);
      group.request = `At ${secondsOf(now())} a user request explicitly set group desired capacity changing the desired capacity from ${group.desired} to ${desired}.  `;
      group.desired = desired;
      groups.look(group);
    },
    TerminateInstanceInAutoScalingGroup: (input: TerminateInstanceInAutoScalingGroupType) => {
      const id = input.InstanceId ?? '';
      const found = groups.memberOf(id);
      if (!found) {
        throw new AwsError(
          'ValidationError',
          `Instance Id not found - No managed instance found for instance ID: ${id}`,
        );
      }
      const { group, member } = found;
      const decrement = input.ShouldDecrementDesiredCapacity === true;
      if (decrement && !member.lifecycleState.startsWith('Terminating')) {
        if (group.desired - 1 < group.min) {
          throw new AwsError(
            'ValidationError',
            "Currently, desiredSize equals minSize. Terminating instance without replacement will violate group's min size constraint. Either set shouldDecrementDesiredCapacity flag to false or lower group's min size.",
          );
        }
        group.desired -= 1;
      }
      const change = decrement ? `, shrinking the capacity from ${group.desired + 1} to ${group.desired}` : '';
      const cause = `At ${secondsOf(now())} instance ${id} was taken out of service in response to a user request${change}.`;
      return { Activity: describeActivity(group, groups.terminate(group, member, cause)) };
    },
    SetInstanceProtection: ({
      AutoScalingGroupName: name = '',
      InstanceIds: ids = [],
      ProtectedFromScaleIn: on,
    }: SetInstanceProtectionQuery) => {
      const group = groups.get(name);
      for (const id of ids) {
        const member = group.members.get(id);
        if (!member)
          throw new AwsError('ValidationError', `The instance ${id} is not part of Auto Scaling group ${name}.`);
        member.protectedFromScaleIn = on === true;
      }
      return {};
    },
    SuspendProcesses: ({ AutoScalingGroupName: name = '', ScalingProcesses: processes }: ScalingProcessQuery) => {
      const group = groups.get(name);
      for (const process of processes ?? allProcesses)
        group.suspended.set(process, `User suspended at ${secondsOf(now())}`);
    },
    ResumeProcesses: ({ AutoScalingGroupName: name = '', ScalingProcesses: processes }: ScalingProcessQuery) => {
      const group = groups.get(name);
      for (const process of processes ?? allProcesses) group.suspended.delete(process);
      groups.look(group);
    },
  };
}

/** Processes that the model has; see the Auto Scaling user guide, "Suspend and resume processes". */
const allProcesses = ['Launch', 'Terminate', 'HealthCheck', 'ReplaceUnhealthy'];

function checkDesired({ max, min }: Group, desired: number): void {
  if (desired > max) {
    throw new AwsError(
      'ValidationError',
      `New SetDesiredCapacity value ${desired} is above max value ${max} for the AutoScalingGroup.`,
    );
  }
  if (desired < min) {
    throw new AwsError(
      'ValidationError',
      `New SetDesiredCapacity value ${desired} is below min value ${min} for the AutoScalingGroup.`,
    );
  }
}

function groupOperations({ groups, templates }: AutoScalingParts): Service['operations'] {
  return {
    CreateAutoScalingGroup: (input: CreateAutoScalingGroupType) => {
      const name = input.AutoScalingGroupName ?? '';
      if (groups.find(name)) {
        throw new AwsError(
          'AlreadyExists',
          'AutoScalingGroup by this name already exists - A group with the name already exists',
        );
      }
      groups.add(newGroup(name, input, templateOf(templates, input), zonesOf(input)));
    },
    UpdateAutoScalingGroup: (input: UpdateAutoScalingGroupType) => {
      const group = groups.get(input.AutoScalingGroupName ?? '');
      group.min = input.MinSize ?? group.min;
      group.max = input.MaxSize ?? group.max;
      group.capacityRebalance = input.CapacityRebalance ?? group.capacityRebalance;
      group.protectNew = input.NewInstancesProtectedFromScaleIn ?? group.protectNew;
      const desired = input.DesiredCapacity ?? Math.min(group.max, Math.max(group.min, group.desired));
      checkDesired(group, desired);
      group.desired = desired;
      groups.look(group);
    },
    DeleteAutoScalingGroup: ({ AutoScalingGroupName: name = '', ForceDelete: force }: DeleteAutoScalingGroupType) => {
      const group = groups.get(name);
      if (group.members.size > 0 && force !== true) {
        throw new AwsError(
          'ResourceInUse',
          'You cannot delete an AutoScalingGroup while there are instances or pending Spot instance request(s) still in the group.',
        );
      }
      Object.assign(group, { min: 0, desired: 0, deleting: true });
      groups.look(group);
    },
  };
}

function newGroup(name: string, input: CreateAutoScalingGroupType, template: LaunchTemplate, zones: readonly Zone[]) {
  const unknown = input.TerminationPolicies?.find((policy) => !terminationPolicies.includes(policy));
  if (unknown !== undefined)
    throw new AwsError('NotImplementedInSandbox', `The sandbox has no termination policy '${unknown}'.`, 501);
  const tags = (input.Tags ?? []).map(
    ({ Key = '', Value = '', PropagateAtLaunch }) =>
      [Key, { value: Value, propagate: PropagateAtLaunch === true }] as const,
  );
  return groupOf({
    name,
    min: input.MinSize ?? 0,
    max: input.MaxSize ?? 0,
    desired: input.DesiredCapacity ?? input.MinSize ?? 0,
    zones,
    template,
    tags: new Map(tags),
    capacityRebalance: input.CapacityRebalance === true,
    protectNew: input.NewInstancesProtectedFromScaleIn === true,
    terminationPolicies: input.TerminationPolicies ?? ['Default'],
    cooldown: input.DefaultCooldown ?? 300,
  });
}

type Given = Pick<Group, 'name' | 'min' | 'max' | 'desired' | 'zones' | 'template' | 'tags' | 'capacityRebalance'> &
  Partial<Group>;

/** A group without any history. */
export function groupOf(given: Given): Omit<Group, 'arn' | 'createdAt'> {
  return {
    cooldown: 300,
    protectNew: false,
    terminationPolicies: ['Default'],
    healthCheckType: 'EC2',
    hooks: new Map(),
    suspended: new Map(),
    members: new Map(),
    activities: [],
    failures: [],
    failedZones: new Set(),
    failedRounds: 0,
    timer: undefined,
    request: '',
    replacing: 0,
    deleting: false,
    ...given,
  };
}

function templateOf(templates: LaunchTemplates, { LaunchTemplate: named }: CreateAutoScalingGroupType): LaunchTemplate {
  const wanted = named?.LaunchTemplateId ?? named?.LaunchTemplateName ?? '';
  const template = templates.find(wanted);
  if (!template) throw new AwsError('ValidationError', `Invalid launch template: '${wanted}' does not exist`);
  return template;
}

function zonesOf({ AvailabilityZones: names, VPCZoneIdentifier: subnets }: CreateAutoScalingGroupType): Zone[] {
  const found = subnets === undefined ? (names ?? []).map(zoneNamed) : subnets.split(',').map(zoneOfSubnet);
  const zones = found.filter((zone) => zone !== undefined);
  if (zones.length === found.length && zones.length > 0) return zones;
  throw new AwsError('ValidationError', 'At least one Availability Zone or VPC Subnet is required.');
}

function hookOperations(groups: Groups): Service['operations'] {
  return {
    PutLifecycleHook: (input: PutLifecycleHookType) => {
      const group = groups.get(input.AutoScalingGroupName ?? '');
      const name = input.LifecycleHookName ?? '';
      group.hooks.set(name, {
        name,
        transition: (input.LifecycleTransition ?? '') as Transition,
        heartbeat: input.HeartbeatTimeout ?? 3_600,
        byDefault: (input.DefaultResult ?? 'ABANDON') as HookResult,
        metadata: input.NotificationMetadata,
      });
      return {};
    },
    DescribeLifecycleHooks: ({ AutoScalingGroupName: name = '' }: { AutoScalingGroupName?: string }) => ({
      LifecycleHooks: [...groups.get(name).hooks.values()].map((hook) => ({
        LifecycleHookName: hook.name,
        AutoScalingGroupName: name,
        LifecycleTransition: hook.transition,
        HeartbeatTimeout: hook.heartbeat,
        DefaultResult: hook.byDefault,
        NotificationMetadata: hook.metadata,
      })),
    }),
    DeleteLifecycleHook: ({
      AutoScalingGroupName: name = '',
      LifecycleHookName: hook = '',
    }: {
      AutoScalingGroupName?: string;
      LifecycleHookName?: string;
    }) => {
      groups.get(name).hooks.delete(hook);
      return {};
    },
    CompleteLifecycleAction: (input: CompleteLifecycleActionType) => {
      groups.hooks.complete(
        groups.get(input.AutoScalingGroupName ?? ''),
        selectionOf(input),
        (input.LifecycleActionResult ?? 'ABANDON') as HookResult,
      );
      return {};
    },
    RecordLifecycleActionHeartbeat: (input: RecordLifecycleActionHeartbeatType) => {
      groups.hooks.heartbeat(groups.get(input.AutoScalingGroupName ?? ''), selectionOf(input));
      return {};
    },
  };
}

function selectionOf(input: CompleteLifecycleActionType | RecordLifecycleActionHeartbeatType) {
  return { hook: input.LifecycleHookName ?? '', token: input.LifecycleActionToken, instanceId: input.InstanceId };
}
