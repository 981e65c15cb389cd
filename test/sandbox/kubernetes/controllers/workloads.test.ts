import { describe, expect, it } from '@jest/globals';
import { eventually, node, podsOf, readyPodsOf, withCluster, workload } from '../sandbox-cluster.ts';

const target = withCluster();

const gp3 = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3', annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' } },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};

function names(app: string): string[] {
  return podsOf(target(), app).map(({ metadata }) => metadata.name);
}

function addNodes(): void {
  const { cluster } = target();
  if (cluster.store.count('nodes') > 0) return;
  for (const zone of ['a', 'b']) cluster.addNode(node(`node-${zone}`, { zone: `us-east-1${zone}` }));
}

describe('a stateful set', () => {
  it('starts its pods one after another', async () => {
    addNodes();
    target().cluster.apply([workload('StatefulSet', 'ordered', { replicas: 3 })]);
    const order: string[] = [];
    const stop = target().cluster.store.subscribe(({ resource, object, type }) => {
      if (resource === 'pods' && type === 'ADDED')
        order.push(`${object.metadata.name} beside ${readyPodsOf(target(), 'ordered').length}`);
    });
    await eventually(target(), 'three are ready', () => readyPodsOf(target(), 'ordered').length === 3);
    stop();
    expect(order).toEqual(['ordered-0 beside 0', 'ordered-1 beside 1', 'ordered-2 beside 2']);
  });

  it('makes a pod of the same name only when the old one is gone', async () => {
    const old = target().cluster.store.get('pods', 'default', 'ordered-1')?.metadata.uid;
    await target().client.delete('/api/v1/namespaces/default/pods/ordered-1', { gracePeriodSeconds: 30 });
    expect(names('ordered')).toContain('ordered-1');
    await eventually(target(), 'it is back', () => readyPodsOf(target(), 'ordered').length === 3);
    expect(target().cluster.store.get('pods', 'default', 'ordered-1')?.metadata.uid).not.toBe(old);
  });

  it('rolls from the highest number down and stops at the partition', async () => {
    const spec = { updateStrategy: { type: 'RollingUpdate', rollingUpdate: { partition: 1 } } };
    target().cluster.apply([workload('StatefulSet', 'ordered', { replicas: 3, image: 'app:2', spec })]);
    await eventually(
      target(),
      'two are updated',
      () => target().cluster.store.get('statefulsets.apps', 'default', 'ordered')?.status?.updatedReplicas === 2,
    );
    await target().clock.letPass(10_000);
    expect(podsOf(target(), 'ordered').map(({ spec: { containers } }) => containers[0]?.image)).toEqual([
      'app:1',
      'app:2',
      'app:2',
    ]);
  });

  it('keeps a volume for each pod, in the zone where it first ran', async () => {
    const { cluster, client } = target();
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
    };
    cluster.apply([gp3, workload('StatefulSet', 'db', { replicas: 1, spec: { volumeClaimTemplates: [claim] } })]);
    await eventually(target(), 'it is ready', () => readyPodsOf(target(), 'db').length === 1);
    const first = cluster.store.get('pods', 'default', 'db-0')?.spec.nodeName ?? '';
    const volume = cluster.store.get('persistentvolumeclaims', 'default', 'data-db-0')?.spec.volumeName;
    await client.patch(`/api/v1/nodes/${first}`, 'application/merge-patch+json', { spec: { unschedulable: true } });
    await client.delete('/api/v1/namespaces/default/pods/db-0');
    await target().clock.letPass(10_000);
    expect(cluster.store.get('pods', 'default', 'db-0')).toMatchObject({ status: { phase: 'Pending' } });
    await client.patch(`/api/v1/nodes/${first}`, 'application/merge-patch+json', { spec: { unschedulable: false } });
    await eventually(target(), 'it is ready again', () => readyPodsOf(target(), 'db').length === 1);
    expect(cluster.store.get('pods', 'default', 'db-0')?.spec.nodeName).toBe(first);
    expect(cluster.store.get('persistentvolumeclaims', 'default', 'data-db-0')?.spec.volumeName).toBe(volume);
  });
});

describe('a daemon set', () => {
  it('runs on every node, on cordoned ones and on new ones, but not where a taint forbids it', async () => {
    addNodes();
    const { cluster, client } = target();
    await client.patch('/api/v1/nodes/node-a', 'application/merge-patch+json', { spec: { unschedulable: true } });
    await target().clock.letPass(1000);
    cluster.apply([workload('DaemonSet', 'agent')]);
    cluster.addNode(node('node-tainted', { taints: [{ key: 'only', value: 'gpu', effect: 'NoSchedule' }] }));
    cluster.addNode(node('node-new'));
    await eventually(target(), 'three are ready', () => readyPodsOf(target(), 'agent').length === 3);
    await target().clock.letPass(5000);
    expect(new Set(podsOf(target(), 'agent').map(({ spec }) => spec.nodeName))).toEqual(
      new Set(['node-a', 'node-b', 'node-new']),
    );
    expect(cluster.store.get('daemonsets.apps', 'default', 'agent')?.status).toMatchObject({
      desiredNumberScheduled: 3,
      numberReady: 3,
    });
  });

  it('replaces an evicted pod on the same cordoned node', async () => {
    const pod = podsOf(target(), 'agent').find(({ spec }) => spec.nodeName === 'node-a');
    const name = pod?.metadata.name ?? '';
    await target().client.post(`/api/v1/namespaces/default/pods/${name}/eviction`, { metadata: { name } });
    await eventually(target(), 'another is there', () =>
      readyPodsOf(target(), 'agent').some(({ spec, metadata }) => spec.nodeName === 'node-a' && metadata.name !== name),
    );
    expect(podsOf(target(), 'agent').filter(({ spec }) => spec.nodeName === 'node-a')).toHaveLength(1);
  });

  it('rolls one node after another', async () => {
    let fewest = 3;
    const stop = target().cluster.store.subscribe(() => {
      fewest = Math.min(fewest, readyPodsOf(target(), 'agent').length);
    });
    target().cluster.apply([workload('DaemonSet', 'agent', { image: 'app:2' })]);
    await eventually(
      target(),
      'all are new',
      () => readyPodsOf(target(), 'agent').filter(({ spec }) => spec.containers[0]?.image === 'app:2').length === 3,
    );
    stop();
    expect(fewest).toBe(2);
  });
});

describe('a job', () => {
  const runs = { 'sandbox.eks-steward/runs-for': '5s' };

  it('completes when its pods do', async () => {
    addNodes();
    const spec = { completions: 3, parallelism: 2 };
    target().cluster.apply([workload('Job', 'task', { annotations: runs, pod: { restartPolicy: 'Never' }, spec })]);
    const job = () => target().cluster.store.get('jobs.batch', 'default', 'task');
    await eventually(
      target(),
      'it is complete',
      () => job()?.status?.conditions?.some(({ type }) => type === 'Complete') ?? false,
    );
    expect(job()?.status).toMatchObject({ succeeded: 3 });
  });

  it('replaces a pod that was evicted, and fails beyond its backoff limit', async () => {
    const annotations = { ...runs, 'sandbox.eks-steward/fails': 'true' };
    target().cluster.apply([
      workload('Job', 'doomed', { annotations, pod: { restartPolicy: 'Never' }, spec: { backoffLimit: 1 } }),
    ]);
    const job = () => target().cluster.store.get('jobs.batch', 'default', 'doomed');
    await eventually(
      target(),
      'it has failed',
      () => job()?.status?.conditions?.some(({ type }) => type === 'Failed') ?? false,
    );
    expect(job()?.status).toMatchObject({
      failed: 2,
      conditions: [
        { type: 'FailureTarget', reason: 'BackoffLimitExceeded' },
        { type: 'Failed', reason: 'BackoffLimitExceeded' },
      ],
    });
  });
});
