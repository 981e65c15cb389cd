import { beforeEach, describe, expect, it } from '@jest/globals';
import { call, node, pass, tag, useWorld } from '../../world/world-lab.ts';

useWorld();

const AutoScalingGroupName = 'mixed';

interface Instance {
  readonly InstanceId: string;
  readonly InstanceType: string;
  readonly LifecycleState: string;
}

interface Created {
  readonly overrides?: readonly object[];
  readonly distribution?: object;
  readonly desired?: number;
  readonly template?: string;
}

async function create({ overrides, distribution, desired = 0, template = 'base' }: Created): Promise<void> {
  await call('autoscaling', 'CreateAutoScalingGroup', {
    AutoScalingGroupName,
    MinSize: 0,
    MaxSize: 20,
    DesiredCapacity: desired,
    AvailabilityZones: ['us-east-1a', 'us-east-1b'],
    Tags: [{ Key: tag, Value: 'owned', PropagateAtLaunch: true }],
    MixedInstancesPolicy: {
      LaunchTemplate: {
        LaunchTemplateSpecification: { LaunchTemplateName: template },
        Overrides: overrides ?? [{ InstanceType: 'm5.large' }, { InstanceType: 'm6i.large' }],
      },
      InstancesDistribution: distribution,
    },
  });
}

async function group() {
  const found = await call<{ AutoScalingGroups: { Instances: Instance[] }[] }>(
    'autoscaling',
    'DescribeAutoScalingGroups',
    { AutoScalingGroupNames: [AutoScalingGroupName] },
  );
  return found.AutoScalingGroups[0];
}

/** How many there are of each market and type. */
async function made(): Promise<Record<string, number>> {
  const Filters = [
    { Name: 'tag:aws:autoscaling:groupName', Values: [AutoScalingGroupName] },
    { Name: 'instance-state-name', Values: ['pending', 'running'] },
  ];
  const { Reservations } = await call<{
    Reservations: { Instances: { InstanceType: string; InstanceLifecycle?: string }[] }[];
  }>('ec2', 'DescribeInstances', { Filters });
  const counts: Record<string, number> = {};
  for (const { InstanceType, InstanceLifecycle = 'on-demand' } of Reservations.flatMap(({ Instances }) => Instances)) {
    const key = `${InstanceLifecycle} ${InstanceType}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }
  return counts;
}

const resize = (DesiredCapacity: number) =>
  call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity });

beforeEach(async () => {
  const LaunchTemplateData = { ImageId: 'ami-1', InstanceType: 'm4.large' };
  await call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'base', LaunchTemplateData });
  const spot = { ...LaunchTemplateData, InstanceMarketOptions: { MarketType: 'spot' } };
  await call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'spot-base', LaunchTemplateData: spot });
});

describe('a group of mixed instances', () => {
  it.each<[string, object, number, object]>([
    ['On-Demand only by default', {}, 4, { 'on-demand m5.large': 4 }],
    [
      'Spot only, spread over its types',
      { OnDemandPercentageAboveBaseCapacity: 0 },
      4,
      { 'spot m5.large': 2, 'spot m6i.large': 2 },
    ],
    [
      'a base and a share above it',
      { OnDemandBaseCapacity: 2, OnDemandPercentageAboveBaseCapacity: 50 },
      6,
      { 'on-demand m5.large': 4, 'spot m5.large': 1, 'spot m6i.large': 1 },
    ],
    [
      'a fraction in favour of On-Demand',
      { OnDemandPercentageAboveBaseCapacity: 20 },
      3,
      { 'on-demand m5.large': 1, 'spot m5.large': 1, 'spot m6i.large': 1 },
    ],
  ])('launches %s', async (_, distribution, desired, expected) => {
    await create({ distribution, desired });
    await pass(30);
    expect(await made()).toEqual(expected);
  });

  it('ends those of the market of which there are too many', async () => {
    await create({ distribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 50 }, desired: 7 });
    await pass(60);
    const spot = async () => Object.entries(await made()).filter(([key]) => key.startsWith('spot'));
    expect((await spot()).reduce((sum, [, count]) => sum + count, 0)).toBe(3);
    await resize(3);
    await pass(60);
    expect((await spot()).reduce((sum, [, count]) => sum + count, 0)).toBe(1);
    expect((await made())['on-demand m5.large']).toBe(2);
  });

  it('shows its policy in place of a launch template, and what each instance is', async () => {
    await create({ distribution: { OnDemandPercentageAboveBaseCapacity: 0 }, desired: 1 });
    await pass(30);
    expect(await group()).toMatchObject({
      MixedInstancesPolicy: {
        LaunchTemplate: {
          LaunchTemplateSpecification: { LaunchTemplateName: 'base' },
          Overrides: [{ InstanceType: 'm5.large' }, { InstanceType: 'm6i.large' }],
        },
        InstancesDistribution: {
          OnDemandBaseCapacity: 0,
          OnDemandPercentageAboveBaseCapacity: 0,
          OnDemandAllocationStrategy: 'prioritized',
          SpotAllocationStrategy: 'lowest-price',
        },
      },
      Instances: [{ InstanceType: 'm5.large' }],
    });
    expect(await group()).not.toHaveProperty('LaunchTemplate');
  });

  it('labels each node by its market', async () => {
    await create({ distribution: { OnDemandBaseCapacity: 1, OnDemandPercentageAboveBaseCapacity: 0 }, desired: 2 });
    await pass(60);
    const labels = (await group())?.Instances.map(
      ({ InstanceId }) => node(InstanceId)?.metadata.labels?.['eks.amazonaws.com/capacityType'],
    );
    expect(labels?.toSorted()).toEqual(['ON_DEMAND', 'SPOT']);
  });

  it('launches synchronously only when it is of one market', async () => {
    await create({ distribution: { OnDemandPercentageAboveBaseCapacity: 0 } });
    const launch = () =>
      call('autoscaling', 'LaunchInstances', {
        AutoScalingGroupName,
        RequestedCapacity: 2,
        AvailabilityZones: ['us-east-1a'],
      });
    expect(await launch()).toMatchObject({
      Instances: [
        { InstanceType: 'm5.large', MarketType: 'Spot' },
        { InstanceType: 'm6i.large', MarketType: 'Spot' },
      ],
    });
    const half = { LaunchTemplate: { LaunchTemplateSpecification: { LaunchTemplateName: 'base' } } };
    await call('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName,
      MixedInstancesPolicy: { ...half, InstancesDistribution: { OnDemandPercentageAboveBaseCapacity: 50 } },
    });
    await expect(launch()).rejects.toMatchObject({ message: expect.stringContaining('On-Demand and Spot') });
  });

  it.each<[string, Created, RegExp]>([
    ['a template that asks for Spot instances', { template: 'spot-base' }, /Incompatible launch template/],
    ['weights', { overrides: [{ InstanceType: 'm5.large', WeightedCapacity: '2' }] }, /WeightedCapacity/],
    ['requirements', { overrides: [{ InstanceRequirements: {} }] }, /InstanceRequirements/],
    ['a price', { distribution: { SpotMaxPrice: '1' } }, /SpotMaxPrice/],
    ['an unknown strategy', { distribution: { SpotAllocationStrategy: 'cheapest' } }, /'cheapest'/],
  ])('is refused with %s', async (_, given, message) => {
    await expect(create(given)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});
