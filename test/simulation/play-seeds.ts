import { join } from 'node:path';
import { describe, expect, it, jest } from '@jest/globals';
import { randomHistory } from '../../sandbox/histories/random-history.ts';
import { synthesize } from '../../sandbox/synth.ts';
import { expectedFailures, type Played, played } from './expected.ts';
import { runHistory } from './run-history.ts';

/**
 * Plays every `of`th of the seeds of a weather, from the `part`th on: files share them, so that workers do. Each violates what is written down
 * for it, no more and no less: one that begins to hold has been mended, and is to be written down (see the README).
 */
export function playSeeds(weather: Played, part: number, of: number): void {
  jest.setTimeout(600_000);
  const expected = expectedFailures()[weather];
  const seeds = Array.from({ length: played[weather] }, (_, index) => index + 1).filter((seed) => seed % of === part);
  describe(`a history in ${weather} weather violates what is known of it`, () => {
    it.each(seeds)('with seed %i', async (seed) => {
      const assembly = await synthesize(join(import.meta.dirname, '..', '..'));
      const { violations } = await runHistory(assembly, randomHistory(seed, weather));
      const names = [...new Set(violations.map(({ invariant }) => invariant))].toSorted();
      // The words help to see what has changed.
      expect({ names, words: violations }).toMatchObject({ names: expected[String(seed)] ?? [] });
    });
  });
}
