import { person } from '../../sandbox/aws/contract.ts';
import { Scenario } from '../scenarios/scenario.ts';
import { stormWorld } from './world.ts';

/** Seconds from the first PutEvents. */
export interface StormTimes {
  readonly allCordoned: number;
  readonly cordonedMedian: number;
  /** Until every pod without a budget had been asked to leave, and until all of them were gone. */
  readonly freePodsAsked: number;
  readonly freePodsGone: number;
  readonly allGone: number;
  readonly pods: number;
}

interface StormFigures extends StormTimes {
  readonly nodes: number;
  readonly podsPerNode: number;
  readonly evictionsPerPod: number;
  readonly otherCallsPerNode: number;
  readonly executions: number;
}

/** Interrupts so many nodes at once, in real time, and counts what the API server saw. */
export async function storm(nodes: number, podsPerNode: number): Promise<StormFigures> {
  const scenario = await Scenario.start({ world: stormWorld(nodes, podsPerNode), processes: true });
  try {
    await scenario.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spare', DesiredCapacity: nodes });
    await scenario.untilIdle();
    const { inService } = await scenario.group('storm');
    scenario.sandbox.clock.setMode('real');
    scenario.cluster.resetRequests();
    const times = await measureStorm(scenario, inService, () => interruptAll(scenario, inService));
    const requests = scenario.cluster.requests().filter(({ user }) => user === 'eks-steward:drainer');
    const sum = (list: typeof requests) => list.reduce((count, request) => count + request.count, 0);
    const evictions = sum(requests.filter(({ resource }) => resource === 'pods/eviction'));
    return {
      ...times,
      nodes: inService.length,
      podsPerNode,
      evictionsPerPod: evictions / times.pods,
      otherCallsPerNode: (sum(requests) - evictions) / inService.length,
      executions: await executionCount(scenario),
    };
  } finally {
    await scenario.end();
  }
}

export async function interruptAll(scenario: Scenario, instances: readonly string[]): Promise<void> {
  await scenario.putEvents(...instances.map((id) => scenario.warning(id)));
}

export async function executionCount(scenario: Scenario): Promise<number> {
  const input = { stateMachineArn: await scenario.machineArn(), maxResults: 1_000 };
  return (await scenario.sandbox.cloud.call<{ executions: object[] }>('states', 'ListExecutions', input, person))
    .executions.length;
}

/** Longest wait for the end of a drain; a Spot instance has no more. Milliseconds. */
const longest = 118_000;

/** Watches the nodes of these instances and their pods from the moment that `begin` is called. */
export async function measureStorm(
  scenario: Scenario,
  instances: readonly string[],
  begin: () => Promise<void>,
): Promise<StormTimes> {
  const { store } = scenario.cluster;
  const names = new Set(instances.map((id) => scenario.nodeOf(id)?.metadata.name ?? ''));
  const ours = store.list('pods').filter(({ spec }) => names.has((spec as { nodeName?: string }).nodeName ?? ''));
  const uidsOf = (list: typeof ours) => new Set(list.map(({ metadata }) => metadata.uid));
  const held = new Set(store.list('poddisruptionbudgets.policy').map(({ metadata }) => metadata.name));
  const free = ours.filter(({ metadata }) => !held.has(metadata.labels?.['app'] ?? ''));
  const left = { pods: uidsOf(ours), freeToAsk: uidsOf(free), freeToGo: uidsOf(free) };
  const cordoned: number[] = [];
  const at = { freeAsked: Number.NaN, freeGone: Number.NaN };
  let began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const done = new Promise<number>((resolve) => {
    store.subscribe(({ type, resource, object, previous }) => {
      const spec = object.spec as { unschedulable?: boolean } | undefined;
      const before = previous?.spec as { unschedulable?: boolean } | undefined;
      if (resource === 'nodes' && spec?.unschedulable && !before?.unschedulable) cordoned.push(seconds());
      if (resource !== 'pods') return;
      const { uid, deletionTimestamp } = object.metadata;
      const asked = deletionTimestamp !== undefined || type === 'DELETED';
      if (asked && left.freeToAsk.delete(uid) && left.freeToAsk.size === 0) at.freeAsked = seconds();
      if (type !== 'DELETED') return;
      if (left.freeToGo.delete(uid) && left.freeToGo.size === 0) at.freeGone = seconds();
      if (left.pods.delete(uid) && left.pods.size === 0) resolve(seconds());
    });
  });
  began = performance.now();
  await begin();
  const allGone = await Promise.race([done, scenario.sandbox.clock.sleep(longest).then(() => Number.NaN)]);
  cordoned.sort((a, b) => a - b);
  return {
    allCordoned: cordoned.at(instances.length - 1) ?? Number.NaN,
    cordonedMedian: cordoned[Math.floor(cordoned.length / 2)] ?? Number.NaN,
    freePodsAsked: at.freeAsked,
    freePodsGone: at.freeGone,
    allGone,
    pods: ours.length,
  };
}
