import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { namedRandom } from '../../../sandbox/random.ts';
import { pick, Spells } from '../../../sandbox/weather/spells.ts';

const numbers = { every: 60_000, lasts: 10_000, atMost: 30_000, hits: 1, stray: 0 };
const kinds = [
  ['one', 1],
  ['other', 3],
] as const;
const hour = 3_600_000;

const spells = (seed: number) => new Spells(namedRandom(seed, 'here'), numbers, kinds, 0);

/** The spells of an hour, to the second. */
function hourOf(seed: number): (string | undefined)[] {
  const found = spells(seed);
  return Array.from({ length: 3_600 }, (_, second) => found.at(second * 1_000));
}

describe('spells', () => {
  it('are the same however often somebody looks', () => {
    fc.assert(
      fc.property(fc.nat(), fc.array(fc.nat(hour - 1), { maxLength: 50 }), (seed, given) => {
        const looks = given.map((time) => Math.floor(time / 1_000)).sort((one, other) => one - other);
        const rarely = spells(seed);
        const all = hourOf(seed);
        for (const second of looks) expect(rarely.at(second * 1_000)).toBe(all[second]);
      }),
      { numRuns: 50 },
    );
  });

  it('come and go: about one second of seven is in one, and none is longer than it may be', () => {
    const seconds = Array.from({ length: 40 }, (_, seed) => hourOf(seed));
    const inSpells = seconds.flat().filter((kind) => kind !== undefined).length / (40 * 3_600);
    expect(inSpells).toBeGreaterThan(0.1);
    expect(inSpells).toBeLessThan(0.2);
    for (const each of seconds) {
      const runs = each
        .map((kind) => (kind === undefined ? ' ' : 'x'))
        .join('')
        .split(' ');
      // Two may follow each other closely.
      expect(runs.filter((run) => run.length > 62)).toEqual([]);
    }
  });

  it('are of kinds as often as these weigh', () => {
    const random = namedRandom(1, 'kinds');
    const drawn = Array.from({ length: 4_000 }, () => pick(random, kinds));
    const share = drawn.filter((kind) => kind === 'other').length / 4_000;
    expect(share).toBeGreaterThan(0.7);
    expect(share).toBeLessThan(0.8);
  });
});
