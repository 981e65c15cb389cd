import { describe, expect, it } from '@jest/globals';
import { createCluster } from '../../../sandbox/kubernetes/cluster.ts';
import { openAll } from '../../../sandbox/part.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { createWorld } from '../../../sandbox/world/world.ts';
import { testCloud } from '../aws/support.ts';
import { worldFile } from './support.ts';
import { call, firstOf, isReady, members, node, of, pass, serving, small, useWorld, world } from './world-lab.ts';

useWorld();

const network = (name: string) => ({
  name,
  subnets: [`subnet-000000${name}a`, `subnet-000000${name}b`],
  'security-groups': [`sg-0000000${name}`],
});

describe('a world', () => {
  it('begins at rest, with its instances as Ready nodes over all zones', async () => {
    expect(world.settled()).toBe(true);
    const zones = (await members()).map(({ AvailabilityZone }) => AvailabilityZone);
    expect(zones.toSorted()).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
    const id = await firstOf();
    expect(isReady(node(id))).toBe(true);
    expect(node(id)?.metadata.labels).toMatchObject({
      'topology.kubernetes.io/region': 'us-east-1',
      'node.kubernetes.io/instance-type': 'm5.xlarge',
      'eks.amazonaws.com/capacityType': 'SPOT',
    });
  });

  it.each([
    ['an unknown key', { ...small, colour: 1 }, /colour/],
    [
      'a group larger than its maximum',
      { ...small, groups: [{ name: 'g', cluster: 'demo', desired: 3, max: 2 }] },
      /min <= desired <= max/,
    ],
    [
      'a zone that is not there',
      { ...small, groups: [{ name: 'g', cluster: 'demo', desired: 1, max: 2, zones: ['us-east-1a', 'us-east-1z'] }] },
      /groups\.0\.zones\.1: there is no zone 'us-east-1z'/,
    ],
    ['a group of no cluster', { ...small, groups: [{ name: 'g', cluster: 'other', desired: 1, max: 2 }] }, /'other'/],
    [
      'an object that the API server refuses',
      {
        ...small,
        manifests: {
          demo: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: {} }],
        },
      },
      /manifests\.demo/,
    ],
    [
      'a private endpoint without subnets',
      { clusters: [{ name: 'demo', endpoint: 'private' }] },
      /demo: a private endpoint needs/,
    ],
    [
      'a subnet of no network',
      { clusters: [{ name: 'demo', subnets: ['subnet-00000001', 'subnet-00000002'] }] },
      /no network has the subnet 'subnet-00000001'/,
    ],
    [
      'a cluster in two networks',
      {
        networks: [network('1'), network('2')],
        clusters: [{ name: 'demo', subnets: ['subnet-0000001a', 'subnet-0000002a'] }],
      },
      /demo: its subnets are in more than one network/,
    ],
    [
      "another network's security group",
      {
        networks: [network('1'), network('2')],
        clusters: [
          { name: 'demo', subnets: ['subnet-0000001a', 'subnet-0000001b'], 'security-groups': ['sg-00000002'] },
        ],
      },
      /the network '1' has no security group 'sg-00000002'/,
    ],
    ['a network twice', { ...small, networks: [network('1'), network('1')] }, /networks: '1' is there twice/],
    [
      'an unknown VPC endpoint',
      { ...small, networks: [{ ...network('1'), endpoints: ['s4'] }] },
      /networks\.0\.endpoints/,
    ],
    [
      'a group where its cluster has no subnet',
      {
        networks: [network('1')],
        clusters: [{ name: 'demo', subnets: ['subnet-0000001a', 'subnet-0000001b'] }],
        groups: [{ name: 'g', cluster: 'demo', desired: 1, max: 1, zones: ['us-east-1c'] }],
      },
      /group g: the network of demo has subnets in us-east-1a, us-east-1b only/,
    ],
  ])('is refused with %s, by its path', async (_, given, message) => {
    const other = testCloud();
    const { clock, roles } = other;
    const begun = async () => {
      const broken = createWorld(
        { clock, random: seededRandom(1), roles, emit: () => undefined, createCluster },
        worldFile(given),
      );
      await openAll([broken]);
    };
    await expect(begun()).rejects.toThrow(message);
    other.clock.close();
  });
});

describe('a Spot instance', () => {
  it('is warned of and taken away two minutes later', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([
      { 'instance-id': id, 'instance-action': 'terminate' },
    ]);
    await pass(119);
    expect(of('EC2 Instance State-change Notification')).toEqual([]);
    await pass(2);
    expect(of('EC2 Instance State-change Notification')[0]).toEqual({ 'instance-id': id, state: 'shutting-down' });
  });

  it('that hibernates is not given any time', async () => {
    world.interruptSpot(await firstOf(), { action: 'hibernate' });
    await pass(1);
    expect(of('EC2 Instance State-change Notification')[0]).toMatchObject({ state: 'stopping' });
  });

  it('is replaced by its group after a health check, and its node leaves', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    await pass(400);
    expect(await serving()).toHaveLength(3);
    expect(await serving()).not.toContain(id);
    expect(node(id)).toBeUndefined();
  });

  it('can only be interrupted while it runs, and once', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    expect(() => world.interruptSpot(id)).toThrow(/already/);
    expect(() => world.interruptSpot('i-00000000000000000')).toThrow(/no instance/);
  });
});

describe('EC2', () => {
  it('describes instances by filter and by id, with the errors of AWS', async () => {
    const id = await firstOf();
    const found = await call<{
      Reservations: { Instances: { InstanceId: string; InstanceLifecycle: string; PrivateDnsName: string }[] }[];
    }>('ec2', 'DescribeInstances', { Filters: [{ Name: 'instance-id', Values: [id, 'i-00000000000000000'] }] });
    expect(found.Reservations.flatMap(({ Instances }) => Instances)).toMatchObject([
      { InstanceId: id, InstanceLifecycle: 'spot', PrivateDnsName: node(id)?.metadata.name },
    ]);
    await expect(call('ec2', 'DescribeInstances', { InstanceIds: ['i-00000000000000000'] })).rejects.toMatchObject({
      code: 'InvalidInstanceID.NotFound',
    });
    await expect(call('ec2', 'DescribeInstances', { InstanceIds: ['nonsense'] })).rejects.toMatchObject({
      code: 'InvalidInstanceID.Malformed',
    });
  });

  it('tells of every state of an instance, and forgets its name when it has ended', async () => {
    const { Instances } = await call<{ Instances: [{ InstanceId: string }] }>('ec2', 'RunInstances', {
      ImageId: 'ami-1',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
    });
    await pass(20);
    await call('ec2', 'TerminateInstances', { InstanceIds: [Instances[0].InstanceId] });
    await pass(60);
    expect(of('EC2 Instance State-change Notification').map(({ state }) => state)).toEqual([
      'pending',
      'running',
      'shutting-down',
      'terminated',
    ]);
    const found = await call<{ Reservations: [{ Instances: [{ PrivateDnsName?: string; State: { Name: string } }] }] }>(
      'ec2',
      'DescribeInstances',
      { InstanceIds: [Instances[0].InstanceId] },
    );
    expect(found.Reservations[0].Instances[0]).toMatchObject({ PrivateDnsName: '', State: { Name: 'terminated' } });
  });
});
