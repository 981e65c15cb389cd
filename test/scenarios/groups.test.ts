import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Scenario } from './scenario.ts';
import { demoWorldWith, withSpotGroup } from './worlds.ts';

jest.setTimeout(60_000);

let scenario: Scenario;

afterEach(async () => {
  await scenario.end();
});

const idle = () => scenario.sandbox.untilIdle();
const codes = (reasons: readonly unknown[] = []) => (reasons as { code: string }[]).map(({ code }) => code);

describe('new nodes that never become Ready', () => {
  const neverReady = () => withSpotGroup({ 'ready-after': 7_200 });

  it('stop a rebalance: everything is put back and the old node works on', async () => {
    scenario = await Scenario.start({ world: neverReady() });
    const before = await scenario.group('demo-spot');
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', outcome: 'RolledBack' });
    expect(codes(execution?.reasons)).toContain('ReplacementNotReady');
    expect((await scenario.group('demo-spot')).desired).toBe(before.desired);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    expect(scenario.podsOn(scenario.nodeOf(scenario.spot)?.metadata.name ?? '')).not.toEqual([]);
  });

  it('do not stop an interruption: the node is drained and the run says what is missing', async () => {
    scenario = await Scenario.start({ world: neverReady() });
    const old = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', outcome: 'Drained' });
    expect(codes(execution?.reasons)).toContain('ReplacementPending');
    expect(scenario.cluster.store.get('nodes', undefined, old)).toBeUndefined();
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });
});

describe('a group with Capacity Rebalancing', () => {
  it('launches the new instance itself on a recommendation, and is not asked for another', async () => {
    scenario = await Scenario.start({ world: withSpotGroup({ 'capacity-rebalance': true }) });
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    expect(codes(execution?.reasons)).toContain('GroupRebalances');
    expect(codes(execution?.reasons)).not.toContain('ReplacementRequested');
    const { desired, inService } = await scenario.group('demo-spot');
    expect([desired, inService.length]).toEqual([3, 3]);
    expect(inService).not.toContain(scenario.spot);
  });

  it('is as large as before after an interruption', async () => {
    scenario = await Scenario.start({ world: withSpotGroup({ 'capacity-rebalance': true }) });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    expect(await scenario.executions()).toMatchObject([{ outcome: 'Replaced' }]);
    const { desired, inService } = await scenario.group('demo-spot');
    expect([desired, inService.length]).toEqual([3, 3]);
  });
});

describe('a StatefulSet with volumes on the interrupted node', () => {
  it('has its volume detached before the instance is ended, and runs on with it elsewhere', async () => {
    const world = demoWorldWith(({ groups, manifests }) => {
      // Volumes are of one zone, and so should the group be: elsewhere its new instance may come up in another.
      Object.assign(groups.find(({ name }) => name === 'demo-spot') ?? {}, { zones: ['us-east-1a'] });
      for (const { kind, metadata, ...rest } of manifests.demo) {
        if (kind !== 'StatefulSet' || metadata.name !== 'queue') continue;
        const { template } = rest['spec'] as { template: { spec: Record<string, unknown> } };
        template.spec['nodeSelector'] = { pool: 'spot' };
      }
    });
    scenario = await Scenario.start({ world });
    const { store } = scenario.cluster;
    const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    const queues = () => scenario.podsOn(node).filter((pod) => pod.startsWith('data/queue'));
    expect(queues()).not.toEqual([]);
    const attached = () =>
      store
        .list('volumeattachments.storage.k8s.io')
        .filter(({ spec }) => (spec as { nodeName?: string }).nodeName === node).length;
    expect(attached()).toBeGreaterThan(0);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    let endedWith: number | undefined;
    scenario.sandbox.buses.onEvent((event) => {
      const { detail } = event as unknown as { detail: { 'instance-id'?: string; state?: string } };
      if (detail['instance-id'] === scenario.spot && detail.state === 'shutting-down') endedWith ??= attached();
    });
    await idle();
    expect(await scenario.executions()).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
    expect(endedWith).toBe(0);
    await scenario.letPass(120_000);
    expect(scenario.unready()).toEqual([]);
  });
});
