import { person } from '../../sandbox/aws/contract.ts';
import { Scenario } from '../scenarios/scenario.ts';
import { stormWorld } from './world.ts';

export interface StormFigures {
  readonly nodes: number;
  readonly pods: number;
  /** Seconds from the first PutEvents. */
  readonly allCordoned: number;
  readonly cordonedMedian: number;
  /** Until every pod without a budget had been asked to leave. */
  readonly freePodsAsked: number;
  readonly allGone: number;
  readonly evictionsPerPod: number;
  readonly otherCallsPerNode: number;
  readonly executions: number;
}

/** Interrupts so many nodes at once, in real time, and counts what the API server saw. */
export async function storm(nodes: number, podsPerNode: number): Promise<StormFigures> {
  const scenario = await Scenario.start({ world: stormWorld(nodes, podsPerNode) });
  try {
    await scenario.call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spare', DesiredCapacity: nodes });
    await scenario.sandbox.untilIdle();
    const { inService } = await scenario.group('storm');
    scenario.sandbox.clock.setMode('real');
    return await measure(scenario, inService, podsPerNode);
  } finally {
    await scenario.end();
  }
}

async function measure(scenario: Scenario, instances: readonly string[], podsPerNode: number): Promise<StormFigures> {
  const { cluster } = scenario;
  const names = new Set(instances.map((id) => scenario.nodeOf(id)?.metadata.name ?? ''));
  const pods = new Set(
    cluster.store
      .list('pods')
      .filter(({ spec }) => names.has((spec as { nodeName?: string }).nodeName ?? ''))
      .map(({ metadata }) => metadata.uid),
  );
  const total = pods.size;
  const held = new Set(cluster.store.list('poddisruptionbudgets.policy').map(({ metadata }) => metadata.name));
  const free = new Set(
    cluster.store
      .list('pods')
      .filter(({ metadata }) => pods.has(metadata.uid) && !held.has(metadata.labels?.['app'] ?? ''))
      .map(({ metadata }) => metadata.uid),
  );
  const cordoned: number[] = [];
  let freePodsAsked = 0;
  let began = performance.now();
  const seconds = () => (performance.now() - began) / 1_000;
  const done = new Promise<number>((resolve) => {
    cluster.store.subscribe(({ type, resource, object, previous }) => {
      const spec = object.spec as { unschedulable?: boolean } | undefined;
      const before = previous?.spec as { unschedulable?: boolean } | undefined;
      if (resource === 'nodes' && spec?.unschedulable && !before?.unschedulable) cordoned.push(seconds());
      if (resource !== 'pods') return;
      if (object.metadata.deletionTimestamp !== undefined && free.delete(object.metadata.uid) && free.size === 0)
        freePodsAsked = seconds();
      if (type === 'DELETED' && pods.delete(object.metadata.uid) && pods.size === 0) resolve(seconds());
    });
  });
  cluster.resetRequests();
  began = performance.now();
  await scenario.putEvents(...instances.map((id) => scenario.warning(id)));
  const allGone = await Promise.race([done, scenario.sandbox.clock.sleep(115_000).then(() => Number.NaN)]);
  const requests = cluster.requests().filter(({ user }) => user === 'eks-steward:drainer');
  const sum = (list: typeof requests) => list.reduce((count, request) => count + request.count, 0);
  const evictions = requests.filter(({ resource }) => resource === 'pods/eviction');
  const { executions } = await scenario.sandbox.cloud.call<{ executions: object[] }>(
    'states',
    'ListExecutions',
    { stateMachineArn: await scenario.machineArn(), maxResults: 1_000 },
    person,
  );
  cordoned.sort((a, b) => a - b);
  return {
    nodes: instances.length,
    pods: podsPerNode,
    allCordoned: cordoned.length >= instances.length ? (cordoned.at(instances.length - 1) ?? Number.NaN) : Number.NaN,
    cordonedMedian: cordoned[Math.floor(cordoned.length / 2)] ?? Number.NaN,
    freePodsAsked: free.size === 0 ? freePodsAsked : Number.NaN,
    allGone,
    evictionsPerPod: sum(evictions) / total,
    otherCallsPerNode: (sum(requests) - sum(evictions)) / instances.length,
    executions: executions.length,
  };
}
