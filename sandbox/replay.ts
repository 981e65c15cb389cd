import { join } from 'node:path';
import { line, type painter } from './console/print.ts';
import { recordAll } from './console/recorders.ts';
import { executionResults } from './console/results.ts';
import { Timeline } from './console/timeline.ts';
import type { Replay } from './flags.ts';
import { actsBy } from './histories/acts/acts.ts';
import type { History, Part } from './histories/contract.ts';
import { randomHistory } from './histories/random-history.ts';
import { stageHistory } from './histories/stage-history.ts';
import { InputError } from './input.ts';
import type { Assembly } from './synth.ts';
import type { WeatherName } from './weather/contract.ts';

const root = join(import.meta.dirname, '..');

export interface ReplayOptions {
  readonly replay: Replay;
  readonly weather: WeatherName;
  readonly assembly: Assembly;
  readonly paint: ReturnType<typeof painter>;
  readonly print: (text: string) => void;
}

/**
 * Plays the history of a seed, or a part of it, as a timeline: what people and AWS do, what goes wrong, and what the product makes of it.
 *
 * @throws InputError for an act that the history does not have
 */
export async function replayHistory({ replay, weather, assembly, paint, print }: ReplayOptions): Promise<void> {
  const history = randomHistory(replay.seed, weather, replay.only && actsBy(replay.only));
  const words = describe(history);
  let timeline: Timeline | undefined;
  let log: ((message: string) => void) | undefined;
  const { sandbox, play } = await stageHistory({
    assembly,
    manifests: join(root, 'infra', 'kubernetes'),
    history,
    part: partOf(history, replay),
    onTrouble: (name) => timeline?.add('  weather', name),
    onLog: (_name, message) => log?.(message),
  });
  try {
    print(words);
    const { clock } = sandbox;
    const told = new Timeline(
      () => clock.now(),
      (entry, deadline) => print(line(entry, deadline === undefined ? undefined : deadline - clock.now(), paint)),
    );
    timeline = told;
    ({ log } = recordAll(sandbox, told));
    await play((_act, what) => told.add('  act', what));
    for (const { name, workflow, status, outcome } of await executionResults(sandbox))
      print(`${workflow} ${name}: ${status}, ${outcome}`);
  } finally {
    await sandbox.close();
  }
}

function partOf(history: History, { acts, troubles }: Replay): Part {
  const lost = acts?.find((place) => history.acts[place] === undefined);
  if (lost !== undefined)
    throw new InputError(`--acts '${lost}': the history has acts 0 to ${history.acts.length - 1}`);
  const chosen = acts ? history.acts.filter((_act, place) => acts.includes(place)) : history.acts;
  return { acts: chosen, troubles };
}

function describe({ seed, weather, world, acts, lasts }: History): string {
  const groups = world.groups.map(
    ({ name, spot, min, desired, max }) =>
      `${name} (${spot ? 'Spot' : 'on-demand'}, ${min}..${max}, ${desired} desired)`,
  );
  const minutes = Math.round(lasts / 60_000);
  return `the history of seed ${seed}, ${weather}: ${acts.length} acts in ${minutes} min; ${groups.join(', ')}`;
}
