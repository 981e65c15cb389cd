import { describe, expect, it } from '@jest/globals';
import { begin, expectSpotGroup, scenario, useScenario } from './use-scenario.ts';

useScenario();

const idle = () => scenario.untilIdle();

describe('a run that is stopped', () => {
  const node = () => scenario.nodeOf(scenario.spot);
  const stopWhen = (state: string) => {
    let stopped = false;
    scenario.sandbox.states.onTransition((execution, { type, stateEnteredEventDetails }) => {
      if (stopped || execution.status !== 'RUNNING' || !type?.endsWith('StateEntered')) return;
      if (stateEnteredEventDetails?.name !== state) return;
      stopped = true;
      scenario.sandbox.clock.after(
        0,
        () => void scenario.call('states', 'StopExecution', { executionArn: execution.arn }),
      );
    });
    return () => stopped;
  };

  it.each([
    'Assess nodes',
    'Announce the start',
    'Cordon nodes',
    'Launch replacements',
    'Wait for the replacements',
    'Drain nodes',
  ])("in '%s' leaves node and group as they were", async (state) => {
    const before = node();
    const stopped = stopWhen(state);
    await scenario.run({ cluster: 'demo', nodes: [before?.metadata.name], dryRun: false });
    await idle();
    await scenario.letPass(10_000);
    expect(stopped()).toBe(true);
    const after = node();
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
    expect(after?.metadata.annotations).toEqual(before?.metadata.annotations);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    expect((after?.spec as { taints?: object[] } | undefined)?.taints ?? []).toEqual([]);
    const inService = await expectSpotGroup(3);
    expect(inService).toContain(scenario.spot);
  });

  it('while budgets hold the rest keeps the new instance that carries pods already, and says so', async () => {
    const name = node()?.metadata.name;
    const stopped = stopWhen('Wait for the blockers');
    await scenario.run({ cluster: 'demo', nodes: [name], dryRun: false });
    await idle();
    expect(stopped()).toBe(true);
    const cleanup = (await scenario.executions()).at(-1);
    expect(cleanup).toMatchObject({ outcome: 'RolledBack' });
    const kept = (cleanup?.reasons as { code: string; about: string }[] | undefined)?.filter(
      ({ code }) => code === 'ReplacementKept',
    );
    expect(kept).toHaveLength(1);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    expect((await scenario.group('demo-spot')).desired).toBe(4);
  });

  it.each(['Terminate instances', 'Wait for the new nodes', 'Look for the new nodes'])(
    "in '%s' leaves a group of the right size without the old node",
    async (state) => {
      const stopped = stopWhen(state);
      scenario.sandbox.world.interruptSpot(scenario.spot);
      await idle();
      expect(stopped()).toBe(true);
      const inService = await expectSpotGroup(3);
      expect(inService).not.toContain(scenario.spot);
      expect(node()).toBeUndefined();
    },
  );
});

describe('an interruption of a node whose run has died unheard', () => {
  it('takes the case over, puts back what the dead run had changed, and ends as if it had been alone', async () => {
    const lost = 'Step Functions Execution Status Change';
    await begin({ disturb: (event) => (event['detail-type'] === lost ? [] : [0]) });
    const name = scenario.nodeOf(scenario.spot)?.metadata.name;
    const executionArn = await scenario.run({ cluster: 'demo', nodes: [name], dryRun: false }, 'dies');
    await scenario.letPass(20_000);
    await scenario.call('states', 'StopExecution', { executionArn });
    await scenario.letPass(15_000);
    expect(scenario.isCordoned(scenario.spot)).toBe(true);
    const interruptedAt = scenario.sandbox.clock.now();
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const [dead, next, ...others] = await scenario.executions();
    expect([dead?.status, next?.outcome, others]).toEqual(['ABORTED', 'Replaced', []]);
    const rolledBack = ((next?.reasons ?? []) as { code: string; text: string }[]).find(
      ({ code }) => code === 'HolderDied',
    );
    expect(rolledBack?.text).toContain('dies');
    await expectSpotGroup(3);
    expect(scenario.sandbox.clock.now() - interruptedAt).toBeLessThan(600_000);
    expect(scenario.unready()).toEqual([]);
  });
});
