import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import { keyOf } from '../store/collection.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import type { StatefulSet } from '../types/workload-objects.ts';
import { type Controller, Rechecks } from './manager.ts';
import { availableAt, controllerOf, isDeleting, isFinished, isReady, keyOfObject, podDraft } from './pods.ts';
import { currentRevision, hashOf, pruneRevisions, revisionLabel } from './revisions.ts';

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}

function isHealthy(pod: Pod): boolean {
  return isReady(pod) && !isDeleting(pod);
}

/**
 * Keeps the numbered pods of each StatefulSet: one after another, and a new pod only when the old one of its number is gone.
 * Source: pkg/controller/statefulset/stateful_set_control.go.
 */
export class StatefulSetController implements Controller {
  readonly name = 'statefulset';
  readonly #context: ApiContext;
  readonly #rechecks: Rechecks;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe({ resource, object }: Change, enqueue: (key: string) => void): void {
    if (resource === 'statefulsets.apps') enqueue(keyOfObject(object));
    const owner = resource === 'pods' ? controllerOf(object) : undefined;
    if (owner?.kind === 'StatefulSet') enqueue(keyOf(object.metadata.namespace, owner.name));
  }

  reconcile(key: string): void {
    const set = this.#context.store.byKey('statefulsets.apps', key);
    if (!set) {
      this.#rechecks.cancel(key);
      return;
    }
    const revision = currentRevision(this.#context, set);
    const update = hashOf(revision);
    const before = set.status?.currentRevision ? set.status.currentRevision : (revision?.metadata.name ?? '');
    if (!isDeleting(set)) this.#act(set, update);
    this.#updateStatus(key, revision?.metadata.name ?? '', before, update);
  }

  #podsOf(set: StatefulSet): Pod[] {
    return this.#context.store.podsOwnedBy(set.metadata.uid).sort((left, right) => ordinalOf(left) - ordinalOf(right));
  }

  #act(set: StatefulSet, update: string): void {
    const start = set.spec.ordinals?.start ?? 0;
    const end = start + (set.spec.replicas ?? 0);
    const pods = this.#podsOf(set);
    const ordered = set.spec.podManagementPolicy !== 'Parallel';
    const wanted = pods.filter((pod) => ordinalOf(pod) >= start && ordinalOf(pod) < end);
    const surplus = pods.filter((pod) => !wanted.includes(pod)).reverse();
    for (let ordinal = start; ordinal < end; ordinal++) {
      const pod = wanted.find((item) => ordinalOf(item) === ordinal);
      if (pod && isFinished(pod) && !isDeleting(pod)) this.#delete(pod);
      else if (!pod) this.#create(set, ordinal, update);
      if (ordered && !(pod && isHealthy(pod))) return;
    }
    for (const pod of surplus) {
      if (!isDeleting(pod)) this.#delete(pod);
      if (ordered) return;
    }
    this.#roll(set, wanted, update);
  }

  /** From the highest number down, one at a time, each after the one before is healthy. */
  #roll(set: StatefulSet, pods: readonly Pod[], update: string): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0;
    for (const pod of [...pods].reverse()) {
      if (ordinalOf(pod) < partition) return;
      if (hashOf(pod) !== update) {
        if (!isDeleting(pod)) this.#delete(pod);
        return;
      }
      if (!isHealthy(pod)) return;
    }
  }

  #delete({ metadata }: Pod): void {
    deleteObject(this.#context, definitionOf('pods'), { namespace: metadata.namespace, name: metadata.name });
  }

  #create(set: StatefulSet, ordinal: number, update: string): void {
    const name = `${set.metadata.name}-${ordinal}`;
    const { namespace } = set.metadata;
    // A pod of this name that is still there, even of another owner, is waited for.
    if (this.#context.store.get('pods', namespace, name)) return;
    const volumes = (set.spec.volumeClaimTemplates ?? []).map((template) => {
      const claimName = `${template.metadata.name}-${name}`;
      this.#claim(set, template, claimName);
      return { name: template.metadata.name, persistentVolumeClaim: { claimName } };
    });
    const labels = {
      'statefulset.kubernetes.io/pod-name': name,
      'apps.kubernetes.io/pod-index': String(ordinal),
      [revisionLabel]: update,
    };
    const draft = podDraft(set, set.spec.template, { name }, labels);
    const others = (draft.spec.volumes ?? []).filter((volume) => !volumes.some((own) => own.name === volume.name));
    const spec = { ...draft.spec, hostname: name, subdomain: set.spec.serviceName, volumes: [...volumes, ...others] };
    createTrusted(this.#context, 'pods', { ...draft, spec });
  }

  #claim(
    set: StatefulSet,
    template: NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number],
    name: string,
  ): void {
    const { namespace } = set.metadata;
    if (this.#context.store.get('persistentvolumeclaims', namespace, name)) return;
    const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels };
    createTrusted(this.#context, 'persistentvolumeclaims', {
      metadata: { name, namespace, labels },
      spec: template.spec,
    });
  }

  #updateStatus(key: string, updateRevision: string, before: string, update: string): void {
    const { store, clock } = this.#context;
    const set = store.byKey('statefulsets.apps', key);
    if (!set) return;
    const pods = this.#podsOf(set);
    this.#rechecks.cancel(key);
    let availableReplicas = 0;
    for (const pod of pods.filter((item) => !isDeleting(item))) {
      const at = availableAt(pod, set.spec.minReadySeconds);
      if (at !== undefined && at <= clock.now()) availableReplicas++;
      else if (at !== undefined) this.#rechecks.at(key, at);
    }
    const updated = pods.filter((pod) => hashOf(pod) === update && !isDeleting(pod));
    const replicas = set.spec.replicas ?? 0;
    const done = updated.filter(isReady).length === replicas && pods.length === replicas;
    const currentRevision = done ? updateRevision : before;
    const status = {
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      readyReplicas: pods.filter(isReady).length,
      availableReplicas,
      currentRevision,
      updateRevision,
      currentReplicas: currentRevision === updateRevision ? updated.length : pods.length - updated.length,
      updatedReplicas: updated.length,
      collisionCount: 0,
    };
    pruneRevisions(this.#context, set, new Set([...pods.map(hashOf), update]));
    if (!sameJson(status, set.status)) store.put('statefulsets.apps', { ...set, status });
  }
}
