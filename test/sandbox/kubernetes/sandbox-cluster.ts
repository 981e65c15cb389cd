import { afterAll, beforeAll } from '@jest/globals';
import { createCluster } from '../../../sandbox/kubernetes/cluster.ts';
import type { Cluster, ClusterOptions, NewNode } from '../../../sandbox/kubernetes/contract.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { HeldClock } from '../held-clock.ts';
import { ApiClient, type Target } from './target.ts';

export interface SandboxTarget extends Target {
  readonly cluster: Cluster;
  readonly clock: HeldClock;
  readonly client: ApiClient;
}

/** Identities of the tests: the token is the name; `masters` belongs to system:masters. */
function authenticate(token: string): ReturnType<ClusterOptions['authenticate']> {
  if (token === 'masters') return { username: 'masters', groups: ['system:masters'] };
  return token.startsWith('user-') ? { username: token.slice(5), groups: [`${token.slice(5)}s`] } : undefined;
}

/** Starts a cluster whose time passes while the test lets it. */
export async function startCluster(options: Partial<ClusterOptions> = {}): Promise<SandboxTarget> {
  const clock = new HeldClock(Date.parse('2026-03-01T10:00:00Z'));
  const cluster = await createCluster({
    name: 'test',
    version: 'v1.36.2',
    clock,
    random: seededRandom(7),
    authenticate,
    ...options,
  });
  const target = {
    url: cluster.url,
    ca: cluster.caPem,
    adminToken: cluster.adminToken,
    pause: () => clock.letPass(100),
    addNode: async (name: string) => cluster.addNode(node(name)),
    removeNode: async (name: string) => cluster.removeNode(name),
    cluster,
    clock,
  };
  return { ...target, client: new ApiClient(target) };
}

export async function stopCluster(target: SandboxTarget): Promise<void> {
  target.client.close();
  await target.cluster.close();
  target.clock.close();
}

/** A cluster for all tests of a file. */
export function withCluster(options?: Partial<ClusterOptions>): () => SandboxTarget {
  let target: SandboxTarget | undefined;
  beforeAll(async () => {
    target = await startCluster(options);
  });
  afterAll(async () => {
    if (target) await stopCluster(target);
  });
  return () => {
    if (!target) throw new Error('the cluster has not been started');
    return target;
  };
}

export function node(name: string, more: Partial<NewNode> = {}): NewNode {
  return { name, instanceId: `i-${name}`, zone: 'us-east-1a', instanceType: 'm5.xlarge', ...more };
}

interface WorkloadOptions {
  readonly namespace?: string;
  readonly replicas?: number;
  readonly image?: string;
  readonly annotations?: Readonly<Record<string, string>>;
  readonly pod?: object;
  readonly spec?: object;
}

/** A workload named `name` whose pods carry `app: <name>`. */
export function workload(kind: string, name: string, options: WorkloadOptions = {}): object {
  const { namespace = 'default', replicas, image = 'app:1', annotations, pod, spec } = options;
  const labels = { app: name };
  return {
    apiVersion: kind === 'Job' ? 'batch/v1' : 'apps/v1',
    kind,
    metadata: { name, namespace },
    spec: {
      ...(replicas === undefined ? {} : { replicas }),
      ...(kind === 'Job' ? {} : { selector: { matchLabels: labels } }),
      template: {
        metadata: { labels, ...(annotations ? { annotations } : {}) },
        spec: { containers: [{ name: 'main', image }], ...pod },
      },
      ...spec,
    },
  };
}

export function budget(name: string, spec: object, namespace = 'default'): object {
  const selector = { matchLabels: { app: name } };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace },
    spec: { selector, ...spec },
  };
}

/** Waits on the cluster's clock until something holds. Throws with `what` when it never does. */
export async function eventually(target: SandboxTarget, what: string, holds: () => boolean): Promise<void> {
  await target.clock.until(what, holds, { within: 300_000 });
}

/** The pods of a workload, by name. */
export function podsOf(target: SandboxTarget, app: string, namespace = 'default') {
  return target.cluster.store.list('pods', namespace).filter(({ metadata }) => metadata.labels?.['app'] === app);
}

export function readyPodsOf(target: SandboxTarget, app: string, namespace = 'default') {
  return podsOf(target, app, namespace).filter(
    ({ metadata, status }) =>
      !metadata.deletionTimestamp &&
      status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True'),
  );
}
