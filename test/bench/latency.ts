import { Scenario } from '../scenarios/scenario.ts';
import { stormWorld } from './world.ts';

/** Seconds from PutEvents to the node being unschedulable, with functions that have never run; a sandbox for each. */
export async function coldToCordon(times: number): Promise<number[]> {
  const all: number[] = [];
  for (let time = 0; time < times; time++) all.push((await eventToCordon(0)).cold);
  return all;
}

/** Seconds from PutEvents to the node being unschedulable: the first event with cold functions, then warm ones. */
export async function eventToCordon(repeats: number): Promise<{ cold: number; warm: readonly number[] }> {
  const scenario = await Scenario.start({ world: stormWorld(repeats + 1, 10), processes: true });
  try {
    await scenario.call('autoscaling', 'SetDesiredCapacity', {
      AutoScalingGroupName: 'spare',
      DesiredCapacity: repeats + 1,
    });
    await scenario.untilIdle();
    scenario.sandbox.clock.setMode('real');
    const { inService } = await scenario.group('storm');
    const times: number[] = [];
    for (const instance of inService) times.push(await eventToCordonOf(scenario, instance));
    const [cold = Number.NaN, ...warm] = times;
    return { cold, warm };
  } finally {
    await scenario.end();
  }
}

export async function eventToCordonOf(scenario: Scenario, instance: string): Promise<number> {
  const name = scenario.nodeOf(instance)?.metadata.name;
  const began = performance.now();
  const cordoned = new Promise<number>((resolve) => {
    const stop = scenario.cluster.store.subscribe(({ resource, object }) => {
      const unschedulable = (object.spec as { unschedulable?: boolean } | undefined)?.unschedulable;
      if (resource !== 'nodes' || object.metadata.name !== name || !unschedulable) return;
      stop();
      resolve((performance.now() - began) / 1_000);
    });
  });
  await scenario.putEvents(scenario.warning(instance));
  const time = await cordoned;
  // The run goes on beside the next one, as it would; a moment apart keeps one event from joining the batch of another.
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  return time;
}
