import { expect, it } from '@jest/globals';
import type { Groups } from '../../../shared/aws/groups.ts';

/** A group `spot` of three instances in service, at least none and at most five. */
export interface GroupsLab {
  readonly groups: Groups;
  readonly instanceIds: readonly string[];
  readonly now: () => number;
  readonly pass: (milliseconds: number) => Promise<void>;
  /** Lets the next launch of the group fail. */
  readonly failLaunch: (message: string) => Promise<void>;
}

const others = Array.from({ length: 60 }, (_, index) => `i-0000000000000${String(index).padStart(4, '0')}`);

function reads(open: () => GroupsLab): void {
  it('finds the group of each instance, of more than fit one call, and leaves out those in none', async () => {
    const { groups, instanceIds } = open();
    const found = await groups.groupsOf([...others, ...instanceIds]);
    expect(found).toEqual(new Map(instanceIds.map((id) => [id, 'spot'])));
  });

  it('asks for nothing when it is given nothing: never for all', async () => {
    const { groups } = open();
    expect([await groups.groupsOf([]), await groups.describe([])]).toEqual([new Map(), new Map()]);
  });

  it('describes groups with their bounds and members, and leaves out those that there are not', async () => {
    const { groups, instanceIds } = open();
    const found = await groups.describe(['spot', 'other']);
    expect([...found.keys()]).toEqual(['spot']);
    expect(found.get('spot')).toMatchObject({ name: 'spot', desired: 3, min: 0, max: 5, suspended: [] });
    const instances = found.get('spot')?.instances ?? [];
    expect(instances.map(({ instanceId }) => instanceId).toSorted()).toEqual(instanceIds.toSorted());
    expect(new Set(instances.map(({ lifecycleState }) => lifecycleState))).toEqual(new Set(['InService']));
  });

  it('says why launches failed since a moment, and not what failed before', async () => {
    const { groups, failLaunch, now, pass } = open();
    const before = now();
    expect(await groups.failedLaunches('spot', before)).toEqual([]);
    await failLaunch('no Spot capacity');
    const failures = await groups.failedLaunches('spot', before);
    expect(failures[0]).toContain('no Spot capacity');
    await pass(1_000);
    expect(await groups.failedLaunches('spot', now())).toEqual([]);
  });
}

function writes(open: () => GroupsLab): void {
  const desired = async ({ groups }: GroupsLab) => (await groups.describe(['spot'])).get('spot')?.desired;
  const rejected = { name: 'RequestRejectedError' };

  it('sets the desired capacity within the bounds, and says when it is at its maximum', async () => {
    const lab = open();
    expect(await lab.groups.setDesired('spot', 5)).toBe('Set');
    expect(await desired(lab)).toBe(5);
    expect(await lab.groups.setDesired('spot', 6)).toBe('AtMaximum');
    expect(await desired(lab)).toBe(5);
  });

  it('is refused a desired capacity below the minimum, and one of a group that there is not', async () => {
    const lab = open();
    await expect(lab.groups.setDesired('spot', -1)).rejects.toMatchObject(rejected);
    await expect(lab.groups.setDesired('other', 1)).rejects.toMatchObject(rejected);
    expect(await desired(lab)).toBe(3);
  });

  it.each([
    [true, 2],
    [false, 3],
  ])('ends an instance with decrement %s and wants %d afterwards', async (decrement, expected) => {
    const lab = open();
    const id = lab.instanceIds[0] ?? '';
    expect(await lab.groups.terminate(id, decrement)).toBe('Terminating');
    const group = (await lab.groups.describe(['spot'])).get('spot');
    expect(group?.desired).toBe(expected);
    const state = group?.instances.find(({ instanceId }) => instanceId === id)?.lifecycleState;
    expect(state).toMatch(/^Terminating/);
  });

  it('is refused to want fewer than the minimum by ending an instance', async () => {
    const { groups, instanceIds } = open();
    expect(await groups.setDesired('spot', 0)).toBe('Set');
    await expect(groups.terminate(instanceIds[0] ?? '', true)).rejects.toMatchObject(rejected);
  });

  it('takes an instance for gone that no group knows', async () => {
    expect(await open().groups.terminate(others[0] ?? '', true)).toBe('Gone');
  });
}

/** What Auto Scaling does, whoever asks. */
export function groupsSuite(open: () => GroupsLab): void {
  reads(open);
  writes(open);
}
