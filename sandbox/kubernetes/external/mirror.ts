import type { Store } from '../store/store.ts';
import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import type { ClusterConnection, WatchEvent } from './connection.ts';

/** Between the end of a watch and the next list. Milliseconds of real time. */
const pause = 200;

/** Keeps the objects of some resources of a real cluster in a store, by list and watch. */
export class Mirror {
  readonly #connection: ClusterConnection;
  readonly #store: Store;
  readonly #stops = new Map<ResourceKey, () => void>();
  #closed = false;

  constructor(connection: ClusterConnection, store: Store) {
    this.#connection = connection;
    this.#store = store;
  }

  /** Resolves when the store has what the cluster has now, and follows it from there. */
  async follow(resource: ResourceKey, path: string): Promise<void> {
    const list = await this.#connection.send('GET', path);
    const items = (list['items'] ?? []) as KubeObject[];
    const { kind, apiVersion } = list as { kind: string; apiVersion: string };
    const typed = items.map((item) => ({ ...item, kind: kind.replace(/List$/, ''), apiVersion }));
    this.#replace(resource, typed);
    const version = (list['metadata'] as { resourceVersion: string }).resourceVersion;
    const query = `?watch=true&resourceVersion=${version}`;
    const stop = this.#connection.watch(
      path + query,
      (event) => this.#apply(resource, event),
      () => void this.#again(resource, path),
    );
    this.#stops.set(resource, stop);
  }

  close(): void {
    this.#closed = true;
    for (const stop of this.#stops.values()) stop();
  }

  /** A watch ends when the server says so, with 410 for instance; a new list shows what was missed. */
  async #again(resource: ResourceKey, path: string): Promise<void> {
    while (!this.#closed) {
      await new Promise((resolve) => setTimeout(resolve, pause));
      try {
        if (!this.#closed) await this.follow(resource, path);
        return;
      } catch {
        // The server is away: again after the pause.
      }
    }
  }

  #replace(resource: ResourceKey, items: readonly KubeObject[]): void {
    const uids = new Set(items.map(({ metadata }) => metadata.uid));
    for (const known of this.#store.list(resource))
      if (!uids.has(known.metadata.uid)) this.#store.remove(resource, known);
    for (const item of items) this.#put(resource, item);
  }

  #apply(resource: ResourceKey, { type, object }: WatchEvent): void {
    const changed = object as unknown as KubeObject;
    if (type === 'DELETED') this.#store.remove(resource, changed as never);
    else if (type === 'ADDED' || type === 'MODIFIED') this.#put(resource, changed);
  }

  #put(resource: ResourceKey, object: KubeObject): void {
    this.#store.put(resource, object as never);
  }
}
