import { describe, expect, it } from '@jest/globals';
import { type ResizePorts, resizeGroup } from '../../../../functions/node-replacement/capacity/resize-group.ts';
import { ApiThrottledError, ApiUnavailableError } from '../../../../shared/runtime/errors.ts';
import { aWorld, codes, execution } from '../a-world.ts';

const run = { execution, group: 'spot', direction: 'Out' } as const;
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
