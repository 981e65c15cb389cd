import type { ApiContext } from '../api/context.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Pod } from '../types/objects.ts';
import type { ReplicaSet } from '../types/workload-objects.ts';
import { claimPods, observeClaims } from './claims.ts';
import { type Controller, Rechecks } from './manager.ts';
import { PodControl } from './pod-control.ts';
import { availableAt, bySurplus, isActive, isDeleting, isReady, keyOfObject, podDraft } from './pods.ts';

import type { Recorder } from './recorder.ts';

/** Pods that one pass creates or deletes. Source: pkg/controller/replicaset/replica_set.go, BurstReplicas. */
const burst = 500;

/** Keeps the number of pods of each ReplicaSet. */
export class ReplicaSetController implements Controller {
  readonly name = 'replicaset';
  readonly #context: ApiContext;
  readonly #rechecks: Rechecks;
  readonly #pods: PodControl;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#pods = new PodControl(context, recorder, 'replicaset-controller');
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe(change: Change, enqueue: (key: string) => void): void {
    if (change.resource === 'replicasets.apps') enqueue(keyOfObject(change.object));
    if (change.resource === 'pods')
      observeClaims(this.#context, change, { key: 'replicasets.apps', kind: 'ReplicaSet' }, enqueue);
  }

  reconcile(key: string): void {
    const set = this.#context.store.byKey('replicasets.apps', key);
    this.#rechecks.cancel(key);
    if (!set) return;
    const pods = claimPods(this.#context, set, isActive);
    const active = pods.filter(isActive);
    const missing = (set.spec.replicas ?? 0) - active.length;
    if (!isDeleting(set)) {
      if (missing > 0) this.#create(set, Math.min(missing, burst));
      if (missing < 0) this.#remove(set, active, Math.min(-missing, burst));
    }
    this.#updateStatus(key, set, pods);
  }

  #create(set: ReplicaSet, count: number): void {
    for (let made = 0; made < count; made++) {
      const draft = podDraft(set, set.spec.template, { generateName: `${set.metadata.name}-` });
      if (!this.#pods.create(set, draft)) return;
    }
  }

  #remove(set: ReplicaSet, active: readonly Pod[], count: number): void {
    const surplus = [...active].sort(bySurplus(this.#context.clock.now())).slice(0, count);
    for (const pod of surplus) this.#pods.delete(set, pod);
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
