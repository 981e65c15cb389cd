import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { cordonChange, rollBackChange } from '../../functions/node-replacement/core/node-changes.ts';
import { neededRights } from '../../functions/node-replacement/core/rights.ts';
import { changeNode } from '../../functions/node-replacement/nodes/change-node.ts';
import type { NodeFacts } from '../../shared/domain/node.ts';
import { clusterClient } from '../../shared/kubernetes/client.ts';
import type { ClusterApi } from '../../shared/kubernetes/cluster-api.ts';
import { Connection } from '../../shared/kubernetes/connection.ts';
import { systemClock } from '../../shared/runtime/clock.ts';
import { type Answer, type ApiClient, merge, strategic } from '../sandbox/kubernetes/target.ts';
import { adminClient } from './admin-client.ts';
import { type Binaries, controlPlaneBinaries } from './binaries.ts';
import { type ControlPlane, startControlPlane } from './control-plane.ts';
import { kwokNode } from './kwok-node.ts';
import { group, maliciousRequests, node, pods } from './malicious-requests.ts';

const manifests = join(import.meta.dirname, '..', '..', 'infra', 'kubernetes');
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
  kubectl('apply', '-k', manifests);
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
  // Policies take effect some moments after they were made, one after the other.
  const unready = { status: { conditions: [{ type: 'Ready', status: 'False' }] } };
  for (const [path, probe, type] of [
    [node, { metadata: { labels: { probe: 'x' } } }, merge],
    [`${node}/status`, unready, strategic],
  ] as const) {
    while (!(await wide('PATCH', `${path}?dryRun=All`, probe, type)).text.includes('ValidatingAdmissionPolicy'))
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

const uidOf = async (path: string) => (await admin.get(path)).body['metadata']?.['uid'] as unknown as string;
const malicious = maliciousRequests(wide, uidOf);

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
