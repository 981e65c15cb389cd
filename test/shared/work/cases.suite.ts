import { beforeEach, describe, expect, it } from '@jest/globals';
import { type CaseNews, leaseLength } from '../../../shared/domain/case.ts';
import { type SubjectKind, subjectKinds, subjectOf } from '../../../shared/domain/subject.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import { type FakeClock, fakeClock } from '../../fakes/fake-clock.ts';

const instance = (id: string) => subjectOf('instance', id);
const subject = instance('i-0123456789abcdef0');
const spot: CaseNews = { subject, cluster: 'demo', cause: 'SpotInterruption', interrupted: true, endsAt: 120_000 };
const rebalance: CaseNews = { ...spot, cause: 'RebalanceRecommendation', interrupted: false, endsAt: null };

/** What every implementation of the cases promises. */
export function casesSuite(where: string, make: (clock: FakeClock) => Promise<Cases>): void {
  describe(`the cases ${where}`, () => {
    let clock: FakeClock;
    let cases: Cases;

    beforeEach(async () => {
      clock = fakeClock();
      cases = await make(clock);
    });

    const look = async () => (await cases.read([subject])).get(subject);

    describe('when an event comes', () => {
      it('opens one case for a subject, and lets later events join it', async () => {
        expect(await cases.openOrJoin(spot)).toEqual({
          opened: true,
          case: {
            ...spot,
            state: 'Open',
            generation: 1,
            openedAt: clock.now(),
            holder: null,
            leaseUntil: null,
            closed: null,
          },
        });
        expect(await cases.openOrJoin(spot)).toMatchObject({ opened: false, case: { generation: 1 } });
      });

      it('brings an end forward and never back', async () => {
        await cases.openOrJoin(spot);
        const stopping = { ...spot, cause: 'InstanceStopping', endsAt: 90_000 } as const;
        expect((await cases.openOrJoin(stopping)).case).toMatchObject({ endsAt: 90_000, cause: 'InstanceStopping' });
        expect((await cases.openOrJoin({ ...spot, endsAt: 150_000 })).case).toMatchObject({ endsAt: 90_000 });
        expect((await cases.openOrJoin({ ...spot, endsAt: null })).case).toMatchObject({ endsAt: 90_000 });
        expect(await look()).toMatchObject({ endsAt: 90_000, cause: 'InstanceStopping' });
      });

      it('takes the end of an interruption that had none', async () => {
        await cases.openOrJoin({ ...spot, endsAt: null });
        expect((await cases.openOrJoin(spot)).case.endsAt).toBe(120_000);
      });

      it('makes a voluntary case an interruption and never the other way round', async () => {
        await cases.openOrJoin(rebalance);
        const interrupted = { interrupted: true, cause: 'SpotInterruption', endsAt: 120_000 };
        expect((await cases.openOrJoin(spot)).case).toMatchObject(interrupted);
        expect((await cases.openOrJoin(rebalance)).case).toMatchObject(interrupted);
        expect(await look()).toMatchObject(interrupted);
      });

      it('makes a voluntary case an interruption whose end nobody knows', async () => {
        await cases.openOrJoin(rebalance);
        expect((await cases.openOrJoin({ ...spot, endsAt: null })).case).toMatchObject({
          interrupted: true,
          endsAt: null,
        });
      });

      it('opens once when many events race for the same subject, and keeps the soonest end', async () => {
        const results = await Promise.all(
          Array.from({ length: 20 }, (_, index) => cases.openOrJoin({ ...spot, endsAt: 120_000 - index })),
        );
        expect(results.filter(({ opened }) => opened)).toHaveLength(1);
        expect((await look())?.endsAt).toBe(120_000 - 19);
      });

      it('lets many interruptions race for a voluntary case', async () => {
        await cases.openOrJoin(rebalance);
        await Promise.all(
          Array.from({ length: 20 }, (_, index) => cases.openOrJoin({ ...spot, endsAt: 120_000 - index })),
        );
        expect(await look()).toMatchObject({ interrupted: true, endsAt: 120_000 - 19, generation: 1 });
      });

      it('keeps subjects of different kinds apart that have the same id', async () => {
        const news = (kind: SubjectKind) => ({ ...spot, subject: subjectOf(kind, 'demo/web') });
        const opened = await Promise.all(subjectKinds.map((kind) => cases.openOrJoin(news(kind))));
        expect(opened.map((result) => result.opened)).toEqual(subjectKinds.map(() => true));
        await cases.claim(news('workload'), 'run');
        const read = await cases.read(subjectKinds.map((kind) => subjectOf(kind, 'demo/web')));
        expect([...read].map(([key, found]) => [key, found.subject, found.holder])).toEqual(
          subjectKinds.map((kind) => [`${kind}/demo/web`, `${kind}/demo/web`, kind === 'workload' ? 'run' : null]),
        );
      });
    });

    describe('when an execution works', () => {
      it('lets one execution hold a case', async () => {
        await cases.openOrJoin(spot);
        const claims = await Promise.all(['a', 'b', 'c'].map((execution) => cases.claim(spot, execution)));
        const holder = (await look())?.holder;
        expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
        expect(claims.filter(({ claimed }) => !claimed)).toEqual([
          { claimed: false, holder },
          { claimed: false, holder },
        ]);
      });

      it('lets one execution open a case that no event opened', async () => {
        const claims = await Promise.all(['a', 'b', 'c'].map((execution) => cases.claim(spot, execution)));
        expect(claims.filter(({ claimed }) => claimed)).toHaveLength(1);
        expect(await look()).toMatchObject({ state: 'Open', generation: 1, leaseUntil: clock.now() + leaseLength });
      });

      it('lets the holder claim again', async () => {
        expect(await cases.claim(spot, 'run')).toEqual({ claimed: true });
        await clock.sleep(1_000);
        expect(await cases.claim(spot, 'run')).toEqual({ claimed: true });
        expect(await look()).toMatchObject({
          generation: 1,
          holder: 'run',
          leaseUntil: clock.now() + leaseLength,
        });
      });

      it('takes a case from a holder whose lease has ended, and from no other', async () => {
        await cases.claim(spot, 'silent');
        await clock.sleep(leaseLength - 1);
        expect(await cases.claim(spot, 'next')).toEqual({ claimed: false, holder: 'silent' });
        await clock.sleep(1);
        expect(await cases.claim(spot, 'next')).toEqual({ claimed: true });
        expect(await cases.claim(spot, 'silent')).toEqual({ claimed: false, holder: 'next' });
        expect((await look())?.generation).toBe(1);
      });

      it('renews the leases of their holder, takes what nobody holds, and leaves the rest', async () => {
        const subjects = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'].map(instance);
        for (const each of subjects.slice(0, 4)) await cases.openOrJoin({ ...spot, subject: each });
        await cases.claim({ ...spot, subject: instance('i-1') }, 'run');
        await cases.claim({ ...spot, subject: instance('i-3') }, 'another');
        await cases.claim({ ...spot, subject: instance('i-4') }, 'run');
        await cases.close(instance('i-4'), 'run', 'Replaced');
        const claimedUntil = clock.now() + leaseLength;
        await clock.sleep(leaseLength - 1_000);
        const renewed = await cases.renew(subjects, 'run');
        const until = clock.now() + leaseLength;
        expect([...renewed].map(([key, found]) => [key, found.holder, found.state, found.leaseUntil])).toEqual([
          ['instance/i-1', 'run', 'Open', until],
          ['instance/i-2', 'run', 'Open', until],
          ['instance/i-3', 'another', 'Open', claimedUntil],
          ['instance/i-4', 'run', 'Closed', claimedUntil],
        ]);
        expect(await cases.read(subjects)).toEqual(renewed);
      });

      it('renews a lease once a quarter of it is over, not before', async () => {
        await cases.claim(spot, 'run');
        const until = clock.now() + leaseLength;
        await clock.sleep(leaseLength / 4 - 1);
        expect((await cases.renew([subject], 'run')).get(subject)?.leaseUntil).toBe(until);
        await clock.sleep(1);
        expect((await cases.renew([subject], 'run')).get(subject)?.leaseUntil).toBe(until + leaseLength / 4);
      });
    });

    describe('when an execution ends', () => {
      it('ends the lease of a dead holder once, in a new generation that anybody may claim', async () => {
        await cases.claim(spot, 'dead');
        const held = await look();
        if (!held) throw new Error('the case is open');
        await clock.sleep(5_000);
        expect(await cases.abandon(held)).toMatchObject({
          generation: 2,
          holder: 'dead',
          leaseUntil: 0,
          openedAt: clock.now(),
        });
        expect(await cases.abandon(held)).toBeUndefined();
        expect(await cases.claim(spot, 'next')).toEqual({ claimed: true });
        expect(await look()).toMatchObject({ generation: 2, holder: 'next' });
      });

      it('counts the generation of a case up whose start was lost', async () => {
        const { case: orphan } = await cases.openOrJoin(spot);
        await clock.sleep(20_000);
        expect(await cases.abandon(orphan)).toMatchObject({ generation: 2, holder: null, openedAt: clock.now() });
      });

      it('does not abandon a case that has another holder by now, or is closed', async () => {
        const { case: orphan } = await cases.openOrJoin(spot);
        await cases.claim(spot, 'run');
        expect(await cases.abandon(orphan)).toBeUndefined();
        const held = await look();
        await cases.close(subject, 'run', 'Replaced');
        expect(held && (await cases.abandon(held))).toBeUndefined();
        expect(await look()).toMatchObject({ generation: 1, state: 'Closed' });
      });

      it('closes for its holder only, and opens the next generation after that', async () => {
        await cases.claim(spot, 'run');
        await cases.close(subject, 'another', 'Failed');
        expect((await look())?.state).toBe('Open');
        await cases.close(subject, 'run', 'Replaced');
        expect(await look()).toMatchObject({ state: 'Closed', closed: { at: clock.now(), outcome: 'Replaced' } });
        await clock.sleep(5_000);
        const opened = { generation: 2, openedAt: clock.now(), holder: null, leaseUntil: null, closed: null };
        expect(await cases.openOrJoin(rebalance)).toEqual({
          opened: true,
          case: { ...rebalance, ...opened, state: 'Open' },
        });
      });

      it('opens the next generation for an execution that claims a closed case', async () => {
        await cases.claim(spot, 'run');
        await cases.close(subject, 'run', 'RolledBack');
        expect(await cases.claim(rebalance, 'run')).toEqual({ claimed: true });
        expect(await look()).toMatchObject({ state: 'Open', generation: 2, interrupted: false, endsAt: null });
      });
    });

    it('reads many cases at once, in the order asked for, and leaves out what it does not know', async () => {
      const subjects = Array.from({ length: 120 }, (_, index) =>
        instance(`i-${String(119 - index).padStart(17, '0')}`),
      );
      await Promise.all(subjects.slice(0, 110).map((each) => cases.openOrJoin({ ...spot, subject: each })));
      expect([...(await cases.read([...subjects, ...subjects])).keys()]).toEqual(subjects.slice(0, 110));
      expect(await cases.read([])).toEqual(new Map());
    });
  });
}
