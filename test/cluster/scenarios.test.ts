import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import type { ExecutionResult } from '../../sandbox/console/results.ts';
import type { Pod } from '../../sandbox/kubernetes/objects.ts';
import type { ApiClient } from '../sandbox/kubernetes/target.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { adminClient } from './admin-client.ts';
import { eventually, isReady, type RealScenario, startRealScenario } from './real-scenario.ts';

jest.setTimeout(300_000);

let real: RealScenario;
let scenario: Scenario;
let client: ApiClient;

const containers = [{ name: 'main', image: 'app:1', resources: { requests: { cpu: '50m', memory: '64Mi' } } }];
const desired = 10;

/** One group of Spot instances that boot quickly, DaemonSets, and what volumes need. */
function world(): string {
  const daemon = (name: string) => ({
    apiVersion: 'apps/v1',
    kind: 'DaemonSet',
    metadata: { name, namespace: 'kube-system' },
    spec: {
      selector: { matchLabels: { app: name } },
      template: { metadata: { labels: { app: name } }, spec: { tolerations: [{ operator: 'Exists' }], containers } },
    },
  });
  const group = {
    name: 'spot',
    cluster: 'demo',
    spot: true,
    min: 0,
    desired,
    max: 30,
    zones: ['us-east-1a'],
    'joins-after': 2,
    'ready-after': 1,
  };
  const storage = {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: { name: 'gp3' },
    provisioner: 'ebs.csi.aws.com',
    volumeBindingMode: 'WaitForFirstConsumer',
  };
  const namespaces = ['shop', 'ending', 'guarded'].map((name) => ({
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name },
  }));
  const manifests = { demo: [...namespaces, storage, daemon('agent'), daemon('logs')] };
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.yaml');
  writeFileSync(file, JSON.stringify({ clusters: [{ name: 'demo', version: '1.36' }], groups: [group], manifests }));
  return file;
}

beforeAll(async () => {
  real = await startRealScenario(world());
  scenario = real.scenario;
  client = adminClient(real.plane);
  const rails = readFileSync(
    join(import.meta.dirname, '..', '..', 'infra', 'kubernetes', 'guard-rails', 'policies.yaml'),
    'utf8',
  );
  await post('/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', rails, 'ValidatingAdmissionPolicy');
  await post(
    '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings',
    rails,
    'ValidatingAdmissionPolicyBinding',
  );
});

afterAll(async () => {
  client?.close();
  await real?.end();
});

async function admin(method: string, path: string, body?: object): Promise<number> {
  const { status, text } = await client.call(method, path, { ...(body && { body }) });
  if (status >= 400 && status !== 404) throw new Error(`${method} ${path}: ${text}`);
  return status;
}

async function post(path: string, yaml: string, kind: string): Promise<void> {
  const documents = parseAllDocuments(yaml).map((document) => document.toJS() as { kind: string });
  for (const document of documents.filter((found) => found.kind === kind)) await admin('POST', path, document);
}

const load = (...manifests: object[]) => scenario.cluster.load(manifests);
const nameOf = (instanceId: string) => scenario.nodeOf(instanceId)?.metadata.name ?? '';
const codes = (reasons: readonly unknown[] = []) => (reasons as { code: string }[]).map(({ code }) => code);
const about = (result: ExecutionResult | undefined, code: string) =>
  ((result?.reasons ?? []) as { code: string; about: string; text: string }[])
    .filter((reason) => reason.code === code)
    .map((reason) => `${reason.about}: ${reason.text}`);

/** An instance that no test has used yet. */
const used = new Set<string>();
async function fresh(): Promise<string> {
  const { inService } = await scenario.group('spot');
  const found = inService.find((id) => !used.has(id) && scenario.nodeOf(id) !== undefined && !scenario.isCordoned(id));
  if (found === undefined) throw new Error('no node is left');
  used.add(found);
  return found;
}

interface Pinned {
  readonly stopsAfter?: string;
  readonly grace?: number;
  readonly namespace?: string;
  readonly replicas?: number;
}

/** A Deployment that only fits one node. */
function pinned(
  app: string,
  node: string,
  { stopsAfter = '1s', grace = 30, namespace = 'shop', replicas = 1 }: Pinned = {},
): object {
  const labels = { app };
  const spec = { nodeSelector: { 'kubernetes.io/hostname': node }, terminationGracePeriodSeconds: grace, containers };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace },
    spec: {
      replicas,
      selector: { matchLabels: labels },
      template: { metadata: { labels, annotations: { 'sandbox.eks-steward/stops-after': stopsAfter } }, spec },
    },
  };
}

function budget(name: string, app: string, rule: object): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app } }, ...rule },
  };
}

const podsOf = (app: string) =>
  scenario.cluster.store.list('pods').filter(({ metadata }) => metadata.labels?.['app'] === app);
const running = (app: string, count = 1) =>
  eventually(`${count} Ready pods of ${app}`, () => podsOf(app).filter(isReady).length >= count);

/** The executions that begin from now on, once all of them have ended. */
async function resultsOf(act: () => unknown): Promise<ExecutionResult[]> {
  const before = (await scenario.executions()).length;
  await act();
  await eventually('an execution begins', async () => (await scenario.executions()).length > before);
  await eventually(
    'every execution ends',
    async () => (await scenario.executions()).every(({ status }) => status !== 'RUNNING'),
    240,
  );
  return (await scenario.executions()).slice(before);
}

async function groupIsWhole(): Promise<void> {
  await eventually('the group is as large as it was', async () => {
    const { desired: now, inService } = await scenario.group('spot');
    const ready = inService.filter((id) => {
      const node = scenario.nodeOf(id);
      return node !== undefined && isReady(node);
    });
    return now === desired && inService.length === desired && ready.length === desired;
  });
}

describe('on a real control plane, an interruption', () => {
  it('of a node with budgets, DaemonSets, a volume, a Job and a bare pod replaces it, and all run on elsewhere', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    const spread = {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
    };
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } },
    };
    const queue = {
      metadata: { labels: { app: 'queue' }, annotations: { 'sandbox.eks-steward/stops-after': '2s' } },
      spec: { containers },
    };
    // Everybody else is cordoned while these are placed.
    await load(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: spread },
      budget('web', 'web', { maxUnavailable: 1 }),
      pinned('batch', node),
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'queue', namespace: 'shop' },
        spec: {
          serviceName: 'queue',
          replicas: 1,
          selector: { matchLabels: { app: 'queue' } },
          template: queue,
          volumeClaimTemplates: [claim],
        },
      },
    );
    await running('web', 3);
    await running('queue');
    const home = podsOf('queue')[0] as Pod;
    const victim = scenario.cluster.store.get('nodes', undefined, home.spec.nodeName ?? '');
    const target =
      /i-[0-9a-f]+$/.exec((victim?.spec as { providerID: string } | undefined)?.providerID ?? '')?.[0] ?? '';
    used.add(target);
    const where = home.spec.nodeName ?? '';
    await load({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace: 'shop', labels: { app: 'bare' } },
      spec: { nodeName: where, containers },
    });
    const job = {
      metadata: { labels: { app: 'report' }, annotations: { 'sandbox.eks-steward/runs-for': '20m' } },
      spec: { restartPolicy: 'Never', containers, nodeSelector: { 'kubernetes.io/os': 'linux' } },
    };
    await load({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'report', namespace: 'shop' },
      spec: { template: job },
    });
    await running('bare');
    await running('report');
    const daemons = () => scenario.podsOn(where).filter((name) => name.startsWith('kube-system/'));
    expect(daemons()).toHaveLength(2);
    const attached = () =>
      scenario.cluster.store
        .list('volumeattachments.storage.k8s.io')
        .filter(({ spec, status }) => spec.nodeName === where && status?.attached === true).length;
    await eventually('the volume is attached', () => attached() === 1);
    let whenEnded: { attached: number; daemons: number } | undefined;
    scenario.sandbox.buses.onEvent((event) => {
      const { detail } = event as unknown as { detail: { 'instance-id'?: string; state?: string } };
      if (detail['instance-id'] === target && detail.state === 'shutting-down')
        whenEnded ??= { attached: attached(), daemons: daemons().length };
    });
    const [result, ...others] = await resultsOf(() => scenario.sandbox.world.interruptSpot(target));
    expect(others).toEqual([]);
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    expect(whenEnded).toEqual({ attached: 0, daemons: 2 });
    expect(scenario.cluster.store.get('nodes', undefined, where)).toBeUndefined();
    await running('queue');
    await running('web', 3);
    expect((podsOf('queue')[0] as Pod).spec.nodeName).not.toBe(where);
    expect(podsOf('bare')).toEqual([]);
    await groupIsWhole();
  });

  it('of nodes whose pods are held in four ways names each, and frees them as policy allows before the deadline', async () => {
    const [never, twice, ending, denied] = [await fresh(), await fresh(), await fresh(), await fresh()];
    await load(
      pinned('never', nameOf(never)),
      budget('never', 'never', { maxUnavailable: 0 }),
      pinned('twice', nameOf(twice)),
      budget('one', 'twice', { maxUnavailable: 1 }),
      budget('two', 'twice', { maxUnavailable: 1 }),
      pinned('last', nameOf(ending), { namespace: 'ending', grace: 600, stopsAfter: 'never' }),
      pinned('denied', nameOf(denied), { namespace: 'guarded' }),
    );
    for (const app of ['never', 'twice', 'last', 'denied']) await running(app);
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/eviction'] };
    await admin('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
      metadata: { name: 'not-at-night' },
      spec: {
        matchConstraints: {
          resourceRules: [rule],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'guarded' } },
        },
        validations: [{ expression: 'false', message: 'not at night' }],
      },
    });
    await admin('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
      metadata: { name: 'not-at-night' },
      spec: { policyName: 'not-at-night', validationActions: ['Deny'] },
    });
    // Policies take effect some moments after they were made.
    const guarded = podsOf('denied')[0]?.metadata.name ?? '';
    const probe = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: guarded } };
    const path = `/api/v1/namespaces/guarded/pods/${guarded}/eviction?dryRun=All`;
    await eventually('the policy is in force', async () => {
      const answer = await client.post(path, probe);
      return answer.status === 422 || answer.status === 403;
    });
    await admin('DELETE', '/api/v1/namespaces/ending');
    const blocked: string[] = [];
    scenario.sandbox.buses.onEvent((event) => {
      if (event['detail-type'] === 'Workflow Blocked') blocked.push(JSON.stringify(event.detail));
    });
    const began = Date.now();
    const nodes = [never, twice, ending, denied].map(nameOf);
    const [result] = await resultsOf(() => {
      for (const instance of [never, twice, ending, denied]) scenario.sandbox.world.interruptSpot(instance);
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect(['Replaced', 'Drained']).toContain(result?.outcome);
    const said = blocked.join();
    expect(said).toContain('shop/never needs 1 healthy pods and has 1');
    expect(said).toContain('shop/one, shop/two');
    expect(said).toContain('not at night');
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('shop/never'));
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('shop/twice'));
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('guarded/denied'));
    expect(about(result, 'GraceShortened').join()).toEqual(expect.stringContaining('ending/last'));
    expect(scenario.podsOn(nodes[2] ?? '').filter((name) => name.startsWith('ending/'))).toEqual([]);
    for (const node of nodes) expect(scenario.cluster.store.get('nodes', undefined, node)).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(240_000);
    await groupIsWhole();
  });

  it('of a node whose name another instance takes meanwhile never writes to the successor', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    await load(pinned('old', node, { stopsAfter: 'never', grace: 20 }));
    await running('old');
    const successor = 'i-0fffffffffffffff1';
    const stop = scenario.cluster.store.subscribe(({ resource, object }) => {
      const spec = object.spec as { unschedulable?: boolean } | undefined;
      if (resource !== 'nodes' || object.metadata.name !== node || spec?.unschedulable !== true) return;
      stop();
      scenario.cluster.removeNode(node);
      scenario.cluster.addNode({ name: node, instanceId: successor, zone: 'us-east-1a', instanceType: 'm5.xlarge' });
    });
    const [result] = await resultsOf(() => scenario.sandbox.world.interruptSpot(instance));
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    const now = scenario.nodeOf(successor);
    expect(Object.keys(now?.metadata.annotations ?? {}).filter((key) => key.startsWith('eks-steward'))).toEqual([]);
    expect(scenario.isCordoned(successor)).toBe(false);
    scenario.cluster.removeNode(node);
    await groupIsWhole();
  });
});

describe('on a real control plane', () => {
  it('a rebalance brings the new node up first and forces nobody', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    await load(pinned('calm', node), budget('calm', 'calm', { minAvailable: 0 }));
    await running('calm');
    const order: string[] = [];
    scenario.cluster.store.subscribe(({ type, resource, object }) => {
      if (resource === 'nodes' && type === 'ADDED') order.push('joined');
      const leaves =
        resource === 'pods' &&
        object.metadata.labels?.['app'] === 'calm' &&
        object.metadata.deletionTimestamp !== undefined;
      if (leaves) order.push('asked');
    });
    const [result] = await resultsOf(() => scenario.sandbox.world.recommendRebalance(instance));
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    expect(codes(result?.reasons)).not.toContain('ForceDeleted');
    expect(order[0]).toBe('joined');
    expect(order).toContain('asked');
    await groupIsWhole();
  });

  it('a run that is stopped in the middle is put back, exactly', async () => {
    const instance = await fresh();
    const before = scenario.nodeOf(instance);
    const node = nameOf(instance);
    await load(pinned('stays', node), budget('stays', 'stays', { maxUnavailable: 0 }));
    await running('stays');
    const arn = await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false });
    await eventually('the node is cordoned', () => scenario.isCordoned(instance));
    await scenario.call('states', 'StopExecution', { executionArn: arn });
    await eventually('the cordon is gone', () => !scenario.isCordoned(instance));
    await eventually('every execution ends', async () =>
      (await scenario.executions()).every(({ status }) => status !== 'RUNNING'),
    );
    expect((await scenario.executions()).at(-1)).toMatchObject({ status: 'SUCCEEDED', outcome: 'RolledBack' });
    await eventually(
      'no taint is left',
      () => ((scenario.nodeOf(instance)?.spec as { taints?: unknown[] } | undefined)?.taints ?? []).length === 0,
    );
    const after = scenario.nodeOf(instance);
    expect(after?.metadata.labels).toEqual(before?.metadata.labels);
    expect(Object.keys(after?.metadata.annotations ?? {}).filter((key) => key.startsWith('eks-steward'))).toEqual([]);
    await groupIsWhole();
  });

  it('no function ever asked for what its role does not give', () => {
    const asked = [...real.plane.requests().keys()].map((what) => what.split(' '));
    const allowed: Record<string, readonly string[]> = {
      nodes: ['get', 'list', 'patch'],
      pods: ['list', 'delete'],
      'pods/eviction': ['create'],
      poddisruptionbudgets: ['list'],
      volumeattachments: ['list'],
      events: ['create'],
      selfsubjectrulesreviews: ['create'],
    };
    const others = asked.filter(([verb = '', resource = '']) => !allowed[resource]?.includes(verb));
    expect(others).toEqual([]);
  });
});
