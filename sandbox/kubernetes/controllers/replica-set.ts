import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import { keyOf } from '../store/collection.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import type { ReplicaSet } from '../types/workload-objects.ts';
import { type Controller, Rechecks } from './manager.ts';
import { availableAt, bySurplus, controllerOf, isActive, isDeleting, isReady, keyOfObject, podDraft } from './pods.ts';

/** Pods that one pass creates or deletes. Source: pkg/controller/replicaset/replica_set.go, BurstReplicas. */
const burst = 500;

/** Keeps the number of pods of each ReplicaSet. */
export class ReplicaSetController implements Controller {
  readonly name = 'replicaset';
  readonly #context: ApiContext;
  readonly #rechecks: Rechecks;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe({ resource, object }: Change, enqueue: (key: string) => void): void {
    if (resource === 'replicasets.apps') enqueue(keyOfObject(object));
    if (resource !== 'pods') return;
    const owner = controllerOf(object);
    if (owner?.kind === 'ReplicaSet') enqueue(keyOf(object.metadata.namespace, owner.name));
  }

  reconcile(key: string): void {
    const set = this.#context.store.byKey('replicasets.apps', key);
    this.#rechecks.cancel(key);
    if (!set) return;
    const pods = this.#context.store
      .podsOwnedBy(set.metadata.uid)
      .filter((pod) => controllerOf(pod)?.uid === set.metadata.uid);
    const active = pods.filter(isActive);
    const missing = (set.spec.replicas ?? 0) - active.length;
    if (!isDeleting(set)) {
      if (missing > 0) this.#create(set, Math.min(missing, burst));
      if (missing < 0) this.#remove(active, Math.min(-missing, burst));
    }
    this.#updateStatus(key, set, pods);
  }

  #create(set: ReplicaSet, count: number): void {
    for (let made = 0; made < count; made++) {
      if (
        !createTrusted(
          this.#context,
          'pods',
          podDraft(set, set.spec.template, { generateName: `${set.metadata.name}-` }),
        )
      )
        return;
    }
  }

  #remove(active: readonly Pod[], count: number): void {
    const surplus = [...active].sort(bySurplus(this.#context.clock.now())).slice(0, count);
    for (const { metadata } of surplus) {
      deleteObject(this.#context, definitionOf('pods'), { namespace: metadata.namespace, name: metadata.name });
    }
  }

  /** Status as the real controller counts it: from the pods before this pass made or deleted any. */
  #updateStatus(key: string, set: ReplicaSet, pods: readonly Pod[]): void {
    const active = pods.filter(isActive);
    const now = this.#context.clock.now();
    let availableReplicas = 0;
    for (const pod of active) {
      const at = availableAt(pod, set.spec.minReadySeconds);
      if (at === undefined) continue;
      if (at <= now) availableReplicas++;
      else this.#rechecks.at(key, at);
    }
    const status = {
      replicas: active.length,
      fullyLabeledReplicas: active.length,
      readyReplicas: active.filter(isReady).length,
      availableReplicas,
      terminatingReplicas: pods.filter(isDeleting).length,
      observedGeneration: set.metadata.generation,
    };
    const latest = this.#context.store.byKey('replicasets.apps', key);
    if (!latest || sameJson(status, latest.status)) return;
    this.#context.store.put('replicasets.apps', { ...latest, status });
  }
}
