import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { parseAllDocuments } from 'yaml';
import { neededRights } from '../../../functions/node-replacement/core/rights.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import { clusterClient } from '../../../shared/kubernetes/client.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import { Connection } from '../../../shared/kubernetes/connection.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { type SandboxTarget, startCluster, stopCluster } from '../../sandbox/kubernetes/sandbox-cluster.ts';
import { clusterApiSuite } from './cluster-api.suite.ts';

const instanceId = 'i-0123456789abcdef0';
const zone = 'us-east-1a';
const manifests = ['drainer.yaml', 'force-delete.yaml']
  .map((file) => readFileSync(join(import.meta.dirname, '../../../infra/kubernetes', file), 'utf8'))
  .flatMap((text) => parseAllDocuments(text).map((document) => document.toJS() as object));

let target: SandboxTarget;
let connection: Connection;
let api: ClusterApi;
let renewals: number;
let slept: number[];
let random: () => number;

/** Who waits goes on when this resolves. */
let whenWaiting: () => Promise<void>;

/** Waits in no time; the cluster has a clock of its own. */
const clock: Clock = {
  now: () => target.clock.now(),
  sleep: async (milliseconds) => {
    slept.push(milliseconds);
    await whenWaiting();
  },
};

function web(name: string, replicas: number, more: { grace?: number; labels?: Record<string, string> } = {}): object {
  const labels = { app: name, ...more.labels };
  const container = { name: 'main', image: 'app:1' };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name, namespace: 'default' },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels },
        spec: { terminationGracePeriodSeconds: more.grace ?? 5, containers: [container] },
      },
    },
  };
}

function budget(name: string, app: string, minAvailable: number | string): object {
  const metadata = { name, namespace: 'default' };
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata,
    spec: { minAvailable, selector: { matchLabels: { app } } },
  };
}

function attachment(name: string, nodeName: string): object {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'VolumeAttachment',
    metadata: { name },
    spec: { attacher: 'ebs.csi.aws.com', nodeName, source: { persistentVolumeName: name } },
  };
}

interface Recorded {
  readonly involvedObject: { readonly name: string };
  readonly reason: string;
  readonly message: string;
}

async function pass(milliseconds: number): Promise<void> {
  await target.clock.letPass(milliseconds);
}

/** Lets controllers, scheduler and kubelets do their work; in between time stands still, however busy the machine is. */
const settle = () => pass(5_000);

async function start(): Promise<void> {
  target = await startCluster({
    authenticate: (token) =>
      token.startsWith('good')
        ? { username: 'eks-steward:drainer', groups: ['eks-steward:drainer', 'system:authenticated'] }
        : undefined,
  });
  target.cluster.apply(manifests);
  target.cluster.addNode({ name: 'node-a', instanceId, zone: 'us-east-1a', instanceType: 'm5.xlarge' });
  renewals = 0;
  slept = [];
  random = () => 0.5;
  whenWaiting = async () => undefined;
  const tokens = { token: async (renew?: boolean) => (renew ? `good-${++renewals}` : `good-${renewals}`) };
  connection = new Connection({ url: target.cluster.url, caPem: target.cluster.caPem }, tokens, clock, () => random());
  api = clusterClient(connection, clock);
  await settle();
}

beforeEach(start);
afterEach(async () => {
  await connection.close();
  await stopCluster(target);
});

describe('the client of the Kubernetes API, with the rights of infra/kubernetes', () => {
  clusterApiSuite(() => ({
    api,
    now: () => target.clock.now(),
    pass,
    addNode: (name, id) => target.cluster.addNode({ name, instanceId: id, zone, instanceType: 'm5.xlarge' }),
    removeNode: (name) => target.cluster.removeNode(name),
    run: async (app, replicas, grace) => {
      target.cluster.apply([web(app, replicas, { grace })]);
      await settle();
    },
    addBudget: async (name, app, minAvailable) => {
      target.cluster.apply([budget(name, app, minAvailable)]);
      await settle();
    },
    attachVolume: (name, nodeName) => target.cluster.apply([attachment(name, nodeName)]),
    withhold: () => undefined,
    events: () =>
      target.cluster.store.list('events').map((event) => {
        const { involvedObject, reason, message } = event as unknown as Recorded;
        return { name: involvedObject.name, reason, message };
      }),
  }));

  it('lacks none of the rights that a drain needs, and names those that it lacks', async () => {
    expect(await api.missingRights(neededRights)).toEqual([]);
    const foreign = { verb: 'get', group: '', resource: 'configmaps' };
    expect(await api.missingRights([foreign, ...neededRights])).toEqual([foreign]);
  });

  it('reads a node with the instance that its providerID names', async () => {
    expect(await api.getNode('node-a')).toMatchObject({
      name: 'node-a',
      instanceId,
      ready: true,
      unschedulable: false,
    });
    expect(await api.getNode('node-x')).toBeUndefined();
  });

  it('lists more nodes than fit one page', async () => {
    for (let index = 0; index < 520; index++) {
      target.cluster.addNode({
        name: `node-${index}`,
        instanceId: `i-${index}`,
        zone: 'us-east-1a',
        instanceType: 'm5.xlarge',
      });
    }
    expect(await api.listNodes()).toHaveLength(521);
  });

  it('lists the pods of the nodes it is asked for, whichever way is fewer calls', async () => {
    for (const name of ['node-b', 'node-c', 'node-d', 'node-e']) {
      target.cluster.addNode({ name, instanceId: `i-${name}`, zone: 'us-east-1a', instanceType: 'm5.xlarge' });
    }
    target.cluster.apply([web('web', 10)]);
    await settle();
    const one = await api.listPods(['node-b']);
    expect(new Set(one.map(({ nodeName }) => nodeName))).toEqual(new Set(['node-b']));
    expect(one[0]).toMatchObject({
      namespace: 'default',
      controllerKind: 'ReplicaSet',
      phase: 'Running',
      ready: true,
      gracePeriodSeconds: 5,
    });
    expect(await api.listPods(['node-a', 'node-b', 'node-c', 'node-d', 'node-e'])).toHaveLength(10);
  });

  it.each([
    [429, { status: 429, message: 'too many requests' }, 'Unavailable'],
    [500, { status: 500, message: 'etcd' }, 'Unavailable'],
    ['a reset', 'reset', 'Unavailable'],
    [403, { status: 403, reason: 'Forbidden', message: 'admission webhook "guard" denied the request' }, 'Denied'],
    [
      'a terminating namespace',
      {
        status: 403,
        message: 'unable to create new content',
        causes: [{ reason: 'NamespaceTerminating', message: 'x' }],
      },
      'NamespaceTerminating',
    ],
    [
      'a budget that is not observed',
      {
        status: 429,
        message: 'wait',
        retryAfterSeconds: 10,
        causes: [{ reason: 'DisruptionBudget', message: 'not processed' }],
      },
      'BudgetNotObserved',
    ],
  ] as const)('reads %s as the answer to an eviction', async (_, answer, kind) => {
    target.cluster.apply([web('web', 1)]);
    await settle();
    const [pod] = (await api.listPods(['node-a'])) as [PodFacts];
    target.cluster.faults.push({ match: { subresource: 'eviction' }, answer });
    expect(await api.evict(pod)).toMatchObject({ kind });
  });

  it('renews its token once after a 401, and then gives up', async () => {
    target.cluster.faults.push({ match: { resource: 'nodes' }, answer: { status: 401 }, times: 1 });
    expect(await api.getNode('node-a')).toBeDefined();
    expect(renewals).toBe(1);
    target.cluster.faults.push({ match: { resource: 'nodes' }, answer: { status: 401 } });
    await expect(api.getNode('node-a')).rejects.toMatchObject({ name: 'AccessDeniedError' });
  });

  it('repeats reads that broke off, honours Retry-After, and names what it asked when it gives up', async () => {
    target.cluster.faults.push(
      { match: { resource: 'nodes' }, answer: 'reset', times: 1 },
      { match: { resource: 'nodes' }, answer: { status: 429, retryAfterSeconds: 3 }, times: 1 },
    );
    expect(await api.getNode('node-a')).toBeDefined();
    expect(slept).toEqual([200, 3_500]);
    target.cluster.faults.push({ match: { resource: 'nodes' }, answer: { status: 503 } });
    await expect(api.getNode('node-a')).rejects.toMatchObject({
      name: 'ApiUnavailableError',
      message: expect.stringContaining('get node node-a'),
    });
  });

  it('does not come back in step with the calls that failed with it', async () => {
    random = seededRandom(3);
    const all = Promise.withResolvers<void>();
    whenWaiting = () => {
      if (slept.length === 32) all.resolve();
      return all.promise;
    };
    target.cluster.faults.push({ match: { resource: 'nodes' }, answer: { status: 503 }, times: 32 });
    await Promise.all(Array.from({ length: 32 }, () => api.getNode('node-a')));
    expect(slept).toHaveLength(32);
    expect(new Set(slept).size).toBeGreaterThan(24);
    expect(Math.min(...slept)).toBeLessThan(100);
    expect(Math.max(...slept)).toBeGreaterThan(300);
    expect(slept.every((wait) => wait >= 0 && wait <= 400)).toBe(true);
  });

  it.each([
    ['a list that is not there', { status: 404, reason: 'NotFound' }, 'ApiUnavailableError'],
    ['a page that is no longer there', { status: 410, reason: 'Expired' }, 'ApiUnavailableError'],
  ] as const)('takes %s for no answer, never for "none"', async (_, answer, name) => {
    target.cluster.faults.push({ match: { verb: 'list' }, answer });
    await expect(api.listPods(['node-a'])).rejects.toMatchObject({ name });
    await expect(api.listNodes()).rejects.toMatchObject({ name });
    await expect(api.listBudgets()).rejects.toMatchObject({ name });
    await expect(api.countVolumes(['node-a'])).rejects.toMatchObject({ name });
  });

  it('names the missing right when it is refused', async () => {
    target.cluster.faults.push({
      match: { resource: 'pods', verb: 'list' },
      answer: { status: 403, reason: 'Forbidden', message: 'pods is forbidden' },
    });
    await expect(api.listPods(['node-a'])).rejects.toMatchObject({ name: 'AccessDeniedError' });
  });
});
