import { describe, expect, it } from '@jest/globals';
import {
  eventually,
  node,
  podsOf,
  readyPodsOf,
  type SandboxTarget,
  withCluster,
  workload,
} from '../sandbox-cluster.ts';

const target = withCluster({
  images: (image) =>
    image === 'app:bad' ? { outcome: 'crash-loops' } : image === 'app:gone' ? { outcome: 'not-found' } : undefined,
});

function deployment(name: string) {
  const found = target().cluster.store.get('deployments.apps', 'default', name);
  if (!found) throw new Error(`${name} is missing`);
  return found;
}

function setsOf(name: string) {
  return target()
    .cluster.store.list('replicasets.apps', 'default')
    .filter(({ metadata }) => metadata.labels?.['app'] === name);
}

function progressing(name: string) {
  return deployment(name).status?.conditions?.find(({ type }) => type === 'Progressing');
}

async function rolledOut(
  { cluster }: SandboxTarget,
  name: string,
  options: Parameters<typeof workload>[2],
): Promise<void> {
  if (!cluster.store.get('nodes', undefined, 'big'))
    cluster.addNode(node('big', { capacity: { pods: '500', cpu: '96' } }));
  cluster.apply([workload('Deployment', name, options)]);
  await eventually(target(), `${name} is rolled out`, () => {
    const { metadata, status } = deployment(name);
    return status?.observedGeneration === metadata.generation && progressing(name)?.reason === 'NewReplicaSetAvailable';
  });
}

describe('a deployment', () => {
  it('reports what kubectl rollout status waits for', async () => {
    await rolledOut(target(), 'plain', { replicas: 3 });
    expect(deployment('plain')).toMatchObject({
      metadata: { annotations: { 'deployment.kubernetes.io/revision': '1' } },
      status: {
        observedGeneration: deployment('plain').metadata.generation,
        replicas: 3,
        updatedReplicas: 3,
        readyReplicas: 3,
        availableReplicas: 3,
      },
    });
  });

  it.each([
    { name: 'default', rollingUpdate: undefined, replicas: 4, most: 5, fewest: 3 },
    { name: 'surging', rollingUpdate: { maxSurge: 2, maxUnavailable: 0 }, replicas: 4, most: 6, fewest: 4 },
    { name: 'in-place', rollingUpdate: { maxSurge: 0, maxUnavailable: 1 }, replicas: 3, most: 3, fewest: 2 },
    { name: 'both-zero', rollingUpdate: { maxSurge: '0%', maxUnavailable: '10%' }, replicas: 3, most: 3, fewest: 2 },
  ])('rolls ($name) with at most $most live and at least $fewest ready of $replicas pods', async (row) => {
    const name = `roll-${row.name}`;
    const spec = row.rollingUpdate ? { strategy: { rollingUpdate: row.rollingUpdate } } : {};
    await rolledOut(target(), name, { replicas: row.replicas, spec });
    let most = 0;
    let fewest = row.replicas;
    const stop = target().cluster.store.subscribe(({ resource }) => {
      if (resource !== 'pods') return;
      most = Math.max(most, podsOf(target(), name).filter(({ metadata }) => !metadata.deletionTimestamp).length);
      fewest = Math.min(fewest, readyPodsOf(target(), name).length);
    });
    await rolledOut(target(), name, { replicas: row.replicas, image: 'app:2', spec });
    await eventually(target(), 'only new pods are left', () =>
      podsOf(target(), name).every(({ spec: { containers } }) => containers[0]?.image === 'app:2'),
    );
    stop();
    expect({ most, fewest }).toEqual({ most: row.most, fewest: row.fewest });
    expect(deployment(name).metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('2');
  });

  it('of type Recreate has no pod of the new kind while one of the old is left', async () => {
    const spec = { strategy: { type: 'Recreate' } };
    await rolledOut(target(), 'recreated', { replicas: 2, spec });
    let mixed = false;
    const stop = target().cluster.store.subscribe(() => {
      const images = podsOf(target(), 'recreated').map(({ spec: { containers } }) => containers[0]?.image);
      mixed ||= new Set(images).size > 1;
    });
    await rolledOut(target(), 'recreated', { replicas: 2, image: 'app:2', spec });
    await eventually(
      target(),
      'the new pods are ready',
      () =>
        readyPodsOf(target(), 'recreated').filter(({ spec: { containers } }) => containers[0]?.image === 'app:2')
          .length === 2,
    );
    stop();
    expect(mixed).toBe(false);
  });

  it.each(['app:bad', 'app:gone'])(
    'keeps its ready pods when %s never becomes ready, and fails at the progress deadline',
    async (image) => {
      const name = image.replace(':', '-');
      const spec = { progressDeadlineSeconds: 60 };
      await rolledOut(target(), name, { replicas: 4, spec });
      target().cluster.apply([workload('Deployment', name, { replicas: 4, image, spec })]);
      await target().clock.letPass(30_000);
      expect(readyPodsOf(target(), name)).toHaveLength(3);
      expect(progressing(name)?.status).toBe('True');
      await target().clock.letPass(60_000);
      expect(progressing(name)).toMatchObject({ status: 'False', reason: 'ProgressDeadlineExceeded' });
      expect(readyPodsOf(target(), name)).toHaveLength(3);
    },
  );

  it('goes back to the old ReplicaSet when the old template comes back', async () => {
    await rolledOut(target(), 'undone', { replicas: 2 });
    const [first] = setsOf('undone');
    await rolledOut(target(), 'undone', { replicas: 2, image: 'app:2' });
    await rolledOut(target(), 'undone', { replicas: 2 });
    await eventually(target(), 'the first set is active again', () =>
      setsOf('undone').some(({ metadata, spec }) => metadata.uid === first?.metadata.uid && spec.replicas === 2),
    );
    expect(setsOf('undone')).toHaveLength(2);
    expect(deployment('undone').metadata.annotations?.['deployment.kubernetes.io/revision']).toBe('3');
  });

  it('takes its ReplicaSets and pods with it', async () => {
    await rolledOut(target(), 'leaving', { replicas: 2 });
    await target().client.delete('/apis/apps/v1/namespaces/default/deployments/leaving');
    await eventually(
      target(),
      'all is gone',
      () => setsOf('leaving').length + podsOf(target(), 'leaving').length === 0,
    );
    expect(target().cluster.store.get('deployments.apps', 'default', 'leaving')).toBeUndefined();
  });

  it('leaves its ReplicaSets when it is deleted with Orphan, and waits for them with Foreground', async () => {
    await rolledOut(target(), 'orphaning', { replicas: 1 });
    await target().client.delete('/apis/apps/v1/namespaces/default/deployments/orphaning', {
      propagationPolicy: 'Orphan',
    });
    await target().clock.letPass(5000);
    expect(setsOf('orphaning')).toHaveLength(1);
    expect(setsOf('orphaning')[0]?.metadata.ownerReferences).toEqual([]);
    await rolledOut(target(), 'waiting', { replicas: 1 });
    const { body } = await target().client.delete('/apis/apps/v1/namespaces/default/deployments/waiting', {
      propagationPolicy: 'Foreground',
    });
    expect(body['metadata']?.['finalizers']).toEqual(['foregroundDeletion']);
    await eventually(
      target(),
      'the deployment is gone',
      () => !target().cluster.store.get('deployments.apps', 'default', 'waiting'),
    );
    expect(setsOf('waiting')).toHaveLength(0);
  });
});
