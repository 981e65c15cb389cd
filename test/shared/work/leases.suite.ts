import { beforeEach, describe, expect, it } from '@jest/globals';
import type { Lease, Leases } from '../../../shared/work/leases.ts';
import { type FakeClock, fakeClock } from '../../fakes/fake-clock.ts';

const length = 20_000;

/** What every implementation of the leases promises. */
export function leasesSuite(where: string, make: (clock: FakeClock) => Promise<Leases>): void {
  describe(`the leases ${where}`, () => {
    let clock: FakeClock;
    let leases: Leases;

    beforeEach(async () => {
      clock = fakeClock();
      leases = await make(clock);
    });

    const take = async (holder: string): Promise<Lease> => {
      const lease = await leases.take('group/spot', holder, length);
      if (!lease) throw new Error(`${holder} was refused`);
      return lease;
    };

    it('gives the lease to one holder, for its time', async () => {
      expect(await leases.take('group/spot', 'a', length)).toEqual({
        thing: 'group/spot',
        holder: 'a',
        epoch: 1,
        until: clock.now() + length,
      });
      expect(await leases.take('group/spot', 'b', length)).toBeUndefined();
    });

    it('gives it to exactly one of those who ask at once', async () => {
      const holders = Array.from({ length: 10 }, (_, index) => `run-${index}`);
      const taken = await Promise.all(holders.map((holder) => leases.take('group/spot', holder, length)));
      expect(taken.filter(Boolean)).toEqual([expect.objectContaining({ epoch: 1 })]);
    });

    it('gives an expired one to exactly one of those who ask at once', async () => {
      await take('silent');
      await clock.sleep(length);
      const taken = await Promise.all(['a', 'b', 'c'].map((holder) => leases.take('group/spot', holder, length)));
      expect(taken.filter(Boolean)).toEqual([expect.objectContaining({ epoch: 2 })]);
    });

    it('keeps things apart', async () => {
      await take('a');
      expect(await leases.take('group/other', 'b', length)).toMatchObject({ thing: 'group/other', epoch: 1 });
      expect(await leases.take('cluster/spot', 'c', length)).toMatchObject({ thing: 'cluster/spot', epoch: 1 });
    });

    it('renews for its holder, with the same epoch', async () => {
      await take('a');
      await clock.sleep(length - 1);
      expect(await take('a')).toMatchObject({ epoch: 1, until: clock.now() + length });
      await clock.sleep(length - 1);
      expect(await leases.take('group/spot', 'b', length)).toBeUndefined();
    });

    it('keeps the epoch of a holder that comes late when nobody was in between', async () => {
      await take('a');
      await clock.sleep(2 * length);
      expect(await take('a')).toMatchObject({ epoch: 1, until: clock.now() + length });
    });

    it('counts the epoch up when an expired one is taken over, and not a millisecond before', async () => {
      await take('silent');
      await clock.sleep(length - 1);
      expect(await leases.take('group/spot', 'next', length)).toBeUndefined();
      await clock.sleep(1);
      expect(await take('next')).toMatchObject({ holder: 'next', epoch: 2 });
      expect(await leases.take('group/spot', 'silent', length)).toBeUndefined();
    });

    it('is free once it was given back, for a holder of the next epoch', async () => {
      const lease = await take('a');
      await leases.release(lease);
      expect(await take('b')).toMatchObject({ epoch: 2 });
    });

    it('counts the epoch up for the same holder after it gave the lease back', async () => {
      await leases.release(await take('a'));
      expect(await take('a')).toMatchObject({ epoch: 2 });
    });

    it('is not given back by another, or by a holder that comes back with an old epoch', async () => {
      const old = await take('a');
      await leases.release({ ...old, holder: 'b' });
      expect(await leases.take('group/spot', 'b', length)).toBeUndefined();
      await leases.release(old);
      const current = await take('a');
      await leases.release(old);
      expect(await leases.take('group/spot', 'b', length)).toBeUndefined();
      await leases.release(current);
      expect(await take('b')).toMatchObject({ epoch: 3 });
    });

    it('is neither renewed nor given back by a holder that was overtaken', async () => {
      const old = await take('slow');
      await clock.sleep(length);
      const current = await take('next');
      expect(await leases.take('group/spot', 'slow', length)).toBeUndefined();
      await leases.release(old);
      expect(await take('next')).toEqual(current);
    });
  });
}
