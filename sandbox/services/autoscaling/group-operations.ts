import type {
  CreateAutoScalingGroupType,
  DeleteAutoScalingGroupType,
  LaunchTemplateSpecification,
  UpdateAutoScalingGroupType,
} from '@aws-sdk/client-auto-scaling';
import { AwsError, notImplemented, type Service } from '../../aws/contract.ts';
import { type Zone, zoneNamed, zoneOfSubnet } from '../../world/network.ts';
import { versionNames } from '../ec2/describe-launch-templates.ts';
import type { LaunchTemplate, LaunchTemplates } from '../ec2/launch-templates.ts';
import type { Group } from './group.ts';
import type { Groups } from './groups.ts';
import { maintenanceOf } from './maintenance.ts';
import { mixedOf } from './mixed-instances.ts';
import { terminationPolicies } from './scale-in.ts';
import { checkDesired } from './size-operations.ts';

export function groupOperations({
  groups,
  templates,
}: {
  readonly groups: Groups;
  readonly templates: LaunchTemplates;
}): Service['operations'] {
  return {
    CreateAutoScalingGroup: (input: CreateAutoScalingGroupType) => {
      const name = input.AutoScalingGroupName ?? '';
      if (groups.find(name)) {
        throw new AwsError(
          'AlreadyExists',
          'AutoScalingGroup by this name already exists - A group with the name already exists',
        );
      }
      groups.add(newGroup(name, input, launchOf(templates, input), zonesOf(input)));
    },
    UpdateAutoScalingGroup: (input: UpdateAutoScalingGroupType) => {
      const group = groups.get(input.AutoScalingGroupName ?? '');
      group.min = input.MinSize ?? group.min;
      group.max = input.MaxSize ?? group.max;
      group.capacityRebalance = input.CapacityRebalance ?? group.capacityRebalance;
      group.maintenance = maintenanceOf(input.InstanceMaintenancePolicy, group.maintenance);
      if (input.LaunchTemplate ?? input.MixedInstancesPolicy) Object.assign(group, launchOf(templates, input));
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

function newGroup(
  name: string,
  input: CreateAutoScalingGroupType,
  launch: Pick<Group, 'template' | 'mixed'>,
  zones: readonly Zone[],
) {
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
    ...launch,
    maintenance: maintenanceOf(input.InstanceMaintenancePolicy, undefined),
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
    refreshes: [],
    mixed: undefined,
    maintenance: undefined,
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

type Launch = Pick<CreateAutoScalingGroupType, 'LaunchTemplate' | 'MixedInstancesPolicy'>;

/** From what the group launches. */
function launchOf(templates: LaunchTemplates, input: Launch): Pick<Group, 'template' | 'mixed'> {
  const { LaunchTemplate: named, MixedInstancesPolicy: policy } = input;
  if (named && policy)
    throw new AwsError('ValidationError', 'Valid requests must contain either LaunchTemplate or MixedInstancesPolicy.');
  if (!policy) return { template: templateNamed(templates, named), mixed: undefined };
  const template = templateNamed(templates, policy.LaunchTemplate?.LaunchTemplateSpecification);
  return { template, mixed: mixedOf(policy, template) };
}

/** Throws `ValidationError` for a template that is not there. */
export function templateNamed(
  templates: LaunchTemplates,
  named: LaunchTemplateSpecification | undefined,
): LaunchTemplate {
  const wanted = named?.LaunchTemplateId ?? named?.LaunchTemplateName ?? '';
  const template = templates.find(wanted);
  if (!template) throw new AwsError('ValidationError', `Invalid launch template: '${wanted}' does not exist`);
  const version = named?.Version ?? '$Default';
  if (!versionNames.includes(version))
    throw new AwsError('ValidationError', `Invalid launch template: '${wanted}' has no version '${version}'`);
  // Auto Scaling asks for one-time requests only (asg-launch-spot-instances).
  if (template.spotOptions?.type === 'persistent') throw notImplemented('groups with persistent Spot requests');
  return template;
}

function zonesOf({ AvailabilityZones: names, VPCZoneIdentifier: subnets }: CreateAutoScalingGroupType): Zone[] {
  const found = subnets === undefined ? (names ?? []).map(zoneNamed) : subnets.split(',').map(zoneOfSubnet);
  const zones = found.filter((zone) => zone !== undefined);
  if (zones.length === found.length && zones.length > 0) return zones;
  throw new AwsError('ValidationError', 'At least one Availability Zone or VPC Subnet is required.');
}
