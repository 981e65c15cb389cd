import { describe, expect, it } from '@jest/globals';
import { call, group, node, pass, serving, useWorld, world } from '../../world/world-lab.ts';

useWorld();

interface Answer {
  readonly AutoScalingGroupName: string;
  readonly ClientToken: string;
  readonly Instances: readonly { readonly InstanceIds: readonly string[] }[];
  readonly Errors: readonly object[];
}

const launch = (input: object = {}) =>
  call<Answer>('autoscaling', 'LaunchInstances', {
    AutoScalingGroupName: 'spot',
    RequestedCapacity: 1,
    AvailabilityZones: ['us-east-1b'],
    ...input,
  });

const noCapacity = { code: 'InsufficientInstanceCapacity', message: 'There is no Spot capacity available.' };
const place = {
  InstanceType: expect.any(String),
  MarketType: 'Spot',
  AvailabilityZone: 'us-east-1b',
  AvailabilityZoneId: expect.any(String),
  SubnetId: expect.stringMatching(/^subnet-/),
};

describe('LaunchInstances', () => {
  it('names at once what it launches, in the zone that was asked for, and the group is larger by it', async () => {
    const before = await serving();
    const answer = await launch({ RequestedCapacity: 2, ClientToken: 'one' });
    expect(answer).toMatchObject({ AutoScalingGroupName: 'spot', ClientToken: 'one', Errors: [] });
    expect(answer.Instances).toEqual([{ ...place, InstanceIds: [expect.any(String), expect.any(String)] }]);
    expect((await group()).DesiredCapacity).toBe(5);
    await pass(60);
    const ids = answer.Instances[0]?.InstanceIds ?? [];
    expect((await serving()).toSorted()).toEqual([...before, ...ids].toSorted());
    expect(node(ids[0] ?? '')).toBeDefined();
  });

  it('says why nothing was launched, and leaves the group as it was', async () => {
    world.failLaunches('spot', { ...noCapacity, zone: 'us-east-1b' });
    expect(await launch()).toMatchObject({
      Instances: [],
      Errors: [{ ...place, ErrorCode: noCapacity.code, ErrorMessage: noCapacity.message }],
    });
    await pass(300);
    expect([(await group()).DesiredCapacity, (await serving()).length]).toEqual([3, 3]);
  });

  it('launches what it can', async () => {
    world.failLaunches('spot', { ...noCapacity, times: 1 });
    const answer = await launch({ RequestedCapacity: 2 });
    expect([answer.Instances[0]?.InstanceIds.length, answer.Errors.length]).toEqual([1, 1]);
    expect((await group()).DesiredCapacity).toBe(4);
  });

  it('lets the group try the rest with retry-with-group-configuration', async () => {
    world.failLaunches('spot', { ...noCapacity, zone: 'us-east-1b' });
    const answer = await launch({ RetryStrategy: 'retry-with-group-configuration' });
    expect([answer.Instances, answer.Errors.length]).toEqual([[], 1]);
    expect((await group()).DesiredCapacity).toBe(4);
    await pass(120);
    expect(await serving()).toHaveLength(4);
  });

  it('gives the answer of the first call to a token that comes again, and refuses it for another call', async () => {
    const first = await launch({ ClientToken: 'once' });
    expect(await launch({ ClientToken: 'once' })).toEqual(first);
    expect((await group()).DesiredCapacity).toBe(4);
    await expect(launch({ ClientToken: 'once', RequestedCapacity: 2 })).rejects.toMatchObject({
      code: 'IdempotentParameterMismatch',
    });
  });

  it('goes by a subnet or the id of a zone too', async () => {
    const { Subnets } = await call<{
      Subnets: { SubnetId: string; AvailabilityZone: string; AvailabilityZoneId: string }[];
    }>('ec2', 'DescribeSubnets');
    const [{ SubnetId, AvailabilityZone, AvailabilityZoneId } = Subnets[0] as never] = Subnets.slice(2);
    for (const one of [{ SubnetIds: [SubnetId] }, { AvailabilityZoneIds: [AvailabilityZoneId] }]) {
      const answer = await launch({ AvailabilityZones: undefined, ...one });
      expect(answer.Instances).toMatchObject([{ AvailabilityZone, SubnetId }]);
    }
  });

  it.each([
    ['no zone for a group of several', { AvailabilityZones: undefined }, /several Availability Zones/],
    ['two zones', { AvailabilityZones: ['us-east-1a', 'us-east-1b'] }, /Only one/],
    ['a zone of another group', { AvailabilityZones: ['us-east-1f'] }, /is none of spot/],
    ['more than the maximum allows', { RequestedCapacity: 3 }, /above the maximum of 5/],
    ['more than a hundred', { RequestedCapacity: 101 }, /1 to 100/],
    ['nothing', { RequestedCapacity: 0 }, /1 to 100/],
    ['a token with blanks', { ClientToken: 'a b' }, /client token/],
    ['a group that is not there', { AutoScalingGroupName: 'other' }, /not found/],
  ])('refuses %s', async (_, input, message) => {
    await expect(launch(input)).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });
});
