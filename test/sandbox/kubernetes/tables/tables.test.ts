import { describe, expect, it } from '@jest/globals';
import { humanDuration } from '../../../../sandbox/kubernetes/tables/duration.ts';
import { budget, eventually, node, readyPodsOf, withCluster, workload } from '../sandbox-cluster.ts';

const target = withCluster();
const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';

async function table(path: string): Promise<Record<string, unknown>[]> {
  const { body } = await target().client.get(path, { accept });
  const columns = body['columnDefinitions'] as unknown as { name: string }[];
  const rows = body['rows'] as unknown as { cells: unknown[] }[];
  return rows.map(({ cells }) => Object.fromEntries(columns.map(({ name }, at) => [name, cells[at]])));
}

describe('kubectl get', () => {
  it('shows nodes, pods, deployments and budgets as on a cluster', async () => {
    const { cluster, clock } = target();
    cluster.addNode(node('a'));
    cluster.apply([workload('Deployment', 'web', { replicas: 1 }), budget('web', { minAvailable: '50%' })]);
    await eventually(target(), 'it runs', () => readyPodsOf(target(), 'web').length === 1);
    await target().client.patch('/api/v1/nodes/a', 'application/merge-patch+json', { spec: { unschedulable: true } });
    await clock.letPass(130_000);
    const [machine] = await table('/api/v1/nodes');
    expect(machine).toMatchObject({
      Name: 'a',
      Status: 'Ready,SchedulingDisabled',
      Roles: '<none>',
      'External-IP': '<none>',
    });
    expect(machine?.['Age']).toMatch(/^2m\d+s$/);
    const [pod] = await table('/api/v1/namespaces/default/pods');
    expect(pod).toMatchObject({ Ready: '1/1', Status: 'Running', Restarts: '0', Node: 'a' });
    expect(await table('/apis/apps/v1/deployments')).toMatchObject([
      { Ready: '1/1', 'Up-to-date': 1, Available: 1, Images: 'app:1', Selector: 'app=web' },
    ]);
    expect(await table('/apis/policy/v1/poddisruptionbudgets')).toMatchObject([
      { 'Min Available': '50%', 'Max Unavailable': 'N/A', 'Allowed Disruptions': 0 },
    ]);
  });

  it('shows that a pod is terminating', async () => {
    const [pod] = readyPodsOf(target(), 'web');
    const path = `/api/v1/namespaces/default/pods/${pod?.metadata.name}`;
    await target().client.delete(path);
    const rows = await table(path);
    expect(rows).toMatchObject([{ Status: 'Terminating' }]);
  });
});

describe('an age', () => {
  it.each([
    [0, '0s'],
    [119_000, '119s'],
    [120_000, '2m'],
    [599_000, '9m59s'],
    [600_000, '10m'],
    [3 * 3_600_000 - 1000, '179m'],
    [5 * 3_600_000 + 60_000, '5h1m'],
    [47 * 3_600_000, '47h'],
    [50 * 3_600_000, '2d2h'],
    [20 * 86_400_000, '20d'],
    [800 * 86_400_000, '2y70d'],
    [-5000, '<invalid>'],
  ])('of %d ms is %s', (milliseconds, expected) => {
    expect(humanDuration(milliseconds)).toBe(expected);
  });
});
