import { describe, expect, it } from '@jest/globals';
import { eventually, node, podsOf, readyPodsOf, startCluster, stopCluster, workload } from '../sandbox-cluster.ts';

/** The pods that a world has after those of two workloads were deleted at the same moment, in this order. */
async function podsAfterDeleting(first: string, second: string): Promise<string[]> {
  const target = await startCluster();
  const apps = ['search', 'web'];
  const ready = () => apps.every((app) => readyPodsOf(target, app).length === 1 && podsOf(target, app).length === 1);
  for (const name of ['node-a', 'node-b']) target.cluster.addNode(node(name));
  target.cluster.apply(apps.map((app) => workload('Deployment', app, { replicas: 1 })));
  await eventually(target, 'both are ready', ready);
  for (const app of [first, second]) {
    const [pod] = podsOf(target, app);
    await target.client.delete(`/api/v1/namespaces/default/pods/${pod?.metadata.name}`, { gracePeriodSeconds: 0 });
  }
  await eventually(target, 'both are ready again', ready);
  const pods = apps.flatMap((app) => podsOf(target, app));
  await stopCluster(target);
  return pods.map(({ metadata, spec }) => `${metadata.name} ${metadata.uid} on ${spec.nodeName}`);
}

describe('a seed', () => {
  it('gives the same pods whatever the order in which requests of one moment arrive', async () => {
    expect(await podsAfterDeleting('search', 'web')).toEqual(await podsAfterDeleting('web', 'search'));
  });
});
