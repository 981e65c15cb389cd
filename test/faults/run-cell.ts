import { Scenario } from '../scenarios/scenario.ts';
import { Callers } from './calls.ts';
import type { Cell } from './cells.ts';
import { planOf } from './faults.ts';
import { ObservedWorld } from './observed-world.ts';
import { PlannedSky } from './planned-sky.ts';
import { instanceFor, type Play, plays } from './plays.ts';
import { type Check, violations } from './stated-ends.ts';

const hour = 3_600_000;

/** Runs a cell in a world of its own, and gives what its end violates: nothing when it ends as stated. */
export async function runCell({ call, fault, play }: Cell): Promise<readonly Check[]> {
  const sky = new PlannedSky(planOf(call, fault));
  const violated = await endOf(plays[play], sky);
  return sky.met ? violated : ['NeverMet', ...violated];
}

/** Runs a play until an hour after all work has ended, and gives what its end violates. */
export async function endOf(play: Play, sky: PlannedSky): Promise<readonly Check[]> {
  const scenario = await Scenario.start({ weather: sky });
  try {
    const instance = await instanceFor(play, scenario);
    const seen = await ObservedWorld.begin(scenario, instance);
    sky.begin(await Callers.of(scenario), scenario.sandbox.clock);
    await play.play(scenario, instance);
    await scenario.letPass(hour);
    await scenario.untilIdle();
    return await violations(play, scenario, seen);
  } finally {
    await scenario.end();
  }
}
