import { beforeAll, describe, expect, it } from '@jest/globals';
import { workflows } from '../../functions/workflows.ts';
import { type Machine, machinesOf } from '../infra/machines.ts';
import { deployed } from '../infra/resources.ts';
import { longestLoop } from '../infra/state-graph.ts';

let all: Machine[] = [];

beforeAll(async () => {
  all = machinesOf(await deployed());
}, 240_000);

/** Step Functions keeps so many events of one execution ("Service quotas"). */
const longestHistory = 25_000;
/** Entered and exited; a task is also scheduled, started and succeeded. */
const eventsOf = (type: string | undefined) => (type === 'Task' ? 5 : 2);

describe.each(workflows)('executions of $name', (workflow) => {
  it('end before 25,000 events even if every wait takes as long as policy allows', async () => {
    const file = `../../infra/workflows/${workflow.name}.ts`;
    const { longestWaits } = (await import(file)) as { readonly longestWaits: Readonly<Record<string, number>> };
    const machines = all.filter((machine) => machine.workflow.name === workflow.name);
    expect(machines.length).toBeGreaterThan(0);
    for (const { States } of machines) {
      const waits = Object.entries(States).filter(([, { Type }]) => Type === 'Wait');
      expect(waits.map(([name]) => name).toSorted()).toEqual(Object.keys(longestWaits).toSorted());
      const events = waits.map(([name, { Seconds = 0 }]) => {
        const loop = longestLoop(name, States).reduce((sum, state) => sum + eventsOf(States[state]?.Type), 0);
        return { name, loop, events: ((longestWaits[name] ?? Number.NaN) / Seconds) * loop };
      });
      for (const wait of events) expect(wait).toMatchObject({ loop: expect.any(Number), events: expect.any(Number) });
      expect(Math.min(...events.map(({ loop }) => loop))).toBeGreaterThan(0);
      expect(events.reduce((sum, wait) => sum + wait.events, 0)).toBeLessThan(longestHistory * 0.8);
    }
    const longest = Object.values(longestWaits).reduce((sum, seconds) => sum + seconds, 0);
    expect(longest).toBeLessThan(workflow.longestRun);
  });
});
