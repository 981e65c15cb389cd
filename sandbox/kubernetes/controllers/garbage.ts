import type { ApiContext } from '../api/context.ts';
import { deleteObject } from '../api/delete.ts';
import type { Change } from '../store/store.ts';
import type { Kinds, ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import type { Controller } from './manager.ts';
import { isDeleting } from './pods.ts';

/** Deletes what belonged to objects that are gone, and finishes foreground and orphan deletions. */
export class GarbageCollector implements Controller {
  readonly name = 'garbage';
  readonly #context: ApiContext;
  readonly #uids = new Map<string, { readonly resource: ResourceKey; readonly key: string }>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    const { uid, namespace, name, finalizers, ownerReferences } = object.metadata;
    if (type === 'DELETED') this.#uids.delete(uid);
    else this.#uids.set(uid, { resource, key: namespace ? `${namespace}/${name}` : name });
    const waits = isDeleting(object) && finalizers?.some((item) => item === 'foregroundDeletion' || item === 'orphan');
    if (type === 'DELETED' || waits) enqueue(uid);
    for (const owner of ownerReferences ?? []) {
      // An owner that never was, or one that waits for this dependent to go.
      if (type === 'DELETED' || (type === 'ADDED' && !this.#uids.has(owner.uid))) enqueue(owner.uid);
    }
  }

  reconcile(uid: string): void {
    const owner = this.#objectOf(uid);
    if (!owner) {
      this.#collect(uid);
      return;
    }
    const { object, resource } = owner;
    if (!isDeleting(object)) return;
    if (object.metadata.finalizers?.includes('orphan')) {
      this.#orphan(resource, object);
      return;
    }
    if (!object.metadata.finalizers?.includes('foregroundDeletion')) return;
    const dependents = this.#context.store.ownedBy(uid);
    for (const item of dependents) if (!isDeleting(item.object)) this.#delete(item.resource, item.object);
    if (this.#context.store.ownedBy(uid).length === 0) this.#finish(resource, object, 'foregroundDeletion');
  }

  #objectOf(uid: string): { resource: ResourceKey; object: KubeObject } | undefined {
    const known = this.#uids.get(uid);
    const object = known && this.#context.store.byKey(known.resource, known.key);
    return object && known && object.metadata.uid === uid ? { resource: known.resource, object } : undefined;
  }

  /** Dependents of an owner that is gone go too, unless another owner is still there. */
  #collect(uid: string): void {
    for (const { resource, object } of this.#context.store.ownedBy(uid)) {
      const left = (object.metadata.ownerReferences ?? []).filter(
        (owner) => owner.uid !== uid && this.#uids.has(owner.uid),
      );
      if (left.length > 0) this.#disown(resource, object, uid);
      else if (!isDeleting(object)) this.#delete(resource, object);
    }
  }

  #orphan(resource: ResourceKey, owner: KubeObject): void {
    for (const item of this.#context.store.ownedBy(owner.metadata.uid))
      this.#disown(item.resource, item.object, owner.metadata.uid);
    this.#finish(resource, owner, 'orphan');
  }

  #disown(resource: ResourceKey, object: KubeObject, uid: string): void {
    const ownerReferences = (object.metadata.ownerReferences ?? []).filter((owner) => owner.uid !== uid);
    this.#put(resource, { ...object, metadata: { ...object.metadata, ownerReferences } });
  }

  #delete(resource: ResourceKey, { metadata }: KubeObject): void {
    const { namespace, name, uid } = metadata;
    deleteObject(this.#context, definitionOf(resource), { namespace, name }, { preconditions: { uid } });
  }

  #finish(resource: ResourceKey, object: KubeObject, finalizer: string): void {
    const finalizers = (object.metadata.finalizers ?? []).filter((item) => item !== finalizer);
    const after = { ...object, metadata: { ...object.metadata, finalizers } };
    if (finalizers.length > 0) this.#put(resource, after);
    else this.#context.store.remove(resource, after as Kinds[typeof resource]);
  }

  #put(resource: ResourceKey, object: KubeObject): void {
    this.#context.store.put(resource, object as Kinds[typeof resource]);
  }
}
