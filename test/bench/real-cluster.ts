import { adminClient } from '../cluster/admin-client.ts';
import type { ControlPlane } from '../cluster/control-plane.ts';
import { eventually, isReady, type RealScenario, startRealScenario } from '../cluster/real-scenario.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { eventToCordonOf } from './latency.ts';
import { drainPlainly } from './plain-drain.ts';
import { executionCount, interruptAll, measureStorm, type StormTimes } from './storm.ts';
import { stormWorld } from './world.ts';

type Say = (what: string, figure: string, reach: string) => void;

/** kwok's nodes are there as soon as the sandbox registers them. */
const boot = { 'joins-after': 1, 'ready-after': 0 };

/** The figures of a real control plane, where it can be built; says so where it cannot. */
export async function benchRealCluster(
  say: Say,
  seconds: (value: number) => string,
  quantile: (values: readonly number[], part: number) => number,
): Promise<void> {
  try {
    const warm = await latency(20);
    say(
      'real: 1 node with 10 pods, PutEvents to unschedulable, warm p99 of 20',
      seconds(quantile(warm, 0.99)),
      '<= 1.0 s',
    );
    await compare(say, seconds, { nodes: 100, pods: 30, cordoned: '<= 8 s', gone: '<= 40 s (without a budget)' });
    await compare(say, seconds, { nodes: 300, pods: 10, cordoned: '<= 15 s', gone: '<= 60 s (all)' });
  } catch (error) {
    say('real: not measured', '', error instanceof Error ? error.message : String(error));
  }
}

async function latency(repeats: number): Promise<number[]> {
  return await withStorm(repeats + 1, 10, async ({ scenario }, instances) => {
    const times: number[] = [];
    for (const instance of instances) times.push(await eventToCordonOf(scenario, instance));
    return times.slice(1);
  });
}

interface Row {
  readonly nodes: number;
  readonly pods: number;
  readonly cordoned: string;
  readonly gone: string;
}

async function compare(say: Say, seconds: (value: number) => string, row: Row): Promise<void> {
  const what = `real: ${row.nodes} nodes with ${row.pods} pods:`;
  const floor = await withStorm(row.nodes, row.pods, ({ scenario, plane }, instances) =>
    measureStorm(scenario, instances, () => drainPlainly(plane, scenario, instances)),
  );
  const ours = await withStorm(row.nodes, row.pods, async ({ scenario, plane }, instances) => {
    const times = await measureStorm(scenario, instances, () => interruptAll(scenario, instances));
    return {
      times,
      requests: plane.requests(),
      counted: await evictionsCounted(plane),
      executions: await executionCount(scenario),
    };
  });
  const beside = (pick: (times: StormTimes) => number) => {
    const [figure, plain] = [pick(ours.times), pick(floor)];
    return `${seconds(figure)} (plain ${seconds(plain)}, ${(figure / plain).toFixed(1)}x)`;
  };
  say(
    `${what} all cordoned`,
    beside((times) => times.allCordoned),
    row.cordoned,
  );
  say(
    `${what} pods without a budget gone`,
    beside((times) => times.freePodsGone),
    row.gone,
  );
  say(
    `${what} every pod gone`,
    beside((times) => times.allGone),
    row.gone,
  );
  const evictions = ours.requests.get('create pods/eviction') ?? 0;
  const all = [...ours.requests.values()].reduce((sum, count) => sum + count, 0);
  say(`${what} eviction calls for each pod`, (evictions / ours.times.pods).toFixed(2), '<= 2.0');
  say(`${what} evictions in audit log; apiserver_request_total`, `${evictions}; ${ours.counted}`, '');
  say(`${what} other calls for each node`, ((all - evictions) / row.nodes).toFixed(2), '<= 6');
  say(`${what} executions`, String(ours.executions), '');
  const list = [...ours.requests].toSorted((a, b) => b[1] - a[1]).map(([request, count]) => `${request} ${count}`);
  say(`${what} calls`, '', list.join(', '));
}

/** How many evictions the API server has answered, by its own metrics; nobody but us evicts here. */
async function evictionsCounted(plane: ControlPlane): Promise<number> {
  const client = adminClient(plane);
  const { text } = await client.get('/metrics');
  client.close();
  return text
    .split('\n')
    .filter((line) => line.startsWith('apiserver_request_total{') && line.includes('subresource="eviction"'))
    .reduce((sum, line) => sum + Number(line.split(' ').at(-1)), 0);
}

/** A fresh control plane whose group `storm` has all the pods, with room for them in the group `spare`. */
async function withStorm<Result>(
  nodes: number,
  pods: number,
  measure: (real: RealScenario, instances: readonly string[]) => Promise<Result>,
): Promise<Result> {
  const real = await startRealScenario(stormWorld(nodes, pods, boot));
  try {
    const { scenario } = real;
    await eventually('every pod is Ready', () => settled(scenario, nodes * pods), 300);
    await scenario.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spare', DesiredCapacity: nodes });
    await eventually(
      'the spare nodes are Ready',
      () => scenario.cluster.store.list('nodes').filter(isReady).length >= 2 * nodes,
      300,
    );
    const { inService } = await scenario.group('storm');
    return await measure(real, inService);
  } finally {
    await real.end();
  }
}

function settled({ cluster }: Scenario, pods: number): boolean {
  const budgets = cluster.store.list('poddisruptionbudgets.policy');
  return (
    cluster.store.list('pods').filter(isReady).length >= pods &&
    budgets.every(({ status }) => status.disruptionsAllowed > 0)
  );
}
