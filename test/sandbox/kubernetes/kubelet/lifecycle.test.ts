import { beforeEach, describe, expect, it } from '@jest/globals';
import { eventually, node, podsOf, readyPodsOf, withCluster, workload } from '../sandbox-cluster.ts';

const target = withCluster();
let name = '';
let number = 0;

function taintsOf(of: string): string[] {
  return (target().cluster.store.get('nodes', undefined, of)?.spec.taints ?? []).map(
    ({ key, effect }) => `${key}:${effect}`,
  );
}

function pod(of: string) {
  return target().cluster.store.get('pods', 'default', of);
}

/** A pod bound to the test's own node. */
async function bound(
  podName: string,
  annotations: Readonly<Record<string, string>> = {},
  spec: object = {},
): Promise<void> {
  const containers = [{ name: 'main', image: 'app:1' }];
  const metadata = { name: podName, namespace: 'default', annotations };
  const nodeSelector = { 'kubernetes.io/hostname': name };
  target().cluster.apply([{ apiVersion: 'v1', kind: 'Pod', metadata, spec: { containers, nodeSelector, ...spec } }]);
  await eventually(target(), `${podName} runs`, () => pod(podName)?.status.phase === 'Running');
}

beforeEach(() => {
  name = `node-${++number}`;
  target().cluster.addNode(node(name));
});

describe('a node', () => {
  it('registers as an EC2 instance does', () => {
    expect(target().cluster.store.get('nodes', undefined, name)).toMatchObject({
      metadata: { labels: { 'topology.kubernetes.io/zone': 'us-east-1a', 'kubernetes.io/hostname': name } },
      spec: { providerID: `aws:///us-east-1a/i-${name}` },
      status: { allocatable: { pods: '58' }, nodeInfo: { kubeletVersion: 'v1.36.2-eks-sandbox' } },
    });
  });

  it('that boots slowly is tainted until it is ready', async () => {
    target().cluster.addNode(node(`${name}-slow`, { readyAfterSeconds: 20 }));
    await target().clock.letPass(1000);
    expect(taintsOf(`${name}-slow`)).toContain('node.kubernetes.io/not-ready:NoSchedule');
    await target().clock.letPass(20_000);
    expect(taintsOf(`${name}-slow`)).toEqual([]);
  });

  it('carries the unschedulable taint while it is cordoned', async () => {
    const path = `/api/v1/nodes/${name}`;
    await target().client.patch(path, 'application/strategic-merge-patch+json', { spec: { unschedulable: true } });
    await target().clock.letPass(100);
    expect(taintsOf(name)).toEqual(['node.kubernetes.io/unschedulable:NoSchedule']);
    await target().client.patch(path, 'application/strategic-merge-patch+json', { spec: { unschedulable: null } });
    await target().clock.letPass(100);
    expect(taintsOf(name)).toEqual([]);
  });

  it('that is lost becomes Unknown after 50 s, loses its pods after 300 s more, and keeps them Terminating', async () => {
    await bound(`${name}-pod`);
    const { cluster, clock } = target();
    cluster.setNodeReady(name, false);
    await clock.letPass(49_000);
    expect(taintsOf(name)).toEqual([]);
    await clock.letPass(2000);
    expect(taintsOf(name)).toEqual([
      'node.kubernetes.io/unreachable:NoSchedule',
      'node.kubernetes.io/unreachable:NoExecute',
    ]);
    expect(pod(`${name}-pod`)?.status.conditions).toEqual(
      expect.arrayContaining([expect.objectContaining({ type: 'Ready', status: 'False' })]),
    );
    await clock.letPass(295_000);
    expect(pod(`${name}-pod`)?.metadata.deletionTimestamp).toBeUndefined();
    await clock.letPass(10_000);
    expect(pod(`${name}-pod`)?.metadata.deletionTimestamp).toBeDefined();
    await clock.letPass(600_000);
    expect(pod(`${name}-pod`)).toBeDefined();
  });

  it('that comes back is Ready without taints and stops what was deleted meanwhile', async () => {
    await bound(`${name}-pod`);
    const { cluster, clock, client } = target();
    cluster.setNodeReady(name, false);
    await clock.letPass(60_000);
    await client.delete(`/api/v1/namespaces/default/pods/${name}-pod`);
    cluster.setNodeReady(name, true);
    await clock.letPass(3000);
    expect(taintsOf(name)).toEqual([]);
    expect(pod(`${name}-pod`)).toBeUndefined();
  });

  it('whose machine is not known cannot be lost, and can be removed after its object', async () => {
    const { cluster, client } = target();
    expect(() => cluster.setNodeReady('never', false)).toThrow('there is no machine of the node never');
    await client.delete(`/api/v1/nodes/${name}`);
    expect(() => cluster.removeNode(name)).not.toThrow();
  });

  it('that is removed leaves its pods for 40 s', async () => {
    await bound(`${name}-pod`);
    const { cluster, clock } = target();
    cluster.removeNode(name);
    await clock.letPass(39_000);
    expect(pod(`${name}-pod`)).toBeDefined();
    await clock.letPass(2000);
    expect(pod(`${name}-pod`)).toBeUndefined();
  });

  it('that is declared out of service gives up its terminating pods at once', async () => {
    await bound(`${name}-pod`);
    const { cluster, clock, client } = target();
    cluster.setNodeReady(name, false);
    await clock.letPass(60_000);
    await client.delete(`/api/v1/namespaces/default/pods/${name}-pod`);
    await clock.letPass(60_000);
    expect(pod(`${name}-pod`)).toBeDefined();
    const taint = [
      {
        op: 'add',
        path: '/spec/taints/-',
        value: { key: 'node.kubernetes.io/out-of-service', value: 'nodeshutdown', effect: 'NoExecute' },
      },
    ];
    await client.patch(`/api/v1/nodes/${name}`, 'application/json-patch+json', taint);
    await clock.letPass(1000);
    expect(pod(`${name}-pod`)).toBeUndefined();
  });

  it('with a NoExecute taint loses the pods that do not tolerate it, at once or after their time', async () => {
    const tolerations = [{ key: 'k', operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 30 }];
    await bound(`${name}-now`);
    await bound(`${name}-later`, {}, { tolerations });
    const taint = { spec: { taints: [{ key: 'k', effect: 'NoExecute' }] } };
    await target().client.patch(`/api/v1/nodes/${name}`, 'application/merge-patch+json', taint);
    await target().clock.letPass(5000);
    expect([pod(`${name}-now`), pod(`${name}-later`)?.metadata.deletionTimestamp]).toEqual([undefined, undefined]);
    await target().clock.letPass(30_000);
    expect(pod(`${name}-later`)).toBeUndefined();
  });
});

describe('a pod', () => {
  it('is bound, starts and becomes ready', async () => {
    await bound(`${name}-pod`);
    const { status, spec } = pod(`${name}-pod`) ?? {};
    expect(spec?.nodeName).toBe(name);
    expect(status).toMatchObject({
      phase: 'Running',
      podIP: expect.stringMatching(/^10\.0\./),
      qosClass: 'BestEffort',
    });
    expect(status?.conditions?.filter((item) => item.status === 'True').map(({ type }) => type)).toEqual(
      expect.arrayContaining(['PodScheduled', 'Initialized', 'ContainersReady', 'Ready']),
    );
  });

  it.each([
    { stops: '3s', grace: undefined, after: 3 },
    { stops: '20s', grace: 5, after: 5 },
    { stops: 'never', grace: undefined, after: 30 },
    { stops: '3s', grace: 0, after: 0 },
  ])('that stops after $stops is gone after $after s with the grace $grace', async ({ stops, grace, after }) => {
    await bound(`${name}-pod`, { 'sandbox.eks-steward/stops-after': stops });
    const { clock, client } = target();
    const begun = clock.now();
    await client.delete(
      `/api/v1/namespaces/default/pods/${name}-pod`,
      grace === undefined ? {} : { gracePeriodSeconds: grace },
    );
    await eventually(target(), 'it is gone', () => pod(`${name}-pod`) === undefined);
    expect(Math.round((clock.now() - begun) / 1000)).toBe(after);
  });

  it('goes sooner when a second delete shortens its grace, and not later when it is longer', async () => {
    await bound(`${name}-pod`, { 'sandbox.eks-steward/stops-after': 'never' });
    const { clock, client } = target();
    const path = `/api/v1/namespaces/default/pods/${name}-pod`;
    const begun = clock.now();
    await client.delete(path, { gracePeriodSeconds: 30 });
    await client.delete(path, { gracePeriodSeconds: 60 });
    expect((await client.get(path)).body['metadata']?.['deletionGracePeriodSeconds']).toBe(30);
    await client.delete(path, { gracePeriodSeconds: 10 });
    await eventually(target(), 'it is gone', () => pod(`${name}-pod`) === undefined);
    expect(Math.round((clock.now() - begun) / 1000)).toBe(10);
  });

  it('tells its story in events', async () => {
    await bound(`${name}-pod`);
    await target().client.delete(`/api/v1/namespaces/default/pods/${name}-pod`);
    await target().clock.letPass(2000);
    const events = target()
      .cluster.store.list('events', 'default')
      .filter(({ involvedObject }) => involvedObject.name === `${name}-pod`);
    expect(events.map(({ reason }) => reason)).toEqual(expect.arrayContaining(['Scheduled', 'Started', 'Killing']));
    const { body } = await target().client.get(
      `/apis/events.k8s.io/v1/namespaces/default/events/${events[0]?.metadata.name}`,
    );
    expect(body).toMatchObject({
      apiVersion: 'events.k8s.io/v1',
      regarding: { name: `${name}-pod` },
      note: expect.any(String),
    });
  });

  it('that crashes again and again is Running and not ready', async () => {
    await bound(`${name}-pod`, { 'sandbox.eks-steward/crash-loops': 'true' });
    expect(readyPodsOf(target(), 'none')).toEqual([]);
    expect(pod(`${name}-pod`)?.status.containerStatuses?.[0]?.state).toMatchObject({
      waiting: { reason: 'CrashLoopBackOff' },
    });
  });
});

describe('a volume', () => {
  it('is attached before its pod starts, and free a few seconds after the pod is gone', async () => {
    const { cluster, clock, client } = target();
    const storageClass = {
      apiVersion: 'storage.k8s.io/v1',
      kind: 'StorageClass',
      metadata: { name: 'gp3' },
      provisioner: 'ebs.csi.aws.com',
    };
    const claim = { metadata: { name: 'data' }, spec: { storageClassName: 'gp3', accessModes: ['ReadWriteOnce'] } };
    const spec = { volumeClaimTemplates: [claim] };
    cluster.apply([
      storageClass,
      workload('StatefulSet', 'db', { replicas: 1, spec, pod: { nodeSelector: { 'kubernetes.io/hostname': name } } }),
    ]);
    const attachments = () => cluster.store.list('volumeattachments.storage.k8s.io');
    await eventually(target(), 'it is ready', () => readyPodsOf(target(), 'db').length === 1);
    expect(attachments()).toMatchObject([
      { spec: { nodeName: name, attacher: 'ebs.csi.aws.com' }, status: { attached: true } },
    ]);
    await client.patch('/apis/apps/v1/namespaces/default/statefulsets/db/scale', 'application/merge-patch+json', {
      spec: { replicas: 0 },
    });
    await eventually(target(), 'the pod is gone', () => podsOf(target(), 'db').length === 0);
    await clock.letPass(2500);
    expect(attachments()).toHaveLength(1);
    await clock.letPass(1000);
    expect(attachments()).toHaveLength(0);
  });
});
