import { describe, expect, it } from '@jest/globals';
import { begin, scenario, useScenarios } from './use-scenario.ts';

useScenarios();

interface HistoryEvent {
  readonly type: string;
  readonly timestamp: Date;
  readonly stateEnteredEventDetails?: { readonly name: string };
}

/** All that can be seen of what happened: executions and the states that they went through, with times, and what the clusters and groups are now. */
async function seen(): Promise<object> {
  const executions = await scenario.executions();
  const { clock } = scenario.sandbox;
  const histories = await Promise.all(
    executions.map(async ({ workflow, name }) => {
      const machine = (await scenario.machineArn(workflow)).replace(':stateMachine:', ':execution:');
      const input = { executionArn: `${machine}:${name}`, maxResults: 1_000 };
      const { events } = await scenario.call<{ events: HistoryEvent[] }>('states', 'GetExecutionHistory', input);
      return events.map(({ type, timestamp, stateEnteredEventDetails }) =>
        [timestamp.getTime(), type, stateEnteredEventDetails?.name].join(' '),
      );
    }),
  );
  const pods = scenario.cluster.store.list('pods').map(({ metadata, spec }) => [metadata.name, spec?.['nodeName']]);
  return {
    now: clock.now(),
    executions: executions.map(({ status, outcome, reasons }) => ({ status, outcome, reasons })),
    histories,
    pods,
    // Processes that work at the same moment are as fast as the machine lets them.
    requests: scenario.cluster
      .requests()
      .map((request) => JSON.stringify(request))
      .sort(),
    group: await scenario.group('demo-spot'),
  };
}

/** The same story with functions in this process, or in processes of their own. */
async function told(processes: boolean, play: () => Promise<unknown>): Promise<object> {
  await begin({ processes });
  await play();
  await scenario.untilIdle();
  return await seen();
}

describe('functions in the process of the sandbox do the same, to the millisecond, as in processes of their own', () => {
  it.each([
    ['an instance is interrupted', async () => scenario.sandbox.world.interruptSpot(scenario.spot)],
    [
      'a person replaces a node',
      async () => await scenario.run({ cluster: 'demo', instances: [scenario.spot], dryRun: false }),
    ],
    ['check looks at a cluster', async () => await scenario.run({ cluster: 'demo' }, undefined, 'check')],
  ])('when %s', async (_what, play) => {
    const inProcess = await told(false, play);
    expect(await told(true, play)).toEqual(inProcess);
  });
});
