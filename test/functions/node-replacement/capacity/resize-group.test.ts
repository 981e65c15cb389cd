import { describe, expect, it } from '@jest/globals';
import { type ResizePorts, resizeGroup } from '../../../../functions/node-replacement/capacity/resize-group.ts';
import { planLaunch } from '../../../../functions/node-replacement/core/size-group.ts';
import type { GroupFacts } from '../../../../shared/domain/group.ts';
import { ApiThrottledError, ApiUnavailableError } from '../../../../shared/runtime/errors.ts';
import { aWorld, codes, execution } from '../a-world.ts';

const run = { execution, group: 'spot', direction: 'Out', interrupted: false } as const;
const oneMore = ({ desired }: { desired: number }) => ({ to: desired + 1, instanceIds: ['i-0'], reasons: [] });

describe('resizing a group', () => {
  it('says what went wrong first when its lease cannot be given back either', async () => {
    const { ports } = aWorld();
    const broken: ResizePorts = {
      ...ports,
      groups: { ...ports.groups, setDesired: () => Promise.reject(new ApiThrottledError('slow down')) },
      leases: { ...ports.leases, release: () => Promise.reject(new ApiUnavailableError('no table')) },
    };
    await expect(resizeGroup(broken, run, oneMore)).rejects.toMatchObject({ name: 'ApiThrottledError' });
  });

  it('has resized although its lease could not be given back: a lease ends by itself', async () => {
    const world = aWorld();
    const release = () => Promise.reject(new ApiUnavailableError('no table'));
    const ports = { ...world.ports, leases: { ...world.leases, release } };
    expect(await resizeGroup(ports, run, oneMore)).toMatchObject({ count: 1 });
    expect(world.groups.calls).toEqual(['setDesired spot 4']);
  });

  it('leaves a group alone whose size another one changes, after it has asked for a while', async () => {
    const world = aWorld();
    await world.leases.take('group/spot', 'another-run', 60_000);
    const began = world.clock.now();
    const answer = await resizeGroup(world.ports, run, oneMore);
    expect([answer.count, codes(answer.reasons)]).toEqual([0, ['GroupBusy']]);
    expect([world.groups.calls, world.clock.now() - began]).toEqual([[], 4_000]);
  });

  it('does not wait for another one while EC2 takes an instance away', async () => {
    const world = aWorld();
    await world.leases.take('group/spot', 'another-run', 60_000);
    const began = world.clock.now();
    expect(await resizeGroup(world.ports, { ...run, interrupted: true }, oneMore)).toMatchObject({ count: 1 });
    expect([world.groups.calls, world.clock.now() - began]).toEqual([['setDesired spot 4'], 0]);
    expect(await world.leases.take('group/spot', 'a-third-run', 1_000)).toBeUndefined();
  });

  it('says of the group as it was what it had asked for, when it is asked again after a lost answer', async () => {
    const world = aWorld();
    const plan = (group: GroupFacts) => ({
      to: group.desired + 1,
      instanceIds: ['i-0'],
      reasons: planLaunch(group, 1).reasons,
    });
    const settle = () => Promise.reject(new ApiUnavailableError('no answer'));
    const losing = { ...world.ports, journal: { ...world.ports.journal, settle } };
    await expect(resizeGroup(losing, run, plan)).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    const { reasons } = await resizeGroup(world.ports, run, plan);
    expect(reasons).toEqual([expect.objectContaining({ text: expect.stringContaining('from 3 to 4') })]);
    expect(world.groups.calls).toEqual(['setDesired spot 4']);
  });

  it('stops waiting for the lease when its time is over', async () => {
    const world = aWorld();
    await world.leases.take('group/spot', 'another-run', 60_000);
    const controller = new AbortController();
    const reason = new Error('out of time');
    // As the system's clock does, which the fake one is kinder than.
    const sleep = async (_: number, signal?: AbortSignal) => {
      controller.abort(reason);
      signal?.throwIfAborted();
    };
    const ports = { ...world.ports, clock: { ...world.clock, sleep } };
    await expect(resizeGroup(ports, run, oneMore, controller.signal)).rejects.toBe(reason);
    expect(world.groups.calls).toEqual([]);
  });
});
