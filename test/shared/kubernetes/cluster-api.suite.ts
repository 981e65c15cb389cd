import { beforeEach, expect, it } from '@jest/globals';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import type { Right } from '../../../shared/domain/right.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';

/** A cluster with one node `node-a`, and what tests do to it from outside. */
export interface ClusterLab {
  readonly api: ClusterApi;
  readonly now: () => number;
  /** Lets time pass and controllers work. */
  readonly pass: (milliseconds: number) => Promise<void>;
  readonly addNode: (name: string, instanceId: string) => void;
  readonly removeNode: (name: string) => void;
  /** Running pods of a ReplicaSet with the label `app`, in namespace `default`. */
  readonly run: (app: string, replicas: number, gracePeriodSeconds: number) => Promise<void>;
  readonly addBudget: (name: string, app: string, minAvailable: number) => Promise<void>;
  readonly attachVolume: (name: string, nodeName: string) => void;
  /** Takes a right away; `get configmaps` is one that infra/kubernetes never gives. */
  readonly withhold: (right: Right) => void;
  readonly events: () => readonly { readonly name: string; readonly reason: string; readonly message: string }[];
}

const configmaps = { verb: 'get', group: '', resource: 'configmaps' };
const nodes = { verb: 'get', group: '', resource: 'nodes' };

let lab: ClusterLab;
const podsOf = async (app: string) =>
  (await lab.api.listPods(['node-a'])).filter(({ labels }) => labels['app'] === app);
const podOf = async (app: string) => (await podsOf(app))[0] as PodFacts;

function nodesBehave(): void {
  it('reads a node, and knows none of a name that there is not', async () => {
    lab.addNode('node-b', 'i-0bbbbbbbbbbbbbbbb');
    expect(await lab.api.getNode('node-b')).toMatchObject({ name: 'node-b', instanceId: 'i-0bbbbbbbbbbbbbbbb' });
    expect(await lab.api.getNode('node-x')).toBeUndefined();
    expect((await lab.api.listNodes()).map(({ name }) => name).toSorted()).toEqual(['node-a', 'node-b']);
  });

  it('changes only the version of a node that was read, and puts back what null removes', async () => {
    const node = (await lab.api.listNodes())[0];
    if (!node) throw new Error('no node');
    const taints = [...node.taints, { key: 'k', value: 'v', effect: 'NoSchedule' }];
    const change = { unschedulable: true, taints, labels: { l: '1' }, annotations: { a: '1' } };
    expect(await lab.api.changeNode(node, change)).toBe('Changed');
    expect(await lab.api.changeNode(node, { unschedulable: false })).toBe('Conflict');
    const changed = await lab.api.getNode('node-a');
    if (!changed) throw new Error('no node');
    expect(changed).toMatchObject({ unschedulable: true, labels: { l: '1' }, annotations: { a: '1' } });
    expect(changed.resourceVersion).not.toBe(node.resourceVersion);
    expect(await lab.api.changeNode(changed, { labels: { l: null }, annotations: { a: null } })).toBe('Changed');
    const restored = await lab.api.getNode('node-a');
    expect([restored?.labels['l'], restored?.annotations['a']]).toEqual([undefined, undefined]);
    expect(restored?.unschedulable).toBe(true);
  });

  it('never changes a successor of the same name, and calls a node gone that is not there', async () => {
    const node = await lab.api.getNode('node-a');
    if (!node) throw new Error('no node');
    lab.removeNode('node-a');
    expect(await lab.api.changeNode(node, { unschedulable: true })).toBe('Gone');
    lab.addNode('node-a', 'i-0ccccccccccccccccc'.slice(0, 19));
    expect(await lab.api.changeNode(node, { unschedulable: true })).toBe('Conflict');
    expect((await lab.api.getNode('node-a'))?.unschedulable).toBe(false);
  });
}

function podsBehave(): void {
  it('lists the pods of the nodes that it is asked for', async () => {
    await lab.run('web', 2, 5);
    const pods = await podsOf('web');
    expect(pods).toHaveLength(2);
    expect(pods[0]).toMatchObject({
      namespace: 'default',
      nodeName: 'node-a',
      phase: 'Running',
      ready: true,
      controllerKind: 'ReplicaSet',
      gracePeriodSeconds: 5,
      deletionDeadline: undefined,
    });
    expect(await lab.api.listPods(['node-x'])).toEqual([]);
  });

  it('evicts the pod of this UID and no other, within the grace period that is given', async () => {
    await lab.run('web', 1, 30);
    const pod = await podOf('web');
    expect(await lab.api.evict({ ...pod, uid: 'another' })).toEqual({ kind: 'Gone' });
    expect((await podOf('web')).deletionDeadline).toBeUndefined();
    const before = lab.now();
    expect(await lab.api.evict(pod, 10)).toEqual({ kind: 'Evicted' });
    const leaving = (await podsOf('web')).find(({ uid }) => uid === pod.uid);
    expect(leaving?.deletionDeadline).toBeGreaterThanOrEqual(before + 10_000);
    expect(leaving?.deletionDeadline).toBeLessThanOrEqual(lab.now() + 11_000);
    await lab.pass(15_000);
    expect((await podsOf('web')).map(({ uid }) => uid)).not.toContain(pod.uid);
    expect(await lab.api.evict(pod)).toEqual({ kind: 'Gone' });
  });

  it('gives a pod that leaves less time when it is told to, and never more', async () => {
    await lab.run('web', 1, 30);
    const pod = await podOf('web');
    const deadline = async () => (await podsOf('web')).find(({ uid }) => uid === pod.uid)?.deletionDeadline ?? 0;
    await lab.api.evict(pod, 20);
    const first = await deadline();
    await lab.api.deletePod(pod, 30);
    expect(await deadline()).toBe(first);
    await lab.api.deletePod(pod, 10);
    expect(await deadline()).toBeLessThan(first);
  });

  it('deletes a pod at once with no grace period, and takes one that is gone for gone', async () => {
    await lab.run('web', 1, 30);
    const pod = await podOf('web');
    expect(await lab.api.deletePod({ ...pod, uid: 'another' }, 0)).toEqual({ kind: 'Gone' });
    expect(await lab.api.deletePod(pod, 0)).toEqual({ kind: 'Evicted' });
    expect((await podsOf('web')).map(({ uid }) => uid)).not.toContain(pod.uid);
    expect(await lab.api.deletePod(pod, 0)).toEqual({ kind: 'Gone' });
  });
}

function budgetsBehave(): void {
  it('holds a pod back while its budget allows none, and lets it go when a replacement is Ready', async () => {
    lab.addNode('node-b', 'i-0bbbbbbbbbbbbbbbb');
    await lab.run('web', 2, 5);
    await lab.addBudget('web', 'web', 1);
    const [first, second] = (await lab.api.listPods(['node-a', 'node-b'])) as [PodFacts, PodFacts];
    expect((await lab.api.listBudgets())[0]).toMatchObject({ name: 'web', observed: true, disruptionsAllowed: 1 });
    expect(await lab.api.evict(first)).toEqual({ kind: 'Evicted' });
    expect(await lab.api.evict(second)).toMatchObject({ kind: 'BudgetHolds' });
    await lab.pass(30_000);
    expect(await lab.api.evict(second)).toEqual({ kind: 'Evicted' });
  });

  it('lets a pod that leaves already be evicted again without using its budget up', async () => {
    await lab.run('web', 2, 60);
    await lab.addBudget('web', 'web', 1);
    const pod = await podOf('web');
    expect(await lab.api.evict(pod)).toEqual({ kind: 'Evicted' });
    expect(await lab.api.evict(pod)).toEqual({ kind: 'Evicted' });
  });

  it('refuses a pod that two budgets count, whatever they allow, and deletes it past them', async () => {
    await lab.run('web', 3, 5);
    await lab.addBudget('one', 'web', 1);
    await lab.addBudget('two', 'web', 1);
    const pod = await podOf('web');
    expect(await lab.api.evict(pod)).toMatchObject({ kind: 'SeveralBudgets' });
    expect(await lab.api.deletePod(pod, 1)).toEqual({ kind: 'Evicted' });
  });
}

function theRestBehaves(): void {
  it('names the rights that are missing, by verb, group and resource', async () => {
    lab.withhold(configmaps);
    expect(await lab.api.missingRights([configmaps, nodes])).toEqual([configmaps]);
  });

  it('counts the volumes of each node, and leaves out nodes without any', async () => {
    lab.attachVolume('one', 'node-a');
    lab.attachVolume('two', 'node-a');
    lab.attachVolume('three', 'node-b');
    expect(await lab.api.countVolumes(['node-a', 'node-c'])).toEqual(new Map([['node-a', 2]]));
  });

  it('records an event about a node', async () => {
    const about = { kind: 'Node', namespace: '', name: 'node-a', uid: 'u' } as const;
    await lab.api.recordEvent(about, { type: 'Normal', reason: 'StewardCordoned', message: 'why' });
    expect(lab.events()).toContainEqual({ name: 'node-a', reason: 'StewardCordoned', message: 'why' });
  });
}

/** What the API of every cluster does. */
export function clusterApiSuite(open: () => ClusterLab): void {
  beforeEach(() => {
    lab = open();
  });
  nodesBehave();
  podsBehave();
  budgetsBehave();
  theRestBehaves();
}
