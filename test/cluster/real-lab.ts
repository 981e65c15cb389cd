import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, jest } from '@jest/globals';
import type { ExecutionResult } from '../../sandbox/console/results.ts';
import type { ApiClient } from '../sandbox/kubernetes/target.ts';
import type { Scenario } from '../scenarios/scenario.ts';
import { adminClient } from './admin-client.ts';
import { eventually, isReady, type RealScenario, startRealScenario } from './real-scenario.ts';

let real: RealScenario;
export let scenario: Scenario;
export let client: ApiClient;

export const containers = [{ name: 'main', image: 'app:1', resources: { requests: { cpu: '50m', memory: '64Mi' } } }];
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

/** A control plane with our guard rails and the sandbox on it, for all tests of a file. */
export function useRealCluster(): void {
  jest.setTimeout(300_000);
  beforeAll(async () => {
    real = await startRealScenario(world());
    scenario = real.scenario;
    client = adminClient(real.plane);
  });

  afterAll(async () => {
    client?.close();
    await real?.end();
  });
}

export async function admin(method: string, path: string, body?: object): Promise<number> {
  const { status, text } = await client.call(method, path, { ...(body && { body }) });
  if (status >= 400 && status !== 404) throw new Error(`${method} ${path}: ${text}`);
  return status;
}

export const load = (...manifests: object[]) => scenario.cluster.load(manifests);
export const nameOf = (instanceId: string) => scenario.nodeOf(instanceId)?.metadata.name ?? '';
export const codes = (reasons: readonly unknown[] = []) => (reasons as { code: string }[]).map(({ code }) => code);
export const about = (result: ExecutionResult | undefined, code: string) =>
  ((result?.reasons ?? []) as { code: string; about: string; text: string }[])
    .filter((reason) => reason.code === code)
    .map((reason) => `${reason.about}: ${reason.text}`);

/** An instance that no test has used yet. */
export const used = new Set<string>();
export async function fresh(): Promise<string> {
  const { inService } = await scenario.group('spot');
  const found = inService.find((id) => !used.has(id) && scenario.nodeOf(id) !== undefined && !scenario.isCordoned(id));
  if (found === undefined) throw new Error('no node is left');
  used.add(found);
  return found;
}

export interface Pinned {
  readonly stopsAfter?: string;
  readonly grace?: number;
  readonly namespace?: string;
  readonly replicas?: number;
}

/** A Deployment that only fits one node. */
export function pinned(
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

export function budget(name: string, app: string, rule: object): object {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'shop' },
    spec: { selector: { matchLabels: { app } }, ...rule },
  };
}

export const podsOf = (app: string) =>
  scenario.cluster.store.list('pods').filter(({ metadata }) => metadata.labels?.['app'] === app);
export const running = (app: string, count = 1) =>
  eventually(`${count} Ready pods of ${app}`, () => podsOf(app).filter(isReady).length >= count);

/** The executions that begin from now on, once all of them have ended. */
export async function resultsOf(act: () => unknown): Promise<ExecutionResult[]> {
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

export async function groupIsWhole(): Promise<void> {
  await eventually('the group is as large as it was', async () => {
    const { desired: now, inService } = await scenario.group('spot');
    const ready = inService.filter((id) => {
      const node = scenario.nodeOf(id);
      return node !== undefined && isReady(node);
    });
    return now === desired && inService.length === desired && ready.length === desired;
  });
}

const allowed: Readonly<Record<string, readonly string[]>> = {
  nodes: ['get', 'list', 'patch'],
  pods: ['list', 'delete'],
  'pods/eviction': ['create'],
  poddisruptionbudgets: ['list'],
  volumeattachments: ['list'],
  events: ['create'],
  selfsubjectrulesreviews: ['create'],
};

/** What our identity has asked the API server for besides that, as its audit log has it. */
export function requestsBeyondRights(): string[][] {
  const asked = [...real.plane.requests().keys()].map((what) => what.split(' '));
  return asked.filter(([verb = '', resource = '']) => !allowed[resource]?.includes(verb));
}
