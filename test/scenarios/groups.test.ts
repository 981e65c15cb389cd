import { describe, expect, it } from '@jest/globals';
import { begin, codes, expectOutcome, expectSpotGroup, scenario, useScenarios } from './use-scenario.ts';
import { demoWorldWith, withSpotGroup } from './worlds.ts';

useScenarios();

describe('new nodes that never become Ready', () => {
  const neverReady = () => withSpotGroup({ 'ready-after': 7_200 });

  it('stop a rebalance: everything is put back and the old node works on', async () => {
    await begin({ world: neverReady() });
    const before = await scenario.group('demo-spot');
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await expectOutcome('RolledBack', 'ReplacementNotReady');
    expect((await scenario.group('demo-spot')).desired).toBe(before.desired);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    expect(scenario.podsOn(scenario.nodeOf(scenario.spot)?.metadata.name ?? '')).not.toEqual([]);
  });

  it('do not stop an interruption: the node is drained and the run says what is missing', async () => {
    await begin({ world: neverReady() });
    const old = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Drained', 'ReplacementPending');
    expect(scenario.cluster.store.get('nodes', undefined, old)).toBeUndefined();
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });
});

describe('a group with Capacity Rebalancing', () => {
  it('launches the new instance itself on a recommendation, and is not asked for another', async () => {
    await begin({ world: withSpotGroup({ 'capacity-rebalance': true }) });
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    const execution = await expectOutcome('Replaced', 'GroupRebalances');
    expect(codes(execution.reasons)).not.toContain('ReplacementRequested');
    const inService = await expectSpotGroup(3);
    expect(inService).not.toContain(scenario.spot);
  });

  it('is as large as before after an interruption', async () => {
    await begin({ world: withSpotGroup({ 'capacity-rebalance': true }) });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
    await expectSpotGroup(3);
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
    await begin({ world });
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
    await expectOutcome('Replaced');
    expect(endedWith).toBe(0);
    await scenario.letPass(120_000);
    expect(scenario.unready()).toEqual([]);
  });
});
