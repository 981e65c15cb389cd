import type { MixedInstancesPolicy } from '@aws-sdk/client-auto-scaling';
import { AwsError, notImplemented } from '../../aws/contract.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import type { LaunchTemplate } from '../ec2/launch-templates.ts';
import { capacity, type Group, type Member } from './group.ts';
import type { Mixed } from './mixed.ts';

/** What is launched next. */
export interface Choice {
  readonly instanceType: string;
  readonly spot: boolean;
}

/** Of an instances distribution. */
const used = [
  'OnDemandAllocationStrategy',
  'OnDemandBaseCapacity',
  'OnDemandPercentageAboveBaseCapacity',
  'SpotAllocationStrategy',
];

const strategies = {
  onDemand: ['prioritized', 'lowest-price'],
  spot: ['lowest-price', 'capacity-optimized', 'capacity-optimized-prioritized', 'price-capacity-optimized'],
};

/** Members with an effect. Weights, requirements, templates of overrides and prices are refused by name. Defaults: API_InstancesDistribution. */
export function mixedOf(policy: MixedInstancesPolicy, template: LaunchTemplate): Mixed {
  const path = 'MixedInstancesPolicy';
  refuseOthers(policy.LaunchTemplate, ['LaunchTemplateSpecification', 'Overrides'], `${path}.LaunchTemplate`);
  const overrides = policy.LaunchTemplate?.Overrides ?? [];
  for (const override of overrides) refuseOthers(override, ['InstanceType'], `${path}.LaunchTemplate.Overrides`);
  const given = policy.InstancesDistribution ?? {};
  refuseOthers(given, used, `${path}.InstancesDistribution`);
  // "You cannot use a launch template that requests Spot Instances" (ec2-auto-scaling-mixed-instances-groups).
  if (template.spot)
    throw new AwsError(
      'ValidationError',
      'Incompatible launch template: You cannot use a launch template that is set to request Spot Instances (InstanceMarketOptions) when you configure an Auto Scaling group with a mixed instances policy.',
    );
  return {
    instanceTypes:
      overrides.length > 0 ? overrides.map(({ InstanceType = '' }) => InstanceType) : [template.instanceType],
    onDemandBase: given.OnDemandBaseCapacity ?? 0,
    onDemandPercentage: given.OnDemandPercentageAboveBaseCapacity ?? 100,
    onDemandStrategy: known(given.OnDemandAllocationStrategy ?? 'prioritized', strategies.onDemand),
    spotStrategy: known(given.SpotAllocationStrategy ?? 'lowest-price', strategies.spot),
  };
}

/** In the shape of DescribeAutoScalingGroups. */
export function describeMixed({ template, mixed }: Pick<Group, 'template' | 'mixed'>) {
  if (!mixed) return undefined;
  return {
    LaunchTemplate: {
      LaunchTemplateSpecification: { LaunchTemplateId: template.id, LaunchTemplateName: template.name, Version: '1' },
      Overrides: mixed.instanceTypes.map((InstanceType) => ({ InstanceType })),
    },
    InstancesDistribution: {
      OnDemandAllocationStrategy: mixed.onDemandStrategy,
      OnDemandBaseCapacity: mixed.onDemandBase,
      OnDemandPercentageAboveBaseCapacity: mixed.onDemandPercentage,
      SpotAllocationStrategy: mixed.spotStrategy,
    },
  };
}

/**
 * What the group launches next: the base first, then by the percentage, On-Demand of the type that comes first, Spot of the type of which
 * there are the fewest. AWS chooses among Spot pools by price and capacity, which do not exist here; that it does not put all into one is
 * what remains of it.
 */
export function chooseLaunch(group: Group): Choice {
  const { template, mixed } = group;
  if (!mixed) return { instanceType: template.instanceType, spot: template.spot };
  const members = capacity(group);
  const onDemand = members.filter(({ instance }) => !instance.spot).length;
  const [first = template.instanceType] = mixed.instanceTypes;
  if (onDemand < onDemandOf(mixed, members.length + 1)) return { instanceType: first, spot: false };
  const count = (type: string) =>
    members.filter(({ instance }) => instance.spot && instance.instanceType === type).length;
  const [fewest = first] = mixed.instanceTypes.toSorted((left, right) => count(left) - count(right));
  return { instanceType: fewest, spot: true };
}

/** Those of the market of which there are too many: "determine which of the two types (Spot or On-Demand) should be terminated". */
export function tooMany(group: Group, members: readonly Member[]): readonly Member[] {
  const { mixed } = group;
  if (!mixed) return members;
  const all = capacity(group);
  const onDemand = all.filter(({ instance }) => !instance.spot).length;
  const spot = onDemand <= onDemandOf(mixed, all.length - 1);
  const found = members.filter(({ instance }) => instance.spot === spot);
  return found.length > 0 ? found : members;
}

/** Is everything that it launches of one market? */
export function isPure({ mixed }: Pick<Group, 'mixed'>): boolean {
  if (!mixed) return true;
  return mixed.onDemandPercentage === 100 || (mixed.onDemandPercentage === 0 && mixed.onDemandBase === 0);
}

/** On-Demand instances among so many; "if the percentages result in a fraction, Auto Scaling rounds up to the next integer in favor of On-Demand". */
function onDemandOf({ onDemandBase, onDemandPercentage }: Mixed, total: number): number {
  const above = Math.max(0, total - onDemandBase);
  return Math.min(total, onDemandBase) + Math.ceil((above * onDemandPercentage) / 100);
}

function known(strategy: string, all: readonly string[]): string {
  if (all.includes(strategy)) return strategy;
  throw notImplemented(`the allocation strategy '${strategy}'`);
}
