import { namedRandom } from '../random.ts';
import type { WeatherName } from '../weather/contract.ts';
import type { History } from './contract.ts';
import { randomActs, randomLength } from './random-acts.ts';
import { randomWorld } from './random-world.ts';

/** A Monday, at ten: the same for all, because schedules go by the time of day. */
export const historyBegins = Date.UTC(2026, 0, 5, 10);

/** Acts in a history, on average. */
const meanActs = 20;

/** The history of a seed: its world, its acts and how long it lasts are streams of their own. */
export function randomHistory(seed: number, weather: WeatherName, only?: readonly string[]): History {
  const lasts = randomLength(namedRandom(seed, 'length'));
  return {
    seed,
    world: randomWorld(namedRandom(seed, 'world'), `the world of seed ${seed}`),
    acts: randomActs(namedRandom(seed, 'acts'), lasts, meanActs, only),
    weather,
    lasts,
  };
}
