import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { emptyMemory, remember } from '../../../../functions/node-replacement/core/drain-memory.ts';
import { aPod } from '../../../builders/a-pod.ts';

const now = 1_000_000;
const denied = { kind: 'Denied', message: 'webhook' } as const;

/** Milliseconds after which each pod may be asked again, when all were refused so many times in a row. */
function waits(uids: readonly string[], refusals: number): number[] {
  let memory = emptyMemory;
  for (let time = 0; time < refusals; time++)
    for (const uid of uids) memory = remember(memory, aPod({ uid }), undefined, denied, now);
  return uids.map((uid) => (memory.pods.get(uid)?.notBefore ?? 0) - now);
}

const refusals = fc.integer({ min: 1, max: 10 });
const pods = (count: number) => fc.uniqueArray(fc.uuid(), { minLength: count, maxLength: count });

describe('evictions that were refused in the same millisecond', () => {
  it('do not come back in the same one', () => {
    fc.assert(
      fc.property(pods(32), refusals, (uids, times) => {
        expect(new Set(waits(uids, times)).size).toBeGreaterThanOrEqual(4);
      }),
    );
  });

  it('come back in a few rounds, each of which lists all budgets', () => {
    fc.assert(
      fc.property(pods(100), refusals, (uids, times) => {
        expect(new Set(waits(uids, times)).size).toBeLessThanOrEqual(8);
      }),
    );
  });

  it('come back after 2, 4, then 8 seconds and no more than half as much again, each pod whenever it is asked about', () => {
    fc.assert(
      fc.property(fc.uuid(), refusals, (uid, times) => {
        const [wait = 0] = waits([uid], times);
        const base = Math.min(8_000, 1_000 * 2 ** times);
        expect(wait).toBeGreaterThanOrEqual(base);
        expect(wait).toBeLessThan(base * 1.5);
        expect(Number.isInteger(wait)).toBe(true);
        expect(waits([uid], times)).toEqual([wait]);
      }),
    );
  });
});
