import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  AppsV1Api,
  CoreV1Api,
  KubeConfig,
  PatchStrategy,
  PolicyV1Api,
  setHeaderOptions,
  Watch,
} from '@kubernetes/client-node';
import { budget, eventually, node, podsOf, readyPodsOf, withCluster, workload } from '../sandbox-cluster.ts';

const target = withCluster();
let config: KubeConfig;

beforeAll(async () => {
  config = new KubeConfig();
  config.loadFromString(target().cluster.kubeconfig());
  for (const name of ['a', 'b']) target().cluster.addNode(node(name));
  target().cluster.apply([workload('Deployment', 'web', { replicas: 2 }), budget('web', { maxUnavailable: 1 })]);
  await eventually(target(), 'web runs', () => readyPodsOf(target(), 'web').length === 2);
});

describe('@kubernetes/client-node', () => {
  it('cordons a node and evicts its pods', async () => {
    const core = config.makeApiClient(CoreV1Api);
    const body = { spec: { unschedulable: true } };
    const cordoned = await core.patchNode(
      { name: 'a', body },
      setHeaderOptions('Content-Type', PatchStrategy.MergePatch),
    );
    expect(cordoned.spec?.unschedulable).toBe(true);
    const { items } = await core.listPodForAllNamespaces({
      fieldSelector: 'spec.nodeName=a',
      labelSelector: 'app=web',
    });
    const name = items[0]?.metadata?.name ?? '';
    await core.createNamespacedPodEviction({
      name,
      namespace: 'default',
      body: { metadata: { name, namespace: 'default' } },
    });
    await eventually(target(), 'both run on b', () => {
      const onB = readyPodsOf(target(), 'web').filter(({ spec }) => spec.nodeName === 'b');
      return onB.length === 2 && podsOf(target(), 'web').length === 2;
    });
    expect(podsOf(target(), 'web').map(({ metadata }) => metadata.name)).not.toContain(name);
  });

  it('reads the budget and the deployment as typed objects', async () => {
    const { status } = await config
      .makeApiClient(PolicyV1Api)
      .readNamespacedPodDisruptionBudget({ name: 'web', namespace: 'default' });
    const deployment = await config
      .makeApiClient(AppsV1Api)
      .readNamespacedDeployment({ name: 'web', namespace: 'default' });
    expect(status?.expectedPods).toBe(2);
    expect(deployment.metadata?.creationTimestamp).toBeInstanceOf(Date);
  });

  it('sees an ApiException with the Status when it is refused', async () => {
    const core = config.makeApiClient(CoreV1Api);
    await expect(core.readNamespacedPod({ name: 'absent', namespace: 'default' })).rejects.toMatchObject({ code: 404 });
  });

  it('watches', async () => {
    const seen: string[] = [];
    const request = await new Watch(config).watch(
      '/api/v1/namespaces/default/configmaps',
      {},
      (phase, object: { metadata: { name: string } }) => seen.push(`${phase} ${object.metadata.name}`),
      () => {},
    );
    target().cluster.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'watched' } }]);
    await eventually(target(), 'it is seen', () => seen.includes('ADDED watched'));
    request.abort();
    expect(seen).toContain('ADDED watched');
  });
});
