import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  eventually,
  node,
  podsOf,
  readyPodsOf,
  type SandboxTarget,
  startCluster,
  stopCluster,
  workload,
} from '../sandbox-cluster.ts';

let target: SandboxTarget;
beforeEach(async () => {
  target = await startCluster();
});
afterEach(() => stopCluster(target));

function placed(app: string): string[] {
  return podsOf(target, app)
    .map(({ spec }) => spec.nodeName ?? 'nowhere')
    .sort();
}

async function schedule(app: string, replicas: number, pod: object = {}): Promise<string[]> {
  target.cluster.apply([workload('Deployment', app, { replicas, pod })]);
  await target.clock.letPass(10_000);
  return placed(app);
}

function why(app: string): string | undefined {
  const waiting = podsOf(target, app).find(({ spec }) => !spec.nodeName);
  return waiting?.status.conditions?.find(({ type }) => type === 'PodScheduled')?.message;
}

const containers = (requests: object) => [{ name: 'main', image: 'app:1', resources: { requests } }];

describe('the scheduler', () => {
  it('spreads the pods of one owner over the nodes', async () => {
    for (const name of ['a', 'b', 'c']) target.cluster.addNode(node(name));
    expect(await schedule('web', 6)).toEqual(['a', 'a', 'b', 'b', 'c', 'c']);
  });

  it.each([
    { what: 'cpu', requests: { cpu: '2' }, fit: 1, words: 'Insufficient cpu' },
    { what: 'memory', requests: { memory: '6Gi' }, fit: 2, words: 'Insufficient memory' },
  ])('stops when $what runs out, and says so', async ({ requests, fit, words }) => {
    target.cluster.addNode(node('a'));
    const nodes = await schedule('web', 3, { containers: containers(requests) });
    expect(nodes.filter((name) => name === 'a')).toHaveLength(fit);
    expect(why('web')).toBe(`0/1 nodes are available: 1 ${words}.`);
    const events = target.cluster.store.list('events').filter(({ reason }) => reason === 'FailedScheduling');
    expect(events[0]).toMatchObject({ type: 'Warning', source: { component: 'default-scheduler' } });
  });

  it('stops at the number of pods that a node takes', async () => {
    target.cluster.addNode(node('a', { capacity: { pods: '2' } }));
    expect(await schedule('web', 3)).toEqual(['a', 'a', 'nowhere']);
    expect(why('web')).toBe('0/1 nodes are available: 1 Too many pods.');
  });

  it('tries again when a node comes', async () => {
    expect(await schedule('web', 1)).toEqual(['nowhere']);
    target.cluster.addNode(node('a'));
    await eventually(target, 'it runs', () => readyPodsOf(target, 'web').length === 1);
    expect(placed('web')).toEqual(['a']);
  });

  it('avoids cordoned and tainted nodes, save for pods that tolerate the taint', async () => {
    target.cluster.addNode(node('a'));
    target.cluster.addNode(node('b', { taints: [{ key: 'team', value: 'x', effect: 'NoSchedule' }] }));
    await target.client.patch('/api/v1/nodes/a', 'application/merge-patch+json', { spec: { unschedulable: true } });
    expect(await schedule('plain', 1)).toEqual(['nowhere']);
    expect(why('plain')).toBe(
      '0/2 nodes are available: 1 node(s) had untolerated taint(s), 1 node(s) were unschedulable.',
    );
    const tolerations = [{ key: 'team', operator: 'Equal', value: 'x', effect: 'NoSchedule' }];
    expect(await schedule('tolerant', 1, { tolerations })).toEqual(['b']);
  });

  it('follows nodeSelector and required node affinity', async () => {
    target.cluster.addNode(node('a', { labels: { disk: 'ssd' } }));
    target.cluster.addNode(node('b', { zone: 'us-east-1b' }));
    const matchExpressions = [{ key: 'topology.kubernetes.io/zone', operator: 'NotIn', values: ['us-east-1a'] }];
    const nodeAffinity = {
      requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [{ matchExpressions }] },
    };
    expect(await schedule('selected', 1, { nodeSelector: { disk: 'ssd' } })).toEqual(['a']);
    expect(await schedule('affine', 1, { affinity: { nodeAffinity } })).toEqual(['b']);
    expect(await schedule('neither', 1, { nodeSelector: { disk: 'tape' } })).toEqual(['nowhere']);
    expect(why('neither')).toBe("0/2 nodes are available: 2 node(s) didn't match Pod's node affinity/selector.");
  });

  it('keeps pods with anti-affinity apart by node or zone', async () => {
    target.cluster.addNode(node('a1'));
    target.cluster.addNode(node('a2'));
    target.cluster.addNode(node('b', { zone: 'us-east-1b' }));
    const apart = (topologyKey: string, app: string) => {
      const term = { topologyKey, labelSelector: { matchLabels: { app } } };
      return { affinity: { podAntiAffinity: { requiredDuringSchedulingIgnoredDuringExecution: [term] } } };
    };
    expect(await schedule('by-node', 4, apart('kubernetes.io/hostname', 'by-node'))).toEqual([
      'a1',
      'a2',
      'b',
      'nowhere',
    ]);
    const byZone = await schedule('by-zone', 3, apart('topology.kubernetes.io/zone', 'by-zone'));
    expect(byZone.filter((name) => name === 'nowhere')).toHaveLength(1);
  });

  it('keeps the skew of hard spread constraints', async () => {
    target.cluster.addNode(node('a'));
    target.cluster.addNode(node('b', { zone: 'us-east-1b', capacity: { pods: '1' } }));
    const labelSelector = { matchLabels: { app: 'web' } };
    const topologySpreadConstraints = [
      { maxSkew: 1, topologyKey: 'topology.kubernetes.io/zone', whenUnsatisfiable: 'DoNotSchedule', labelSelector },
    ];
    expect(await schedule('web', 4, { topologySpreadConstraints })).toEqual(['a', 'a', 'b', 'nowhere']);
  });

  it('places the more important pod first', async () => {
    const priority = {
      apiVersion: 'scheduling.k8s.io/v1',
      kind: 'PriorityClass',
      metadata: { name: 'high' },
      value: 1000,
    };
    target.cluster.apply([
      priority,
      workload('Deployment', 'low', { replicas: 1 }),
      workload('Deployment', 'high', { replicas: 1, pod: { priorityClassName: 'high' } }),
    ]);
    await target.clock.letPass(5000);
    target.cluster.addNode(node('a', { capacity: { pods: '1' } }));
    await target.clock.letPass(5000);
    expect([placed('high'), placed('low')]).toEqual([['a'], ['nowhere']]);
  });

  it('does the same again with the same seed', async () => {
    const run = async (cluster: SandboxTarget) => {
      for (const name of ['a', 'b']) cluster.cluster.addNode(node(name));
      cluster.cluster.apply([workload('Deployment', 'web', { replicas: 5 })]);
      await cluster.clock.letPass(10_000);
      return podsOf(cluster, 'web').map(({ metadata, spec }) => `${metadata.name} ${metadata.uid} ${spec.nodeName}`);
    };
    const other = await startCluster();
    const [first, second] = [await run(target), await run(other)];
    await stopCluster(other);
    expect(first).toEqual(second);
  });
});
