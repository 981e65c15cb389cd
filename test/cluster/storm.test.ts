import { afterAll, beforeAll, expect, it, jest } from '@jest/globals';
import { stormWorld } from '../bench/world.ts';
import { eventually, isReady, type RealScenario, startRealScenario } from './real-scenario.ts';

jest.setTimeout(600_000);

const nodes = 100;
const podsPerNode = 10;

let real: RealScenario;

beforeAll(async () => {
  real = await startRealScenario(stormWorld(nodes, podsPerNode, { 'joins-after': 1, 'ready-after': 0 }));
  await eventually('every pod is Ready', () => readyPods() >= nodes * podsPerNode, 300);
  const room = { AutoScalingGroupName: 'spare', DesiredCapacity: nodes };
  await real.scenario.call('autoscaling', 'SetDesiredCapacity', room);
  await eventually('there is room for them elsewhere', () => readyNodes() === 2 * nodes, 300);
});

afterAll(async () => {
  await real?.end();
});

const readyPods = () => real.scenario.cluster.store.list('pods').filter(isReady).length;
const readyNodes = () => real.scenario.cluster.store.list('nodes').filter(isReady).length;

it('on a real control plane, a storm that takes 100 nodes at once drains and replaces every one, and loses nothing', async () => {
  const { scenario, plane } = real;
  const before = readyPods();
  const { inService } = await scenario.group('storm');
  const names = inService.map((id) => scenario.nodeOf(id)?.metadata.name ?? '');
  let cordonedBeforeFirstEviction: number | undefined;
  scenario.cluster.store.subscribe(({ resource, object, previous }) => {
    const asked = object.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined;
    if (resource === 'pods' && asked)
      cordonedBeforeFirstEviction ??= inService.filter((id) => scenario.isCordoned(id)).length;
  });
  for (const instance of inService) scenario.sandbox.world.interruptSpot(instance);
  await eventually('executions begin', async () => (await scenario.executions()).length > 0);
  const ended = async () => (await scenario.executions()).every(({ status }) => status !== 'RUNNING');
  await eventually('every execution ends', ended, 400);
  const executions = await scenario.executions();
  expect(executions.map(({ status }) => status)).toEqual(executions.map(() => 'SUCCEEDED'));
  expect(executions.map(({ outcome }) => outcome)).toEqual(executions.map(() => 'Replaced'));
  expect(executions.length).toBeLessThanOrEqual(nodes / 10);
  // A batch is up to 50 nodes, and each batch cordons all of its own before its first eviction.
  expect(cordonedBeforeFirstEviction).toBeGreaterThanOrEqual(nodes / executions.length / 2);
  expect(names.filter((name) => scenario.cluster.store.get('nodes', undefined, name) !== undefined)).toEqual([]);
  await eventually('every pod runs elsewhere', () => readyPods() >= before, 120);
  const group = await scenario.group('storm');
  expect([group.desired, group.inService.length]).toEqual([nodes, nodes]);
  const requests = plane.requests();
  const evictions = requests.get('create pods/eviction') ?? 0;
  const others = [...requests.values()].reduce((sum, count) => sum + count, 0) - evictions;
  expect(evictions / before).toBeLessThanOrEqual(2);
  expect(others / nodes).toBeLessThanOrEqual(6);
});
