import { describe, expect, it } from '@jest/globals';
import { budget, eventually, node, podsOf, readyPodsOf, withCluster, workload } from '../sandbox-cluster.ts';

const target = withCluster();

function statusOf(name: string) {
  return target().cluster.store.get('poddisruptionbudgets.policy', 'default', name)?.status;
}

describe('the budget controller', () => {
  it.each([
    { name: 'int-min', replicas: 4, spec: { minAvailable: 3 }, desiredHealthy: 3, disruptionsAllowed: 1 },
    { name: 'percent-min', replicas: 7, spec: { minAvailable: '50%' }, desiredHealthy: 4, disruptionsAllowed: 3 },
    { name: 'all-min', replicas: 3, spec: { minAvailable: '100%' }, desiredHealthy: 3, disruptionsAllowed: 0 },
    { name: 'int-max', replicas: 4, spec: { maxUnavailable: 1 }, desiredHealthy: 3, disruptionsAllowed: 1 },
    { name: 'percent-max', replicas: 7, spec: { maxUnavailable: '30%' }, desiredHealthy: 4, disruptionsAllowed: 3 },
    { name: 'no-max', replicas: 2, spec: { maxUnavailable: 0 }, desiredHealthy: 2, disruptionsAllowed: 0 },
    { name: 'large-max', replicas: 2, spec: { maxUnavailable: 9 }, desiredHealthy: 0, disruptionsAllowed: 2 },
    { name: 'above-min', replicas: 2, spec: { minAvailable: 5 }, desiredHealthy: 5, disruptionsAllowed: 0 },
  ])('counts $replicas replicas under $spec', async ({ name, replicas, spec, desiredHealthy, disruptionsAllowed }) => {
    const { cluster } = target();
    if (!cluster.store.get('nodes', undefined, 'big'))
      cluster.addNode(node('big', { capacity: { pods: '500', cpu: '96' } }));
    cluster.apply([workload('Deployment', name, { replicas }), budget(name, spec)]);
    await eventually(target(), 'all pods are counted', () => statusOf(name)?.currentHealthy === replicas);
    expect(statusOf(name)).toMatchObject({
      expectedPods: replicas,
      desiredHealthy,
      disruptionsAllowed,
      observedGeneration: 1,
    });
  });

  it('allows nothing where it cannot count, and says why', async () => {
    const { cluster } = target();
    cluster.apply([workload('DaemonSet', 'agent'), budget('agent', { maxUnavailable: 1 })]);
    await eventually(target(), 'the daemon runs', () => readyPodsOf(target(), 'agent').length === 1);
    await target().clock.letPass(1000);
    expect(statusOf('agent')).toMatchObject({
      disruptionsAllowed: 0,
      conditions: [{ reason: 'SyncFailed', message: 'daemonsets.apps does not implement the scale subresource' }],
    });
  });

  it.each([undefined, null])('selects nothing with the selector %s', async (selector) => {
    const { cluster, clock } = target();
    cluster.apply([budget('nothing', { selector, minAvailable: 0 })]);
    await clock.letPass(1000);
    expect(statusOf('nothing')).toMatchObject({ expectedPods: 0, disruptionsAllowed: 0, observedGeneration: 1 });
  });

  it('refuses evictions with Retry-After 10 until it has seen a changed budget', async () => {
    const { cluster, client } = target();
    cluster.apply([workload('Deployment', 'fresh', { replicas: 2 }), budget('fresh', { maxUnavailable: 1 })]);
    await eventually(target(), 'the budget is counted', () => statusOf('fresh')?.disruptionsAllowed === 1);
    cluster.apply([budget('fresh', { maxUnavailable: 2 })]);
    const name = podsOf(target(), 'fresh')[0]?.metadata.name ?? '';
    const { status, headers, body } = await client.post(`/api/v1/namespaces/default/pods/${name}/eviction`, {
      metadata: { name },
    });
    expect([status, headers['retry-after']]).toEqual([429, '10']);
    expect(body['details']?.['causes']).toMatchObject([
      { message: 'The disruption budget fresh is still being processed by the server.' },
    ]);
  });

  it('gives a disruption back after two minutes when the pod did not go', async () => {
    const { cluster, clock } = target();
    cluster.apply([workload('Deployment', 'spared', { replicas: 2 }), budget('spared', { maxUnavailable: 1 })]);
    await eventually(target(), 'the budget is counted', () => statusOf('spared')?.disruptionsAllowed === 1);
    const found = cluster.store.get('poddisruptionbudgets.policy', 'default', 'spared');
    const pod = podsOf(target(), 'spared')[0]?.metadata.name ?? '';
    if (!found) throw new Error('the budget is missing');
    const disruptedPods = { [pod]: clock.date().toISOString() };
    cluster.store.put('poddisruptionbudgets.policy', {
      ...found,
      status: { ...found.status, disruptionsAllowed: 0, disruptedPods },
    });
    await clock.letPass(60_000);
    expect(statusOf('spared')?.disruptionsAllowed).toBe(0);
    await clock.letPass(61_000);
    expect(statusOf('spared')).toMatchObject({ disruptionsAllowed: 1 });
    expect(statusOf('spared')?.disruptedPods).toBeUndefined();
  });
});
