import { afterEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../sandbox/aws/contract.ts';
import { testCloud } from '../aws/support.ts';
import { addWorld } from './support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/reader';
const role = { kind: 'role', roleArn, sessionName: 'reader' } as const;

let close: () => Promise<void> = async () => undefined;
afterEach(async () => await close());

/** A group of one, whose reads lag behind by so much for the role. */
async function laggingBy(milliseconds: number) {
  const lab = testCloud();
  const { clock, cloud, roles } = lab;
  roles.registerRole(roleArn, [
    { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: ['autoscaling:*', 'ec2:*'], Resource: '*' }] },
  ]);
  const given = {
    clusters: [{ name: 'demo', version: '1.36' }],
    groups: [{ name: 'pool', cluster: 'demo', min: 0, desired: 1, max: 3 }],
  };
  const world = await addWorld(lab, given, () => undefined, { lag: () => milliseconds });
  close = async () => {
    await world.close();
    clock.close();
  };
  const desired = async (reader: typeof role | typeof person, outside?: 'wire') => {
    const answer = cloud.call<{ AutoScalingGroups: { DesiredCapacity: number }[] }>(
      'autoscaling',
      'DescribeAutoScalingGroups',
      {},
      reader,
      outside,
    );
    return (await clock.during(async () => await answer)).AutoScalingGroups[0]?.DesiredCapacity;
  };
  const states = async () => {
    const answer = cloud.call<{ Reservations: { Instances: { State: { Name: string } }[] }[] }>(
      'ec2',
      'DescribeInstances',
      {},
      role,
      'wire',
    );
    const { Reservations: all } = await clock.during(async () => await answer);
    return all.flatMap(({ Instances }) => Instances.map(({ State }) => State.Name));
  };
  const resize = async (size: number) =>
    await clock.during(
      async () =>
        await cloud.call(
          'autoscaling',
          'SetDesiredCapacity',
          { AutoScalingGroupName: 'pool', DesiredCapacity: size },
          person,
        ),
    );
  return { clock, world, desired, states, resize };
}

describe('reads that lag behind', () => {
  it('show a role the group as it was, and a person and the sandbox itself as it is', async () => {
    const { clock, desired, resize } = await laggingBy(5_000);
    await clock.letPass(20_000);
    await resize(2);
    await clock.letPass(1_000);
    expect([await desired(role, 'wire'), await desired(role), await desired(person, 'wire')]).toEqual([1, 2, 2]);
  });

  it('show what has happened when their lag is over', async () => {
    const { clock, desired, resize } = await laggingBy(5_000);
    await clock.letPass(20_000);
    await resize(2);
    for (let second = 0; second < 6; second++) await clock.letPass(1_000);
    expect(await desired(role, 'wire')).toBe(2);
  });

  it('show no instance that has just been launched, and one that has ended as running', async () => {
    const { clock, world, states, resize } = await laggingBy(5_000);
    await clock.letPass(20_000);
    await resize(2);
    await clock.letPass(6_000);
    expect(world.fleet.all().map(({ state }) => state)).toEqual(['running', 'pending']);
    expect(await states()).toEqual(['running']);
  });

  it('do not change the past when the present changes', async () => {
    const { clock, world, states } = await laggingBy(5_000);
    for (let second = 0; second < 10; second++) await clock.letPass(1_000);
    const [instance] = world.fleet.all();
    if (instance) instance.state = 'stopped';
    await clock.letPass(1_000);
    expect(await states()).toEqual(['running']);
  });
});
