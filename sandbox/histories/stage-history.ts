import { namedRandom } from '../random.ts';
import { bootSandbox, type Sandbox } from '../sandbox.ts';
import type { Assembly } from '../synth.ts';
import type { Sky } from '../weather/contract.ts';
import { makeWeather } from '../weather/weather.ts';
import type { Witness } from '../witness.ts';
import type { History, Part } from './contract.ts';
import { Met } from './met.ts';
import { play, type Told } from './play.ts';
import { historyBegins } from './random-history.ts';

const minute = 60_000;
/** Workloads come to rest before it begins. */
const before = 10 * minute;
/** Longer than any run that the default settings allow. What is not at rest then never will be. */
const longest = 180 * minute;

const calm: Sky = {
  aws: () => undefined,
  kubernetes: () => undefined,
  delays: () => [0],
  lag: () => 0,
  invocation: () => ({ throttled: false, coldStart: 0 }),
  skew: () => 0,
};

export interface StageOptions {
  readonly assembly: Assembly;
  /** Folder of the manifests that an operator applies. */
  readonly manifests: string;
  readonly history: History;
  /** What of the history happens; all by default. */
  readonly part?: Part | undefined;
  /** Functions run in processes of their own: slow, and for comparison. Weather then neither kills them nor sets their clocks. */
  readonly processes?: boolean | undefined;
  readonly witness?: Witness;
  /** Hears of each trouble that the weather makes, by its name. */
  readonly onTrouble?: ((name: string) => void) | undefined;
  readonly onLog?: (functionName: string, message: string) => void;
}

/** A history that can be played, and what its weather has done. */
export interface Staged {
  readonly sandbox: Sandbox;
  readonly met: Met;
  /**
   * Plays it, until an hour after everything has come to its end. Call it once.
   *
   * @param told hears what is done, in words, when it is done
   */
  readonly play: (told: Told) => Promise<void>;
}

/** Boots the sandbox of a history and lets time pass to its beginning. Everything is in this process, and repeats itself to the millisecond. */
export async function stageHistory({
  history,
  part = history,
  onTrouble,
  processes = false,
  ...options
}: StageOptions): Promise<Staged> {
  const { seed, world, weather: name, lasts } = history;
  let sandbox: Sandbox | undefined;
  const clock = { now: () => sandbox?.clock.now() ?? historyBegins - before };
  const weather = { name, from: historyBegins, until: historyBegins + lasts };
  const sky = makeWeather(weather, clock, (place) => namedRandom(seed, place)) ?? calm;
  const met = new Met(sky, clock.now, part.troubles, onTrouble);
  const stands = await bootSandbox({
    ...options,
    world,
    seed,
    weather: met,
    begins: historyBegins - before,
    inProcess: !processes,
    mode: 'skip',
    port: 0,
  });
  sandbox = stands;
  await stands.untilIdle();
  await stands.letPass(historyBegins - clock.now());
  return {
    sandbox: stands,
    met,
    play: async (told) => {
      play(stands, { ...history, acts: part.acts }, told);
      await stands.letPass(lasts);
      await Promise.race([stands.untilIdle(), stands.clock.sleep(longest)]);
      await stands.letPass(60 * minute);
    },
  };
}
