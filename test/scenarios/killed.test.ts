import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { CallContext } from '../../sandbox/aws/contract.ts';
import { busiestSpot } from '../../sandbox/drills/drills.ts';
import { Scenario } from './scenario.ts';

jest.setTimeout(240_000);

let scenario: Scenario;

beforeEach(async () => {
  scenario = await Scenario.start();
});

afterEach(async () => {
  await scenario.end();
});

const idle = () => scenario.sandbox.untilIdle();
type When = 'before' | 'after';

/** A call that a function makes to AWS: who, what and the how manyth of its kind. */
interface Call {
  readonly key: string;
  readonly roleArn: string;
}

/** Watches the calls that functions make, and ends the process of one when its call comes, before it takes effect or after. */
function watchCalls(target: { readonly key: string; readonly when: When } | undefined): {
  calls: string[];
  stop: () => number;
} {
  const { cloud } = scenario.sandbox;
  const handle = cloud.handle.bind(cloud);
  const calls: string[] = [];
  let killed = 0;
  const kill = ({ roleArn }: Call) => {
    const victims = versions().filter(({ config }) => config.roleArn === roleArn);
    for (const environment of victims.flatMap((version) => version.environments())) {
      environment.kill();
      killed += 1;
    }
  };
  cloud.handle = async (service: string, operation: string, input: object, context: CallContext) => {
    const call = callOf(service, operation, context);
    if (!call) return await handle(service, operation, input, context);
    const due = target?.key === call.key && !calls.includes(call.key);
    calls.push(call.key);
    if (due && target.when === 'before') {
      kill(call);
      return {};
    }
    const answer = await handle(service, operation, input, context);
    if (due) kill(call);
    return answer;
  };
  return {
    calls,
    stop: () => {
      cloud.handle = handle;
      return killed;
    },
  };
}

/** Functions call with the credentials of their own roles. */
function callOf(service: string, operation: string, { principal }: CallContext): Call | undefined {
  if (principal.kind !== 'role') return undefined;
  const { roleArn } = principal;
  const owner = scenario.sandbox.runtime.all().find(({ config }) => config.roleArn === roleArn);
  return owner ? { key: `${owner.config.name} ${service}:${operation}`, roleArn } : undefined;
}

/** Every version of every function. */
function versions() {
  const { runtime } = scenario.sandbox;
  return runtime.all().flatMap(({ config }) => runtime.versions(config.name));
}

function endProcesses(): void {
  for (const version of versions()) for (const environment of version.environments()) environment.kill();
}

/** One interruption from event to end; the world is as large and as healthy afterwards as it was before. */
async function interrupt(target?: { readonly key: string; readonly when: When }) {
  // What a warm function has cached it does not ask again.
  if (target && /(eks|ssm):/.test(target.key)) endProcesses();
  const before = (await scenario.executions()).length;
  const victim = await busiestSpot(scenario.sandbox);
  const watch = watchCalls(target);
  scenario.sandbox.world.interruptSpot(victim);
  await idle();
  const killed = watch.stop();
  const executions = (await scenario.executions()).slice(before);
  expect({ target, executions }).toMatchObject({ target, executions: [{ status: 'SUCCEEDED', outcome: 'Replaced' }] });
  const { desired, inService } = await scenario.group('demo-spot');
  expect({ target, desired, inService: inService.length }).toEqual({ target, desired: 3, inService: 3 });
  expect(scenario.nodeOf(victim)).toBeUndefined();
  return { calls: watch.calls, killed };
}

describe('a Spot interruption', () => {
  it.each(['before', 'after'] as const)(
    'ends the same when a function is killed %s any kind of call to AWS takes effect',
    async (when) => {
      const all = [...new Set((await interrupt()).calls)];
      expect(all.length).toBeGreaterThan(15);
      // Whether a read was answered before the end makes no difference to the world.
      const kinds = when === 'before' ? all : all.filter((key) => !/:(Describe|Get|BatchGet|Receive|Query)/.test(key));
      const survived: string[] = [];
      for (const key of kinds) if ((await interrupt({ key, when })).killed !== 1) survived.push(key);
      // Only a drain of more than half a minute renews its lease, and only the end of an instance after more than a
      // minute brings no deadline forward, so that intake reads the case that it joins.
      const ofLongDrains = /drain-nodes dynamodb:UpdateItem|intake dynamodb:GetItem/;
      expect(survived.filter((key) => !ofLongDrains.test(key))).toEqual([]);
      expect(scenario.unready()).toEqual([]);
    },
  );
});

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
    const { desired, inService } = await scenario.group('demo-spot');
    expect([desired, inService.length]).toEqual([3, 3]);
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
      const { desired, inService } = await scenario.group('demo-spot');
      expect([desired, inService.length]).toEqual([3, 3]);
      expect(inService).not.toContain(scenario.spot);
      expect(node()).toBeUndefined();
    },
  );
});

describe('an interruption of a node whose run has died unheard', () => {
  it('takes the case over, puts back what the dead run had changed, and ends as if it had been alone', async () => {
    await scenario.end();
    const lost = 'Step Functions Execution Status Change';
    scenario = await Scenario.start({ disturb: (event) => (event['detail-type'] === lost ? [] : [0]) });
    const name = scenario.nodeOf(scenario.spot)?.metadata.name;
    const executionArn = await scenario.run({ cluster: 'demo', nodes: [name], dryRun: false }, 'dies');
    await scenario.sandbox.clock.sleep(20_000);
    await scenario.call('states', 'StopExecution', { executionArn });
    await scenario.letPass(15_000);
    expect(scenario.isCordoned(scenario.spot)).toBe(true);
    const interruptedAt = scenario.sandbox.clock.now();
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const [dead, next, ...others] = await scenario.executions();
    expect([dead?.status, next?.outcome, others]).toEqual(['ABORTED', 'Replaced', []]);
    const tidied = ((next?.reasons ?? []) as { code: string; text: string }[]).find(
      ({ code }) => code === 'HolderDied',
    );
    expect(tidied?.text).toContain('dies');
    const { desired, inService } = await scenario.group('demo-spot');
    expect([desired, inService.length]).toEqual([3, 3]);
    expect(scenario.sandbox.clock.now() - interruptedAt).toBeLessThan(600_000);
    expect(scenario.unready()).toEqual([]);
  });
});
