import type { ApiContext } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Pod } from '../types/objects.ts';
import type { StatefulSet } from '../types/workload-objects.ts';
import { claimPods, observeClaims } from './claims.ts';
import { type Controller, Rechecks } from './manager.ts';
import { PodControl, type PodWords } from './pod-control.ts';
import { availableAt, isDeleting, isFinished, isReady, keyOfObject, podDraft } from './pods.ts';
import type { Recorder } from './recorder.ts';
import { currentRevision, hashOf, pruneRevisions, revisionLabel } from './revisions.ts';

function ordinalOf(pod: Pod): number {
  return Number(pod.metadata.name.slice(pod.metadata.name.lastIndexOf('-') + 1));
}

/** Source: pkg/controller/statefulset/stateful_pod_control.go, recordPodEvent. */
function wordsOf({ metadata }: StatefulSet): PodWords {
  const words = (verb: string) => (pod: string) => `${verb} Pod ${pod} in StatefulSet ${metadata.name} successful`;
  return { created: words('Create'), deleted: words('Delete') };
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
  readonly #pods: PodControl;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#pods = new PodControl(context, recorder, 'statefulset-controller');
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe(change: Change, enqueue: (key: string) => void): void {
    if (change.resource === 'statefulsets.apps') enqueue(keyOfObject(change.object));
    if (change.resource === 'pods')
      observeClaims(this.#context, change, { key: 'statefulsets.apps', kind: 'StatefulSet' }, enqueue);
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
    const isMember = ({ metadata }: Pod) => metadata.name.replace(/-[0-9]+$/, '') === set.metadata.name;
    return claimPods(this.#context, set, isMember).sort((left, right) => ordinalOf(left) - ordinalOf(right));
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
      if (pod && isFinished(pod) && !isDeleting(pod)) this.#pods.delete(set, pod, wordsOf(set));
      else if (!pod) this.#create(set, ordinal, update);
      if (ordered && !(pod && isHealthy(pod))) return;
    }
    for (const pod of surplus) {
      if (!isDeleting(pod)) this.#pods.delete(set, pod, wordsOf(set));
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
        if (!isDeleting(pod)) this.#pods.delete(set, pod, wordsOf(set));
        return;
      }
      if (!isHealthy(pod)) return;
    }
  }

  #create(set: StatefulSet, ordinal: number, update: string): void {
    const name = `${set.metadata.name}-${ordinal}`;
    const { namespace } = set.metadata;
    // A pod of this name that is still there, even of another owner, is waited for.
    if (this.#context.store.get('pods', namespace, name)) return;
    const volumes = (set.spec.volumeClaimTemplates ?? []).map((template) => {
      const claimName = `${template.metadata.name}-${name}`;
      this.#claim(set, template, claimName, name);
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
    this.#pods.create(set, { ...draft, spec }, wordsOf(set));
  }

  #claim(
    set: StatefulSet,
    template: NonNullable<StatefulSet['spec']['volumeClaimTemplates']>[number],
    name: string,
    pod: string,
  ): void {
    const { namespace } = set.metadata;
    if (this.#context.store.get('persistentvolumeclaims', namespace, name)) return;
    const labels = { ...template.metadata.labels, ...set.spec.selector.matchLabels };
    const made = createTrusted(this.#context, 'persistentvolumeclaims', {
      metadata: { name, namespace, labels },
      spec: template.spec,
    });
    const message = `Create Claim ${name} Pod ${pod} in StatefulSet ${set.metadata.name} success`;
    if (made) this.#pods.tell(set, 'SuccessfulCreate', message);
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
