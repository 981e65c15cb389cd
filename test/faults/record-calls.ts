import { Scenario } from '../scenarios/scenario.ts';
import { type Call, Callers } from './calls.ts';
import { PlannedSky } from './planned-sky.ts';
import { instanceFor, type PlayName, playNames, plays, type Urgency } from './plays.ts';

/** Every kind of call that is made in a play on a calm day. */
async function callsOf(name: PlayName): Promise<readonly Call[]> {
  const sky = new PlannedSky();
  const scenario = await Scenario.start({ weather: sky });
  try {
    const instance = await instanceFor(plays[name], scenario);
    sky.begin(await Callers.of(scenario), scenario.sandbox.clock);
    await plays[name].play(scenario, instance);
    await scenario.letPass(3_600_000);
    return sky.made;
  } finally {
    await scenario.end();
  }
}

/** The calls of every play, as the registry has them: the first forced and the first voluntary play that makes each, or else the first other one. */
export async function recordCalls(): Promise<Record<string, Record<string, PlayName[]>>> {
  const found = new Map<string, Map<string, PlayName[]>>();
  for (const name of playNames) {
    for (const { who, what } of await callsOf(name)) {
      const whats = found.get(who) ?? new Map<string, PlayName[]>();
      found.set(who, whats.set(what, [...(whats.get(what) ?? []), name]));
    }
  }
  const sorted = <Value>(map: ReadonlyMap<string, Value>) =>
    [...map].toSorted(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(
    sorted(found).map(([who, whats]) => [
      who,
      Object.fromEntries(sorted(whats).map(([what, made]) => [what, playsOfCells(made)])),
    ]),
  );
}

function playsOfCells(made: readonly PlayName[]): PlayName[] {
  const first = (urgency: Urgency) => made.filter((name) => plays[name].urgency === urgency).slice(0, 1);
  const working = [...first('forced'), ...first('voluntary')];
  return working.length > 0 ? working : made.slice(0, 1);
}
