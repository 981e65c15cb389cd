import type { Random } from '../random.ts';
import { pick, type Weighted } from '../weather/spells.ts';
import { acts } from './acts/acts.ts';
import type { Act } from './contract.ts';

const minute = 60_000;
const day = 24 * 60 * minute;

const kinds: Weighted<string> = Object.entries(acts).map(([name, { weight }]) => [name, weight] as const);

/**
 * Episodes of a few acts within three minutes, because it is nearness that hurts; half of the acts of an episode are about the same place in
 * the lists of things as the one before, which often is the same thing.
 *
 * @param only names of acts that may come; all by default
 */
export function randomActs(random: Random, lasts: number, mean: number, only?: readonly string[]): Act[] {
  const choices = only ? kinds.filter(([name]) => only.includes(name)) : kinds;
  const left = Math.max(1, Math.round(mean * (0.3 + 1.4 * random())));
  const all: Act[] = [];
  while (all.length < left) {
    let at = Math.round(random() * Math.max(minute, lasts - 5 * minute));
    let which = random();
    for (let more = 1 + Math.floor(random() * 6); more > 0 && all.length < left; more--) {
      if (random() < 0.5) which = random();
      all.push({ at, does: pick(random, choices), which, how: random() });
      at += Math.round(random() ** 2 * 3 * minute);
    }
  }
  return all.toSorted((left, right) => left.at - right.at);
}

/** Most histories last about an hour, some days to weeks: rows expire and names are used again. */
export function randomLength(random: Random): number {
  if (random() < 0.08) return Math.round((1 + random() * 20) * day);
  return Math.round((20 + -Math.log(1 - random()) * 40) * minute);
}
