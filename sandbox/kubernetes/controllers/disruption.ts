import { disruptionAllowedCondition } from '../api/budget-condition.ts';
import { type ApiContext, nowOf } from '../api/context.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { OwnerReference, Pod, StringMap } from '../types/objects.ts';
import { scaled } from '../types/quantity.ts';
import { labelMatcher } from '../types/selectors.ts';
import type { PodDisruptionBudget } from '../types/workload-objects.ts';
import { type Controller, Rechecks } from './manager.ts';
import { controllerOf, isDeleting, isReady, keyOfObject } from './pods.ts';
import type { NewEvent, Recorder } from './recorder.ts';

/** All rules here: kubernetes/pkg/controller/disruption/disruption.go. */
const deletionTimeout = 2 * 60_000;

interface Expectation {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
}

/** Kinds that own pods and have no scale subresource. */
const withoutScale: Readonly<Record<string, string>> = {
  DaemonSet: 'daemonsets.apps',
  Job: 'jobs.batch',
  Node: 'nodes',
};

/** Keeps the status of every PodDisruptionBudget. */
export class DisruptionController implements Controller {
  readonly name = 'disruption';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #rechecks: Rechecks;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe({ resource, object, previous }: Change, enqueue: (key: string) => void): void {
    if (resource === 'poddisruptionbudgets.policy') {
      enqueue(keyOfObject(object));
      return;
    }
    if (resource === 'pods') {
      this.#observePod(object as Pod, previous as Pod | undefined, enqueue);
      return;
    }
    const scales =
      resource === 'deployments.apps' || resource === 'statefulsets.apps' || resource === 'replicasets.apps';
    const replicas = (of: unknown) => (of as { spec?: { replicas?: number } } | undefined)?.spec?.replicas;
    if (!scales || replicas(object) === replicas(previous)) return;
    for (const budget of this.#budgets(object.metadata.namespace)) enqueue(keyOfObject(budget));
  }

  reconcile(key: string): void {
    const budget = this.#context.store.byKey('poddisruptionbudgets.policy', key);
    this.#rechecks.cancel(key);
    if (!budget) return;
    const pods = this.#context.store.podsMatching(budget.metadata.namespace ?? '', budget.spec.selector);
    if (pods.length === 0) this.#tell(budget, 'Normal', 'NoPods', 'No matching pods found');
    const disruptedPods = this.#stillDisrupted(key, budget, pods);
    const currentHealthy = pods.filter(
      (pod) => !isDeleting(pod) && !disruptedPods[pod.metadata.name] && isReady(pod),
    ).length;
    try {
      const { expectedPods, desiredHealthy } = this.#expectation(budget, pods);
      const allowed = expectedPods > 0 ? Math.max(0, currentHealthy - desiredHealthy) : 0;
      const counted = { currentHealthy, desiredHealthy, expectedPods, disruptionsAllowed: allowed, disruptedPods };
      this.#write(budget, { ...counted, observedGeneration: budget.metadata.generation });
    } catch (error) {
      const message = `Failed to calculate the number of expected pods: ${(error as Error).message}`;
      this.#tell(budget, 'Warning', 'CalculateExpectedPodCountFailed', message);
      // The real controller fails safe: no disruption is allowed while it cannot count.
      this.#write(budget, { ...budget.status, disruptionsAllowed: 0 }, (error as Error).message);
    }
  }

  #tell(budget: PodDisruptionBudget, type: NewEvent['type'], reason: string, message: string): void {
    this.#recorder.record(budget, { type, reason, message, component: 'controllermanager' });
  }

  #budgets(namespace: string | undefined): Iterable<PodDisruptionBudget> {
    return this.#context.store.values('poddisruptionbudgets.policy', namespace);
  }

  #observePod(pod: Pod, previous: Pod | undefined, enqueue: (key: string) => void): void {
    for (const budget of this.#budgets(pod.metadata.namespace)) {
      const matches = labelMatcher(budget.spec.selector);
      if (matches(pod.metadata.labels) || (previous && matches(previous.metadata.labels))) enqueue(keyOfObject(budget));
    }
  }

  #stillDisrupted(key: string, budget: PodDisruptionBudget, pods: readonly Pod[]): StringMap {
    const marked = budget.status.disruptedPods ?? {};
    const kept: Record<string, string> = {};
    for (const pod of pods) {
      const since = marked[pod.metadata.name];
      if (since === undefined || isDeleting(pod)) continue;
      const until = Date.parse(since) + deletionTimeout;
      if (until < this.#context.clock.now()) continue;
      kept[pod.metadata.name] = since;
      this.#rechecks.at(key, until + 1);
    }
    return kept;
  }

  #expectation(budget: PodDisruptionBudget, pods: readonly Pod[]): Expectation {
    const { minAvailable, maxUnavailable } = budget.spec;
    if (maxUnavailable !== undefined) {
      const expectedPods = this.#scaleOfControllers(pods);
      return { expectedPods, desiredHealthy: Math.max(0, expectedPods - scaled(maxUnavailable, expectedPods, true)) };
    }
    if (typeof minAvailable === 'number') return { expectedPods: pods.length, desiredHealthy: minAvailable };
    if (minAvailable === undefined) return { expectedPods: 0, desiredHealthy: 0 };
    const expectedPods = this.#scaleOfControllers(pods);
    return { expectedPods, desiredHealthy: scaled(minAvailable, expectedPods, true) };
  }

  /** The sum of the replicas of all controllers of these pods; pods without a controller do not count. */
  #scaleOfControllers(pods: readonly Pod[]): number {
    const scales = new Map<string, number>();
    for (const pod of pods) {
      const owner = controllerOf(pod);
      if (!owner) continue;
      const [uid, scale] = this.#scaleOf(owner, pod);
      scales.set(uid, scale);
    }
    return [...scales.values()].reduce((sum, scale) => sum + scale, 0);
  }

  #scaleOf(owner: OwnerReference, pod: Pod): readonly [string, number] {
    const { namespace } = pod.metadata;
    const { store } = this.#context;
    const lacking = withoutScale[owner.kind];
    if (lacking) throw new Error(`${lacking} does not implement the scale subresource`);
    if (owner.kind === 'ReplicaSet') {
      const set = store.get('replicasets.apps', namespace, owner.name);
      const above = set && controllerOf(set);
      const deployment = above && store.get('deployments.apps', namespace, above.name);
      if (deployment) return [deployment.metadata.uid, deployment.spec.replicas ?? 0];
      if (set?.metadata.uid === owner.uid) return [owner.uid, set.spec.replicas ?? 0];
    }
    if (owner.kind === 'StatefulSet') {
      const set = store.get('statefulsets.apps', namespace, owner.name);
      if (set?.metadata.uid === owner.uid) return [owner.uid, set.spec.replicas ?? 0];
    }
    if (owner.kind === 'ReplicationController') {
      const set = store.get('replicationcontrollers', namespace, owner.name);
      if (set?.metadata.uid === owner.uid) return [owner.uid, set.spec.replicas ?? 0];
    }
    throw new Error(`found no controllers for pod "${pod.metadata.name}"`);
  }

  #write(budget: PodDisruptionBudget, counted: PodDisruptionBudget['status'], failure?: string): void {
    const now = nowOf(this.#context);
    const generation = counted.observedGeneration ?? budget.metadata.generation ?? 0;
    const before = budget.status.conditions ?? [];
    const conditions = disruptionAllowedCondition({ ...counted, conditions: before }, generation, now, failure);
    const { disruptedPods = {}, ...rest } = counted;
    const status = { ...rest, ...(Object.keys(disruptedPods).length > 0 ? { disruptedPods } : {}), conditions };
    if (sameJson(status, budget.status)) return;
    this.#context.store.put('poddisruptionbudgets.policy', { ...budget, status });
  }
}
