import type { SandboxClock } from '../clock.ts';
import type { Cluster } from '../kubernetes/contract.ts';
import type { Condition, KubeObject } from '../kubernetes/types/objects.ts';
import type { Nodes } from './nodes.ts';
import type { Timeline } from './timeline.ts';

/** Pods that change in the same moment are one line; so many are named. */
const named = 3;

/** Writes what happens to nodes and pods of one cluster into the timeline. */
export function recordCluster(cluster: Cluster, clock: SandboxClock, nodes: Nodes, timeline: Timeline): void {
  const add = (node: string, what: string) => timeline.add(node, what, about(node, nodes));
  const told = (what: string) => new Batch(clock, (node, pods) => add(node, `${say(pods)} ${what}`));
  const evicting = told('evicting');
  const deleting = told('deleting');
  const evicted = told('evicted');
  const deleted = told('deleted');
  const started = told('started on this node');
  cluster.store.subscribe(({ type, resource, object, previous }) => {
    if (resource === 'nodes') recordNode(type, object, previous, add);
    if (resource !== 'pods') return;
    const node = nodeOf(object);
    if (node === '') return;
    const eviction = isEvicted(object);
    if (type === 'DELETED') (eviction ? evicted : deleted).add(node, nameOf(object));
    else if (isLeaving(object) && previous && !isLeaving(previous))
      (eviction ? evicting : deleting).add(node, nameOf(object));
    else if (isReady(object) && !(previous && isReady(previous))) started.add(node, nameOf(object));
  });
}

function about(node: string, nodes: Nodes): string[] {
  const instance = nodes.instanceOf(node);
  return instance === undefined ? [] : [instance];
}

function recordNode(
  type: string,
  node: KubeObject,
  previous: KubeObject | undefined,
  add: (node: string, what: string) => void,
): void {
  const { name } = node.metadata;
  if (type === 'ADDED') add(name, 'node joined the cluster');
  if (type === 'DELETED') add(name, 'node left the cluster');
  if (type !== 'MODIFIED' || !previous) return;
  if (isCordoned(node) !== isCordoned(previous)) add(name, isCordoned(node) ? 'cordoned' : 'uncordoned');
  if (isReady(node) !== isReady(previous)) add(name, isReady(node) ? 'node Ready' : 'node NotReady');
}

/** Collects what happens in the same moment of the sandbox's clock, and tells it by name. */
class Batch {
  readonly #clock: SandboxClock;
  readonly #flush: (node: string, pods: readonly string[]) => void;
  readonly #pods = new Map<string, string[]>();

  constructor(clock: SandboxClock, flush: (node: string, pods: readonly string[]) => void) {
    this.#clock = clock;
    this.#flush = flush;
  }

  add(node: string, pod: string): void {
    if (this.#pods.size === 0) this.#clock.after(0, () => this.#write());
    this.#pods.set(node, [...(this.#pods.get(node) ?? []), pod]);
  }

  #write(): void {
    const batches = [...this.#pods].toSorted(([left], [right]) => left.localeCompare(right));
    this.#pods.clear();
    for (const [node, pods] of batches) this.#flush(node, pods.toSorted());
  }
}

function say(pods: readonly string[]): string {
  const names = pods.slice(0, named).join(', ');
  const more = pods.length > named ? ` and ${pods.length - named} more` : '';
  return `${pods.length === 1 ? 'pod' : `${pods.length} pods:`} ${names}${more}`;
}

function nameOf({ metadata }: KubeObject): string {
  return `${metadata.namespace ?? ''}/${metadata.name}`;
}

function nodeOf(pod: KubeObject): string {
  return (pod.spec as { nodeName?: string } | undefined)?.nodeName ?? '';
}

/** Through the eviction API: the API server says so in this condition (kubernetes.io, "Pod disruption conditions"). */
function isEvicted(pod: KubeObject): boolean {
  const conditions = (pod.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
  return conditions.some(({ type, reason }) => type === 'DisruptionTarget' && reason === 'EvictionByEvictionAPI');
}

function isLeaving(pod: KubeObject): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function isCordoned(node: KubeObject): boolean {
  return (node.spec as { unschedulable?: boolean } | undefined)?.unschedulable === true;
}

function isReady(object: KubeObject): boolean {
  const conditions = (object.status as { conditions?: readonly Condition[] } | undefined)?.conditions ?? [];
  return conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
}
