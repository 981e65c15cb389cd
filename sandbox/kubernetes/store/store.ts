import type { Kinds, ResourceKey } from '../types/kinds.ts';
import type { KubeObject, LabelSelector, Pod } from '../types/objects.ts';
import { labelMatcher } from '../types/selectors.ts';
import { Collection, keyOf } from './collection.ts';
import { Index } from './key-index.ts';

export interface Change<K extends ResourceKey = ResourceKey> {
  readonly revision: number;
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED';
  readonly resource: K;
  readonly object: Kinds[K];
  readonly previous: Kinds[K] | undefined;
}

export type Listener = (change: Change) => void;

export interface Owned {
  readonly resource: ResourceKey;
  readonly object: KubeObject;
}

/** Changes of one resource that watches can still ask for; older ones answer 410. */
const historyLimit = 5000;

interface History {
  changes: Change[];
  /** The revision of the newest change that has been forgotten. */
  floor: number;
}

/** What etcd is to a cluster: every object's latest version, one counter of revisions, and the latest changes. */
export class Store {
  #revision = 1;
  readonly #collections = new Map<ResourceKey, Collection<KubeObject>>();
  readonly #histories = new Map<ResourceKey, History>();
  readonly #listeners = new Set<Listener>();
  readonly #podsByNode = new Index();
  readonly #podsByLabel = new Index();
  readonly #owned = new Index();

  get revision(): number {
    return this.#revision;
  }

  get<K extends ResourceKey>(resource: K, namespace: string | undefined, name: string): Kinds[K] | undefined {
    return this.byKey(resource, keyOf(namespace, name));
  }

  /** `key` is `namespace/name` or a cluster-scoped name. */
  byKey<K extends ResourceKey>(resource: K, key: string): Kinds[K] | undefined {
    return this.#collection(resource).get(key) as Kinds[K] | undefined;
  }

  /** Objects of all namespaces or of one, ordered by key. */
  list<K extends ResourceKey>(resource: K, namespace?: string): Kinds[K][] {
    return this.#collection(resource).sorted(namespace) as Kinds[K][];
  }

  /** As `list`, in the order of creation and without making an array. */
  values<K extends ResourceKey>(resource: K, namespace?: string): Iterable<Kinds[K]> {
    return this.#collection(resource).values(namespace) as Iterable<Kinds[K]>;
  }

  count(resource: ResourceKey): number {
    return this.#collection(resource).size;
  }

  podsOnNode(node: string): Pod[] {
    return this.#pods(this.#podsByNode.get(node));
  }

  /** The pods of a namespace that a selector matches; found by a label of the selector where it names one. */
  podsMatching(namespace: string, selector: LabelSelector | undefined): Pod[] {
    const matches = labelMatcher(selector);
    const first = Object.entries(selector?.matchLabels ?? {})[0];
    const candidates = first
      ? this.#pods(this.#podsByLabel.get(`${namespace}\n${first[0]}=${first[1]}`))
      : [...this.values('pods', namespace)];
    return candidates.filter((pod) => matches(pod.metadata.labels));
  }

  /** Every object with an owner reference to this UID. */
  ownedBy(uid: string): Owned[] {
    return [...this.#owned.get(uid)].flatMap((entry) => {
      const [resource = '', key = ''] = entry.split('\n');
      const object = this.byKey(resource as ResourceKey, key);
      return object ? [{ resource: resource as ResourceKey, object }] : [];
    });
  }

  podsOwnedBy(uid: string): Pod[] {
    const pods: Pod[] = [];
    for (const entry of this.#owned.get(uid)) {
      if (!entry.startsWith('pods\n')) continue;
      const pod = this.byKey('pods', entry.slice(5));
      if (pod) pods.push(pod);
    }
    return pods;
  }

  /** Stores a new version of an object and gives it with its resourceVersion. */
  put<K extends ResourceKey>(resource: K, object: Kinds[K]): Kinds[K] {
    const { namespace, name } = object.metadata;
    const previous = this.get(resource, namespace, name);
    const revision = ++this.#revision;
    const stored = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.#collection(resource).set(stored);
    this.#reindex(resource, previous, stored);
    this.#announce({ revision, type: previous ? 'MODIFIED' : 'ADDED', resource, object: stored, previous });
    return stored;
  }

  /** Removes an object; the last version, with the revision of its end, is what watches see. */
  remove<K extends ResourceKey>(resource: K, object: Kinds[K]): Kinds[K] {
    const previous = this.get(resource, object.metadata.namespace, object.metadata.name);
    const revision = ++this.#revision;
    const last = { ...object, metadata: { ...object.metadata, resourceVersion: String(revision) } };
    this.#collection(resource).delete(object);
    this.#reindex(resource, previous, undefined);
    this.#announce({ revision, type: 'DELETED', resource, object: last, previous });
    return last;
  }

  /** Calls `listener` after every change. Gives a function that ends it. */
  subscribe(listener: Listener): () => void {
    this.#listeners.add(listener);
    return () => this.#listeners.delete(listener);
  }

  /** The changes of a resource after a revision; `undefined` when some of them are forgotten. */
  changesSince(resource: ResourceKey, revision: number): Change[] | undefined {
    const history = this.#histories.get(resource);
    if (!history) return [];
    if (revision < history.floor) return undefined;
    return history.changes.filter((change) => change.revision > revision);
  }

  /** Forgets the changes of a resource, as a compaction does, so that older watches answer 410. */
  compact(resource: ResourceKey): void {
    this.#histories.set(resource, { changes: [], floor: this.#revision });
  }

  #collection(resource: ResourceKey): Collection<KubeObject> {
    let collection = this.#collections.get(resource);
    if (!collection) {
      collection = new Collection();
      this.#collections.set(resource, collection);
    }
    return collection;
  }

  #pods(keys: ReadonlySet<string>): Pod[] {
    return Array.from(keys, (key) => this.byKey('pods', key) as Pod);
  }

  #announce(change: Change): void {
    let history = this.#histories.get(change.resource);
    if (!history) {
      history = { changes: [], floor: 0 };
      this.#histories.set(change.resource, history);
    }
    history.changes.push(change);
    if (history.changes.length > 2 * historyLimit) {
      const dropped = history.changes.splice(0, historyLimit);
      history.floor = dropped[dropped.length - 1]?.revision ?? history.floor;
    }
    for (const listener of this.#listeners) listener(change);
  }

  #reindex(resource: ResourceKey, before: KubeObject | undefined, after: KubeObject | undefined): void {
    const meta = (after ?? before)?.metadata;
    const key = keyOf(meta?.namespace, meta?.name ?? '');
    if (before?.metadata.ownerReferences !== after?.metadata.ownerReferences) {
      for (const owner of before?.metadata.ownerReferences ?? []) this.#owned.remove(owner.uid, `${resource}\n${key}`);
      for (const owner of after?.metadata.ownerReferences ?? []) this.#owned.add(owner.uid, `${resource}\n${key}`);
    }
    if (resource === 'pods') this.#reindexPod(key, before as Pod | undefined, after as Pod | undefined);
  }

  #reindexPod(key: string, before: Pod | undefined, after: Pod | undefined): void {
    const [from, to] = [before?.spec.nodeName, after?.spec.nodeName];
    if (from !== to) {
      if (from) this.#podsByNode.remove(from, key);
      if (to) this.#podsByNode.add(to, key);
    }
    if (before?.metadata.labels === after?.metadata.labels) return;
    const namespace = (after ?? before)?.metadata.namespace ?? '';
    for (const label of labelsOf(before)) this.#podsByLabel.remove(`${namespace}\n${label}`, key);
    for (const label of labelsOf(after)) this.#podsByLabel.add(`${namespace}\n${label}`, key);
  }
}

function labelsOf(object: KubeObject | undefined): string[] {
  return Object.entries(object?.metadata.labels ?? {}).map(([name, value]) => `${name}=${value}`);
}
