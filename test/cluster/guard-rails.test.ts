import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { changeNode } from '../../functions/node-replacement/change-node.ts';
import { cordonChange, rollBackChange } from '../../functions/node-replacement/core/node-changes.ts';
import { neededRights } from '../../functions/node-replacement/core/rights.ts';
import type { NodeFacts } from '../../shared/domain/node.ts';
import { clusterClient } from '../../shared/kubernetes/client.ts';
import type { ClusterApi } from '../../shared/kubernetes/cluster-api.ts';
import { Connection } from '../../shared/kubernetes/connection.ts';
import { systemClock } from '../../shared/lambda/clock.ts';
import { type Answer, type ApiClient, json, merge, strategic } from '../sandbox/kubernetes/target.ts';
import { adminClient } from './admin-client.ts';
import { type Binaries, controlPlaneBinaries } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { kwokNode } from './kwok-node.ts';

const manifests = join(import.meta.dirname, '..', '..', 'infra', 'kubernetes');
const group = 'eks-steward:drainer';
/** `wide` is what nobody should set up: our group with the rights of an administrator. Only the guard rails stop it. */
const users = [
  { token: 'steward-token', name: 'eks-steward:drainer', groups: [group] },
  { token: 'wide-token', name: 'wide', groups: [group] },
];

let binaries: Binaries;
let plane: ControlPlane;
let admin: ApiClient;
let connection: Connection;
let api: ClusterApi;

const pods = '/api/v1/namespaces/shop/pods';
const node = '/api/v1/nodes/guarded';

function kubectl(...args: readonly string[]): string {
  return execFileSync(binaries.path('kubectl'), ['--kubeconfig', plane.kubeconfig, ...args], { encoding: 'utf8' });
}

async function pod(name: string, namespace = 'shop'): Promise<string> {
  const path = `/api/v1/namespaces/${namespace}/pods`;
  const spec = {
    nodeName: 'guarded',
    terminationGracePeriodSeconds: 30,
    containers: [{ name: 'main', image: 'app:1' }],
  };
  const annotations = { 'sandbox.eks-steward/stops-after': 'never' };
  await admin.post(path, { metadata: { name, annotations }, spec });
  const { body } = await admin.until(
    `${path}/${name}`,
    (answer) => (answer.body['status']?.['phase'] as unknown) === 'Running',
  );
  return body['metadata']?.['uid'] as unknown as string;
}

beforeAll(async () => {
  binaries = await controlPlaneBinaries(console.log);
  plane = await startControlPlane({ binaries, users });
  admin = adminClient(plane);
  kubectl('apply', '-f', manifests, '-f', join(manifests, 'guard-rails'));
  kubectl('create', 'clusterrolebinding', 'wide', '--clusterrole=cluster-admin', '--user=wide');
  await admin.post('/api/v1/nodes', kwokNode('guarded'));
  for (const name of ['shop', 'vault']) {
    await admin.post('/api/v1/namespaces', {
      metadata: { name, ...(name === 'vault' && { labels: { 'eks-steward.io/protected': 'true' } }) },
    });
    await admin.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, ({ status }) => status === 200);
  }
  await admin.until('/api/v1/namespaces/kube-system/serviceaccounts/default', ({ status }) => status === 200);
  await pod('held');
  await pod('secret', 'vault');
  await pod('system', 'kube-system');
  await admin.patch(node, merge, {
    metadata: { labels: { pool: 'spot' }, annotations: { theirs: 'x' } },
    spec: { taints: [{ key: 'theirs', effect: 'PreferNoSchedule' }] },
  });
  connection = new Connection(
    { url: plane.url, caPem: plane.caPem },
    { token: async () => 'steward-token' },
    systemClock,
  );
  api = clusterClient(connection, systemClock);
  // Policies take effect some moments after they were made.
  await admin.until(`${node}?probe`, () => true);
  for (;;) {
    const { status } = await wide('PATCH', `${node}?dryRun=All`, { metadata: { labels: { probe: 'x' } } }, merge);
    if (status === 422 || status === 403) break;
    await admin.target.pause();
  }
}, 180_000);

afterAll(async () => {
  admin?.close();
  await plane?.stop();
});

function wide(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
  return admin.call(method, path, { token: 'wide-token', type, ...(body && { body }) });
}

const eviction = (name: string, deleteOptions: object) => ({
  apiVersion: 'policy/v1',
  kind: 'Eviction',
  metadata: { name },
  deleteOptions,
});
const uidOf = async (path: string) => (await admin.get(path)).body['metadata']?.['uid'] as unknown as string;
const ourTaint = {
  key: 'status-taint.cluster-autoscaler.kubernetes.io/eks-steward',
  value: 'replacing',
  effect: 'NoSchedule',
};
const theirTaint = { key: 'theirs', effect: 'PreferNoSchedule' };
const deployment = {
  metadata: { name: 'evil' },
  spec: {
    selector: { matchLabels: { app: 'evil' } },
    template: { metadata: { labels: { app: 'evil' } }, spec: { containers: [{ name: 'main', image: 'evil:1' }] } },
  },
};

type Request = readonly [what: string, send: () => Promise<Answer>];
const patchNode =
  (body: object, type: string = merge) =>
  () =>
    wide('PATCH', node, body, type);
const evict = (path: string, name: string, options: object) => () =>
  wide('POST', `${path}/${name}/eviction`, eviction(name, options));

const malicious: readonly Request[] = [
  ["changes another's label of a node", patchNode({ metadata: { labels: { pool: 'on-demand' } } })],
  ["removes another's label of a node", patchNode({ metadata: { labels: { pool: null } } })],
  [
    'adds a label of its own liking',
    patchNode({ metadata: { labels: { 'node-role.kubernetes.io/control-plane': '' } } }),
  ],
  [
    'takes a node out of load balancers in a name that is not ours',
    patchNode({ metadata: { labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'true' } } }),
  ],
  ["changes another's annotation", patchNode({ metadata: { annotations: { theirs: 'y' } } })],
  ["removes another's annotation", patchNode({ metadata: { annotations: { theirs: null } } })],
  [
    'adds an annotation of its own liking',
    patchNode({ metadata: { annotations: { 'cluster-autoscaler.kubernetes.io/scale-down-disabled': 'true' } } }),
  ],
  ["removes another's taint", patchNode({ spec: { taints: [] } })],
  ["replaces another's taint with ours", patchNode({ spec: { taints: [ourTaint] } })],
  ["changes another's taint", patchNode({ spec: { taints: [{ ...theirTaint, effect: 'NoSchedule' }] } })],
  ['adds a taint that evicts', patchNode({ spec: { taints: [theirTaint, { ...ourTaint, effect: 'NoExecute' }] } })],
  [
    'adds a taint of its own liking',
    patchNode({ spec: { taints: [theirTaint, { key: 'dedicated', effect: 'NoSchedule' }] } }),
  ],
  ['adds a finalizer to a node', patchNode({ metadata: { finalizers: ['example.com/hold'] } })],
  [
    'gives a node an owner',
    patchNode({ metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Node', name: 'x', uid: 'x' }] } }),
  ],
  [
    'smuggles a label into a cordon',
    patchNode({ spec: { unschedulable: true }, metadata: { labels: { pool: 'mine' } } }, strategic),
  ],
  [
    'replaces labels by a JSON patch',
    patchNode([{ op: 'replace', path: '/metadata/labels/pool', value: 'mine' }], json),
  ],
  [
    'claims that a node is not Ready',
    () => wide('PATCH', `${node}/status`, { status: { conditions: [{ type: 'Ready', status: 'False' }] } }, strategic),
  ],
  ['deletes a node', () => wide('DELETE', node)],
  ['creates a node', () => wide('POST', '/api/v1/nodes', kwokNode('evil'))],
  ['evicts a pod without naming its UID', evict(pods, 'held', {})],
  ['evicts a pod with preconditions of another kind', evict(pods, 'held', { preconditions: { resourceVersion: '1' } })],
  [
    'evicts a pod without grace',
    async () => evict(pods, 'held', { preconditions: { uid: await uidOf(`${pods}/held`) }, gracePeriodSeconds: 0 })(),
  ],
  [
    'evicts from a protected namespace',
    async () => {
      const path = '/api/v1/namespaces/vault/pods';
      return evict(path, 'secret', { preconditions: { uid: await uidOf(`${path}/secret`) } })();
    },
  ],
  ['deletes a pod without naming its UID', () => wide('DELETE', `${pods}/held`, { gracePeriodSeconds: 5 })],
  [
    'deletes a pod at once',
    async () =>
      wide('DELETE', `${pods}/held`, { gracePeriodSeconds: 0, preconditions: { uid: await uidOf(`${pods}/held`) } }),
  ],
  [
    'deletes a pod of kube-system',
    async () => {
      const path = '/api/v1/namespaces/kube-system/pods/system';
      return wide('DELETE', path, { gracePeriodSeconds: 5, preconditions: { uid: await uidOf(path) } });
    },
  ],
  [
    'deletes a pod of a protected namespace',
    async () => {
      const path = '/api/v1/namespaces/vault/pods/secret';
      return wide('DELETE', path, { gracePeriodSeconds: 5, preconditions: { uid: await uidOf(path) } });
    },
  ],
  ['deletes all pods of a namespace', () => wide('DELETE', pods, { gracePeriodSeconds: 5 })],
  [
    'creates a pod',
    () => wide('POST', pods, { metadata: { name: 'evil' }, spec: { containers: [{ name: 'main', image: 'evil:1' }] } }),
  ],
  ['changes a pod', () => wide('PATCH', `${pods}/held`, { metadata: { labels: { app: 'evil' } } }, merge)],
  ['creates a workload', () => wide('POST', '/apis/apps/v1/namespaces/shop/deployments', deployment)],
  ['creates a secret', () => wide('POST', '/api/v1/namespaces/shop/secrets', { metadata: { name: 'evil' } })],
  [
    'makes a token for a service account',
    () =>
      wide('POST', '/api/v1/namespaces/shop/serviceaccounts/default/token', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenRequest',
        spec: { audiences: [] },
      }),
  ],
  [
    'widens its own rights',
    () =>
      wide('POST', '/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
        metadata: { name: 'evil' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'cluster-admin' },
        subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: group }],
      }),
  ],
  ['runs a command in a pod', () => wide('POST', `${pods}/held/exec?command=id&container=main&stdout=true`)],
  [
    'changes a disruption budget',
    () =>
      wide('POST', '/apis/policy/v1/namespaces/shop/poddisruptionbudgets', {
        metadata: { name: 'evil' },
        spec: { minAvailable: 0 },
      }),
  ],
  [
    'takes a lease',
    () => wide('POST', '/apis/coordination.k8s.io/v1/namespaces/shop/leases', { metadata: { name: 'evil' }, spec: {} }),
  ],
];

describe('with our group and the rights of an administrator, a request', () => {
  it('of thirty and more is tried', () => {
    expect(malicious.length).toBeGreaterThanOrEqual(30);
  });

  it.each(malicious)('that %s is refused', async (_, send) => {
    const before = [await admin.get(node), await admin.get(`${pods}/held`)].map(
      ({ body }) => body['metadata']?.['uid'],
    );
    const { status, body } = await send();
    expect({ status, message: body['message'] }).toMatchObject({
      status: expect.any(Number),
      message: expect.stringContaining('ValidatingAdmissionPolicy'),
    });
    // Refused by what the rule says, and not because it could not be evaluated.
    expect(body['message']).not.toContain('resulted in error');
    expect([403, 422]).toContain(status);
    const after = [await admin.get(node), await admin.get(`${pods}/held`)].map(
      (answer) => answer.body['metadata']?.['uid'],
    );
    expect(after).toEqual(before);
  });

  it('of others passes: the rails are for us alone', async () => {
    expect((await admin.patch(node, merge, { metadata: { labels: { other: 'x' } } })).status).toBe(200);
  });
});

describe('with our identity and its own rights', () => {
  const facts = async (): Promise<NodeFacts> => {
    const found = await api.getNode('guarded');
    if (!found) throw new Error('the node is not there');
    return found;
  };

  it('every right that the workflow needs is there', async () => {
    expect(await api.missingRights(neededRights)).toEqual([]);
  });

  it('a cordon with taint, label and annotations passes, and so does its undo', async () => {
    const before = await facts();
    expect(await changeNode(api, before, (latest) => cordonChange(latest, 'run'))).toBe('Changed');
    const cordoned = await facts();
    expect(cordoned).toMatchObject({ unschedulable: true, annotations: { 'eks-steward.io/execution': 'run' } });
    expect(await changeNode(api, cordoned, (latest) => rollBackChange(latest, 'run'))).toBe('Changed');
    const after = await facts();
    expect([after.labels, after.annotations, after.unschedulable]).toEqual([
      before.labels,
      before.annotations,
      before.unschedulable,
    ]);
    expect(after.taints.map(({ key }) => key)).toContain('theirs');
  });

  it('a change of a node that was replaced under its name comes to nothing', async () => {
    const stale = { ...(await facts()), uid: '00000000-0000-4000-8000-000000000000', resourceVersion: '1' };
    expect(await api.changeNode(stale, cordonChange(stale, 'run'))).toBe('Conflict');
    expect((await facts()).unschedulable).toBe(false);
  });

  it('an eviction by UID passes, with a grace period of its own too', async () => {
    const uid = await pod('leaves');
    expect(await api.evict({ namespace: 'shop', name: 'leaves', uid }, 5)).toMatchObject({ kind: 'Evicted' });
  });

  it('an eviction from kube-system passes: nodes there are drained too', async () => {
    const uid = await pod('dns', 'kube-system');
    expect(await api.evict({ namespace: 'kube-system', name: 'dns', uid })).toMatchObject({ kind: 'Evicted' });
  });

  it('an eviction from a protected namespace is denied, in the words of the rule', async () => {
    const uid = await uidOf('/api/v1/namespaces/vault/pods/secret');
    expect(await api.evict({ namespace: 'vault', name: 'secret', uid })).toMatchObject({
      kind: 'Denied',
      message: expect.stringContaining('protected from eks-steward'),
    });
  });

  it('a forced deletion by UID passes', async () => {
    const uid = await pod('forced');
    expect(await api.deletePod({ namespace: 'shop', name: 'forced', uid }, 1)).toMatchObject({ kind: 'Evicted' });
  });

  it('an event about a pod and one about a node are recorded', async () => {
    const uid = await uidOf(`${pods}/held`);
    await api.recordEvent(
      { kind: 'Pod', namespace: 'shop', name: 'held', uid },
      { type: 'Normal', reason: 'StewardTest', message: 'pod' },
    );
    await api.recordEvent(
      { kind: 'Node', namespace: '', name: 'guarded', uid: 'guarded' },
      { type: 'Normal', reason: 'StewardTest', message: 'node' },
    );
    expect(
      kubectl('get', 'events', '-A', '--field-selector=reason=StewardTest', '-o', 'name').trim().split('\n'),
    ).toHaveLength(2);
  });

  it('lists of nodes, pods, budgets and attachments are answered', async () => {
    expect((await api.listNodes()).map(({ name }) => name)).toEqual(['guarded']);
    expect((await api.listPods(['guarded'])).map(({ name }) => name)).toContain('held');
    expect(await api.listBudgets()).toEqual([]);
    expect(await api.countVolumes(['guarded'])).toEqual(new Map());
  });

  it('`kubectl auth can-i --list` says exactly what the golden list does', () => {
    const list = kubectl(
      'auth',
      'can-i',
      '--list',
      '--as=eks-steward:drainer',
      `--as-group=${group}`,
      '--as-group=system:authenticated',
    );
    // The verbs of a row come in any order.
    const sorted = (verbs: string) => verbs.split(' ').toSorted().join(' ');
    const rows = list
      .trim()
      .split('\n')
      .map((line) => line.replaceAll(/ +/g, ' ').trim())
      .map((line) => line.replace(/\[([a-z ]+)\]$/, (_, verbs: string) => `[${sorted(verbs)}]`));
    const golden = readFileSync(join(import.meta.dirname, 'can-i.golden.txt'), 'utf8')
      .trim()
      .split('\n');
    expect(rows.toSorted()).toEqual(golden.toSorted());
  });
});
