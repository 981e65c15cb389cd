import type { KubeObject } from '../types/objects.ts';

/** The key of an object inside its resource: `namespace/name`, or the name alone for cluster-scoped objects. */
export function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

class Part<T extends KubeObject> {
  readonly objects = new Map<string, T>();
  #sorted: string[] | undefined;

  set(key: string, object: T): void {
    if (!this.objects.has(key)) this.#sorted = undefined;
    this.objects.set(key, object);
  }

  delete(key: string): void {
    if (this.objects.delete(key)) this.#sorted = undefined;
  }

  /** In the order of etcd keys, which lists and continue tokens follow. */
  sorted(): T[] {
    this.#sorted ??= [...this.objects.keys()].sort();
    return this.#sorted.map((key) => this.objects.get(key) as T);
  }
}

/** All objects of one resource, also by namespace. */
export class Collection<T extends KubeObject> {
  readonly #all = new Part<T>();
  readonly #namespaces = new Map<string, Part<T>>();

  get(key: string): T | undefined {
    return this.#all.objects.get(key);
  }

  get size(): number {
    return this.#all.objects.size;
  }

  set(object: T): void {
    const { namespace, name } = object.metadata;
    const key = keyOf(namespace, name);
    this.#all.set(key, object);
    if (!namespace) return;
    const part = this.#namespaces.get(namespace) ?? new Part<T>();
    this.#namespaces.set(namespace, part);
    part.set(key, object);
  }

  delete(object: T): void {
    const key = keyOf(object.metadata.namespace, object.metadata.name);
    this.#all.delete(key);
    this.#namespaces.get(object.metadata.namespace ?? '')?.delete(key);
  }

  sorted(namespace?: string): T[] {
    return (namespace ? this.#namespaces.get(namespace) : this.#all)?.sorted() ?? [];
  }

  values(namespace?: string): Iterable<T> {
    return (namespace ? this.#namespaces.get(namespace) : this.#all)?.objects.values() ?? [];
  }
}
