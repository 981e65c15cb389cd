import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextLook, type Outlook } from '../../../../functions/node-replacement/core/next-look.ts';
import type { CurrentTarget } from '../../../../functions/node-replacement/core/targets.ts';

const now = 1_000_000;
const ending = (drainBy: number | null) => ({ drainBy }) as CurrentTarget;
const outlook = (given: Partial<Outlook> = {}): Outlook => ({
  now,
  targets: [],
  held: false,
  changesAt: undefined,
  idleRounds: 0,
  nextRead: 5_000,
  ...given,
});

describe('the next round of a drain', () => {
  it.each<[string, Partial<Outlook>, number]>([
    ['comes with the next list of pods when none is held', {}, 5_000],
    ['comes after a second while a budget holds pods', { held: true }, 1_000],
    ['comes less and less often while nothing happens', { held: true, idleRounds: 3 }, 2_500],
    ['comes every five seconds in the end', { held: true, idleRounds: 100 }, 5_000],
    ['comes when the plan changes', { changesAt: now + 700 }, 700],
    ['comes when the first drain must have ended', { targets: [ending(now + 900), ending(now + 300)] }, 300],
    ['does not come sooner for an end that has passed', { targets: [ending(now - 1)] }, 5_000],
    ['does not come sooner for a drain without an end', { targets: [ending(null)] }, 5_000],
    ['never makes a busy loop', { changesAt: now - 10_000 }, 50],
  ])('%s', (_, given, expected) => {
    expect(nextLook(outlook(given))).toBe(expected);
  });

  it('always comes, never at once, and not after anything that it waits for', () => {
    const moment = fc.integer({ min: now - 10_000, max: now + 60_000 });
    const any = fc.record({
      now: fc.constant(now),
      targets: fc.array(fc.option(moment).map(ending)),
      held: fc.boolean(),
      changesAt: fc.option(moment, { nil: undefined }),
      idleRounds: fc.nat(20),
      nextRead: fc.nat(6_000),
    });
    fc.assert(
      fc.property(any, (given) => {
        const wait = nextLook(given);
        expect(wait).toBeGreaterThanOrEqual(50);
        expect(wait).toBeLessThanOrEqual(6_000);
        const ahead = [given.changesAt, ...given.targets.map(({ drainBy }) => drainBy)].filter(
          (moment): moment is number => typeof moment === 'number' && moment > now + 50,
        );
        for (const moment of ahead) expect(wait).toBeLessThanOrEqual(moment - now);
      }),
    );
  });
});
