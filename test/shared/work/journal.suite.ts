import { beforeEach, describe, expect, it } from '@jest/globals';
import * as z from 'zod';
import type { Journal, Scope } from '../../../shared/work/journal.ts';
import { type FakeClock, fakeClock } from '../../fakes/fake-clock.ts';

/** A change as a workflow may have it. */
export const changeSchema = z.object({
  group: z.string(),
  from: z.number(),
  to: z.number(),
  instances: z.array(z.string()),
  note: z.string().nullable(),
});
export type Change = z.output<typeof changeSchema>;
export const change: Change = { group: 'spot', from: 3, to: 4, instances: ['i-1', 'i-2'], note: null };

const scope: Scope = { cluster: 'demo', subjects: ['instance/i-1', 'workload/demo/web'], things: ['group/spot'] };

export type MakeJournals = (clock: FakeClock) => Promise<(workflow: string) => Journal<Change>>;

/** What every implementation of the journal promises. */
export function journalSuite(where: string, make: MakeJournals): void {
  describe(`the journal ${where}`, () => {
    let clock: FakeClock;
    let journalOf: (workflow: string) => Journal<Change>;
    let journal: Journal<Change>;

    beforeEach(async () => {
      clock = fakeClock();
      journalOf = await make(clock);
      journal = journalOf('node-replacement');
    });

    it('remembers what an execution works on, as it was written last', async () => {
      expect(await journal.scopeOf('run')).toBeUndefined();
      await journal.begin('run', scope);
      expect(await journal.scopeOf('run')).toEqual(scope);
      await journal.begin('run', { ...scope, subjects: [], things: [] });
      expect(await journal.scopeOf('run')).toEqual({ cluster: 'demo', subjects: [], things: [] });
      expect(await journal.scopeOf('another')).toBeUndefined();
    });

    it('gives a change that was written before as it was written first', async () => {
      const first = { key: 'resize#spot', change, settled: false, at: clock.now() };
      expect(await journal.intend('run', 'resize#spot', change)).toEqual(first);
      expect(await journal.intend('run', 'resize#spot', { ...change, from: 4, to: 5 })).toEqual(first);
      expect(await journal.changesOf('run')).toEqual([first]);
    });

    it('gives every writer of a race the same change', async () => {
      const written = await Promise.all(
        Array.from({ length: 10 }, (_, index) => journal.intend('run', 'resize#spot', { ...change, to: index })),
      );
      expect(new Set(written.map((entry) => entry.change.to)).size).toBe(1);
      expect(await journal.changesOf('run')).toEqual(written.slice(0, 1));
    });

    it('notes what the world has confirmed, and keeps it so', async () => {
      const entry = await journal.intend('run', 'resize#spot', change);
      await journal.settle('run', entry);
      await journal.settle('run', entry);
      expect(await journal.changesOf('run')).toEqual([{ ...entry, settled: true }]);
      expect(await journal.intend('run', 'resize#spot', { ...change, to: 9 })).toEqual({ ...entry, settled: true });
    });

    it('keeps the change as it was written when it is settled with another', async () => {
      const { at } = await journal.intend('run', 'resize#spot', change);
      await journal.settle('run', { key: 'resize#spot', change: { ...change, to: 9 }, settled: false, at: at + 1 });
      expect(await journal.changesOf('run')).toEqual([{ key: 'resize#spot', change, settled: true, at }]);
    });

    it('writes a change down that is confirmed and was never written', async () => {
      await journal.settle('run', { key: 'resize#spot', change, settled: false, at: 7 });
      expect(await journal.changesOf('run')).toEqual([{ key: 'resize#spot', change, settled: true, at: 7 }]);
    });

    it('gives the changes oldest first, and those of the same millisecond by key', async () => {
      for (const key of ['m', 'z', 'a#1', 'a']) await journal.intend('run', key, change);
      await clock.sleep(1);
      for (const key of ['b', 'a', 'B']) await journal.settle('run', await journal.intend('run', key, change));
      expect((await journal.changesOf('run')).map(({ key }) => key)).toEqual(['a', 'a#1', 'm', 'z', 'B', 'b']);
    });

    it('gives every one of many changes', async () => {
      const keys = Array.from({ length: 40 }, (_, index) => `drain#${String(index).padStart(3, '0')}`);
      const long = { ...change, note: 'x'.repeat(60_000) };
      await Promise.all(keys.map((key) => journal.intend('run', key, long)));
      expect((await journal.changesOf('run')).map(({ key }) => key)).toEqual(keys);
    });

    it('keeps executions and workflows apart', async () => {
      await journal.begin('run', scope);
      const ours = await journal.intend('run', 'resize#spot', change);
      for (const [other, execution] of [
        [journal, 'run2'],
        [journal, 'ru'],
        [journalOf('node-refresh'), 'run'],
      ] as const) {
        expect(await other.changesOf(execution)).toEqual([]);
        expect(await other.scopeOf(execution)).toBeUndefined();
        const entry = await other.intend(execution, 'resize#spot', { ...change, to: 7 });
        expect(entry).toMatchObject({ key: 'resize#spot', change: { ...change, to: 7 }, settled: false });
      }
      expect(await journal.changesOf('run')).toEqual([ours]);
    });
  });
}
