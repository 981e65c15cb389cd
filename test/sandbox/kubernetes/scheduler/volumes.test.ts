import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { node, type SandboxTarget, startCluster, stopCluster } from '../sandbox-cluster.ts';

const gp3 = {
  apiVersion: 'storage.k8s.io/v1',
  kind: 'StorageClass',
  metadata: { name: 'gp3' },
  provisioner: 'ebs.csi.aws.com',
  volumeBindingMode: 'WaitForFirstConsumer',
};
const claimSpec = {
  storageClassName: 'gp3',
  accessModes: ['ReadWriteOnce'],
  resources: { requests: { storage: '1Gi' } },
};
const core = (kind: string, name: string, spec: object) => ({
  apiVersion: 'v1',
  kind,
  metadata: { name, namespace: 'default' },
  spec,
});
const pod = (name: string, volume: object) =>
  core('Pod', name, { containers: [{ name: 'c', image: 'c' }], volumes: [{ name: 'data', ...volume }] });
const claiming = (name: string) => pod(name, { persistentVolumeClaim: { claimName: 'data' } });
const ephemeral = (name: string) =>
  pod(name, { ephemeral: { volumeClaimTemplate: { metadata: { labels: { app: 'x' } }, spec: claimSpec } } });

let target: SandboxTarget;
beforeEach(async () => {
  target = await startCluster();
  for (const zone of ['a', 'b']) target.cluster.addNode(node(`node-${zone}`, { zone: `us-east-1${zone}` }));
  target.cluster.apply([gp3]);
});
afterEach(() => stopCluster(target));

const get = (name: string) => target.cluster.store.get('pods', 'default', name);
const claimOf = (name: string) => target.cluster.store.get('persistentvolumeclaims', 'default', name);
const conditionOf = (name: string, wanted: string) => get(name)?.status.conditions?.find(({ type }) => type === wanted);
const pass = (seconds: number) => target.clock.letPass(seconds * 1_000);

function remove(name: string): void {
  target.cluster.store.remove('pods', get(name) as never);
}

function cordon(name: string): void {
  const found = target.cluster.store.get('nodes', undefined, name);
  target.cluster.store.put('nodes', { ...found, spec: { ...found?.spec, unschedulable: true } } as never);
}

describe('a volume of EBS', () => {
  it('stays in its zone: its pod waits for a node there, and says so', async () => {
    target.cluster.apply([core('PersistentVolumeClaim', 'data', claimSpec), claiming('first')]);
    await pass(10);
    const home = get('first')?.spec.nodeName ?? '';
    cordon(home);
    remove('first');
    target.cluster.apply([claiming('second')]);
    await pass(30);
    expect(get('second')?.spec.nodeName).toBeUndefined();
    expect(conditionOf('second', 'PodScheduled')?.message).toBe(
      "0/2 nodes are available: 1 node(s) didn't match PersistentVolume's node affinity, 1 node(s) were unschedulable.",
    );
    target.cluster.addNode(node('fresh', { zone: `us-east-1${home.slice(-1)}` }));
    await pass(30);
    expect(get('second')?.spec.nodeName).toBe('fresh');
    expect(conditionOf('second', 'Ready')?.status).toBe('True');
  });
});

describe('a generic ephemeral volume', () => {
  it('is a claim of its pod, bound and attached before the pod runs', async () => {
    target.cluster.apply([ephemeral('web')]);
    await pass(10);
    expect(conditionOf('web', 'Ready')?.status).toBe('True');
    const claim = claimOf('web-data');
    expect(claim).toMatchObject({
      metadata: {
        labels: { app: 'x' },
        ownerReferences: [
          { apiVersion: 'v1', kind: 'Pod', name: 'web', uid: get('web')?.metadata.uid, controller: true },
        ],
      },
      status: { phase: 'Bound' },
    });
    expect(target.cluster.store.list('volumeattachments.storage.k8s.io')).toMatchObject([
      { spec: { nodeName: get('web')?.spec.nodeName, source: { persistentVolumeName: claim?.spec.volumeName } } },
    ]);
  });

  it('goes with its pod, and the volume with it', async () => {
    target.cluster.apply([ephemeral('web')]);
    await pass(10);
    remove('web');
    await pass(30);
    expect(claimOf('web-data')).toBeUndefined();
    expect(target.cluster.store.list('persistentvolumes')).toEqual([]);
    expect(target.cluster.store.list('volumeattachments.storage.k8s.io')).toEqual([]);
  });

  it('keeps no zone: the next pod of that name runs anywhere', async () => {
    target.cluster.apply([ephemeral('web')]);
    await pass(10);
    cordon(get('web')?.spec.nodeName ?? '');
    remove('web');
    await pass(30);
    target.cluster.apply([ephemeral('web')]);
    await pass(30);
    expect(conditionOf('web', 'Ready')?.status).toBe('True');
  });

  it('does not take a claim that another one made', async () => {
    target.cluster.apply([core('PersistentVolumeClaim', 'web-data', claimSpec), ephemeral('web')]);
    await pass(10);
    expect(get('web')?.spec.nodeName).toBeUndefined();
    expect(conditionOf('web', 'PodScheduled')?.message).toBe(
      '0/2 nodes are available: PVC default/web-data was not created for pod default/web (pod is not owner).',
    );
  });
});
