import type { ApiContext } from '../api/context.ts';
import { affinityMatches, pinnedNode, untolerated } from '../scheduler/scheduling.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { Node, Pod, PodSpec, Toleration } from '../types/objects.ts';
import { scaled } from '../types/quantity.ts';
import type { DaemonSet } from '../types/workload-objects.ts';
import { claimPods, observeClaims } from './claims.ts';
import { type Controller, Rechecks } from './manager.ts';
import { PodControl } from './pod-control.ts';
import { availableAt, isDeleting, isFinished, isReady, keyOfObject, podDraft } from './pods.ts';
import type { Recorder } from './recorder.ts';
import { currentRevision, hashOf, pruneRevisions, revisionLabel } from './revisions.ts';

/** Source: pkg/controller/daemon/util/daemonset_util.go, AddOrUpdateDaemonPodTolerations. */
const added: readonly Toleration[] = [
  { key: 'node.kubernetes.io/not-ready', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/unreachable', operator: 'Exists', effect: 'NoExecute' },
  { key: 'node.kubernetes.io/disk-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/memory-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/pid-pressure', operator: 'Exists', effect: 'NoSchedule' },
  { key: 'node.kubernetes.io/unschedulable', operator: 'Exists', effect: 'NoSchedule' },
];
const forHostNetwork: Toleration = {
  key: 'node.kubernetes.io/network-unavailable',
  operator: 'Exists',
  effect: 'NoSchedule',
};

function tolerationsOf(spec: PodSpec): Toleration[] {
  const host = (spec as { hostNetwork?: boolean }).hostNetwork ? [forHostNetwork] : [];
  const others = (spec.tolerations ?? []).filter(
    (item) => !added.some((own) => own.key === item.key && own.effect === item.effect),
  );
  return [...others, ...added, ...host];
}

function nodeOf(pod: Pod): string | undefined {
  return pod.spec.nodeName ?? pinnedNode(pod.spec);
}

/** Keeps one pod of each DaemonSet on every node that it is meant for, cordoned ones too. */
export class DaemonSetController implements Controller {
  readonly name = 'daemonset';
  readonly #context: ApiContext;
  readonly #rechecks: Rechecks;
  readonly #pods: PodControl;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#pods = new PodControl(context, recorder, 'daemonset-controller');
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe(change: Change, enqueue: (key: string) => void): void {
    const { resource, object, previous } = change;
    if (resource === 'daemonsets.apps') {
      enqueue(keyOfObject(object));
      return;
    }
    if (resource === 'pods')
      observeClaims(this.#context, change, { key: 'daemonsets.apps', kind: 'DaemonSet' }, enqueue);
    if (resource !== 'nodes') return;
    const [now, before] = [object as Node, previous as Node | undefined];
    const same = before && now.spec.taints === before.spec.taints && now.metadata.labels === before.metadata.labels;
    if (same && !isDeleting(now)) return;
    for (const set of this.#context.store.values('daemonsets.apps')) enqueue(keyOfObject(set));
  }

  reconcile(key: string): void {
    const set = this.#context.store.byKey('daemonsets.apps', key);
    if (!set) {
      this.#rechecks.cancel(key);
      return;
    }
    const update = hashOf(currentRevision(this.#context, set));
    const byNode = new Map<string, Pod[]>();
    for (const pod of claimPods(this.#context, set)) {
      const node = nodeOf(pod) ?? '';
      byNode.set(node, [...(byNode.get(node) ?? []), pod]);
    }
    if (!isDeleting(set)) {
      for (const node of this.#context.store.list('nodes'))
        this.#place(set, node, byNode.get(node.metadata.name) ?? [], update);
      this.#roll(set, update);
    }
    this.#updateStatus(key, update);
  }

  #should(set: DaemonSet, node: Node): { run: boolean; stay: boolean } {
    const { spec } = set.spec.template;
    if (!affinityMatches(spec, node)) return { run: false, stay: false };
    const tolerations = tolerationsOf(spec);
    const run = !untolerated(node.spec.taints, tolerations, ['NoSchedule', 'NoExecute']);
    return { run, stay: !untolerated(node.spec.taints, tolerations, ['NoExecute']) };
  }

  #place(set: DaemonSet, node: Node, pods: readonly Pod[], update: string): void {
    const { run, stay } = this.#should(set, node);
    const live = pods.filter((pod) => !isDeleting(pod));
    for (const pod of live) if (!stay || isFinished(pod)) this.#pods.delete(set, pod);
    if (run && pods.length === 0) this.#create(set, node, update);
  }

  #create(set: DaemonSet, node: Node, update: string): void {
    const draft = podDraft(
      set,
      set.spec.template,
      { generateName: `${set.metadata.name}-` },
      { [revisionLabel]: update },
    );
    const matchFields = [{ key: 'metadata.name', operator: 'In', values: [node.metadata.name] }];
    const given = draft.spec.affinity?.nodeAffinity;
    const terms = given?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms;
    const nodeSelectorTerms = terms ? terms.map((term) => ({ ...term, matchFields })) : [{ matchFields }];
    const nodeAffinity = { ...given, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms } };
    const spec = {
      ...draft.spec,
      affinity: { ...draft.spec.affinity, nodeAffinity },
      tolerations: tolerationsOf(draft.spec),
    };
    this.#pods.create(set, { ...draft, spec });
  }

  /** Deletes pods of an older template, as many at once as may be unavailable. */
  #roll(set: DaemonSet, update: string): void {
    if (set.spec.updateStrategy?.type === 'OnDelete') return;
    const pods = this.#context.store.podsOwnedBy(set.metadata.uid);
    const old = pods.filter((pod) => hashOf(pod) !== update && !isDeleting(pod));
    const limit = Math.max(1, scaled(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable ?? 1, pods.length, true));
    const unready = old.filter((pod) => !isReady(pod));
    for (const pod of unready) this.#pods.delete(set, pod);
    const unavailable = pods.filter((pod) => !isReady(pod) || isDeleting(pod)).length;
    for (const pod of old.filter(isReady).slice(0, Math.max(0, limit - unavailable))) this.#pods.delete(set, pod);
  }

  #updateStatus(key: string, update: string): void {
    const { store, clock } = this.#context;
    const set = store.byKey('daemonsets.apps', key);
    if (!set) return;
    this.#rechecks.cancel(key);
    const wanted = new Set(
      store.list('nodes').flatMap((node) => (this.#should(set, node).run ? [node.metadata.name] : [])),
    );
    const pods = store.podsOwnedBy(set.metadata.uid);
    const placed = pods.filter((pod) => wanted.has(nodeOf(pod) ?? ''));
    const available = placed.filter((pod) => {
      const at = availableAt(pod, set.spec.minReadySeconds);
      if (at !== undefined && at > clock.now()) this.#rechecks.at(key, at);
      return at !== undefined && at <= clock.now();
    }).length;
    const status = {
      currentNumberScheduled: new Set(placed.map(nodeOf)).size,
      numberMisscheduled: pods.length - placed.length,
      desiredNumberScheduled: wanted.size,
      numberReady: placed.filter(isReady).length,
      observedGeneration: set.metadata.generation,
      updatedNumberScheduled: placed.filter((pod) => hashOf(pod) === update).length,
      numberAvailable: available,
      numberUnavailable: Math.max(0, wanted.size - available) || undefined,
    };
    pruneRevisions(this.#context, set, new Set([...pods.map(hashOf), update]));
    if (!sameJson(status, set.status)) store.put('daemonsets.apps', { ...set, status });
  }
}
