import { type ApiContext, fnv, nowOf, safeEncode } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { keyOf } from '../store/collection.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { PodTemplate } from '../types/objects.ts';
import type { Deployment, ReplicaSet } from '../types/workload-objects.ts';
import { claimReplicaSets, observeClaims } from './claims.ts';
import { type Resize, recreateSteps, rollingSteps } from './deployment-rollout.ts';
import { deploymentStatus, progressDeadline } from './deployment-status.ts';
import { type Controller, Rechecks } from './manager.ts';
import { controllerOf, isDeleting, keyOfObject, ownedBy } from './pods.ts';
import type { Recorder } from './recorder.ts';

const hashLabel = 'pod-template-hash';
const revisionAnnotation = 'deployment.kubernetes.io/revision';

function withoutHash(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _hash, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

function revisionOf(set: ReplicaSet): number {
  return Number(set.metadata.annotations?.[revisionAnnotation] ?? 0);
}

/** Rolls each Deployment out through its ReplicaSets. */
export class DeploymentController implements Controller {
  readonly name = 'deployment';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #rechecks: Rechecks;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
    this.#rechecks = new Rechecks(context.clock, (key) => this.reconcile(key));
  }

  observe(change: Change, enqueue: (key: string) => void): void {
    const { resource, object, type } = change;
    const { namespace } = object.metadata;
    if (resource === 'deployments.apps') {
      enqueue(keyOfObject(object));
      return;
    }
    if (resource === 'replicasets.apps') {
      observeClaims(this.#context, change, { key: 'deployments.apps', kind: 'Deployment' }, enqueue);
      return;
    }
    const owner = controllerOf(object);
    // A Recreate waits for the last old pod to be gone.
    if (resource !== 'pods' || type !== 'DELETED' || owner?.kind !== 'ReplicaSet') return;
    const set = this.#context.store.get('replicasets.apps', namespace, owner.name);
    const above = set && controllerOf(set);
    if (above?.kind === 'Deployment') enqueue(keyOf(namespace, above.name));
  }

  reconcile(key: string): void {
    const deployment = this.#context.store.byKey('deployments.apps', key);
    if (!deployment || isDeleting(deployment)) {
      this.#rechecks.cancel(key);
      return;
    }
    const sets = this.#setsOf(deployment);
    const matching = sets.find((set) =>
      sameJson(withoutHash(set.spec.template), withoutHash(deployment.spec.template)),
    );
    const current = matching ?? (deployment.spec.paused ? undefined : this.#newSet(deployment, sets));
    const revised = current && this.#withRevision(deployment, current, sets);
    if (revised && !deployment.spec.paused) this.#roll(deployment, revised);
    else this.#scaleOnly(deployment, sets);
    this.#cleanUp(deployment, revised);
    this.#updateStatus(key, revised);
  }

  #setsOf(deployment: Deployment): ReplicaSet[] {
    return claimReplicaSets(this.#context, deployment).sort((left, right) => revisionOf(left) - revisionOf(right));
  }

  #newSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
    const { template, selector, minReadySeconds, replicas } = deployment.spec;
    const hash = safeEncode(String(fnv(JSON.stringify(template))));
    const labels = { ...template.metadata?.labels, [hashLabel]: hash };
    const first = sets.length === 0 && deployment.spec.strategy?.type !== 'Recreate';
    const made = createTrusted(this.#context, 'replicasets.apps', {
      metadata: {
        name: `${deployment.metadata.name}-${hash}`,
        namespace: deployment.metadata.namespace,
        labels,
        ownerReferences: [ownedBy(deployment)],
      },
      spec: {
        replicas: first ? (replicas ?? 0) : 0,
        selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
        template: { ...template, metadata: { ...template.metadata, labels } },
        ...(minReadySeconds ? { minReadySeconds } : {}),
      },
    });
    if (made?.spec.replicas) this.#tellScaling(deployment, made, 0, made.spec.replicas);
    return made;
  }

  /** Source of the words: pkg/controller/deployment/sync.go, scaleReplicaSet. */
  #tellScaling(deployment: Deployment, { metadata }: ReplicaSet, from: number, to: number): void {
    const message = `Scaled ${to > from ? 'up' : 'down'} replica set ${metadata.name} from ${from} to ${to}`;
    const component = 'deployment-controller';
    this.#recorder.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component });
  }

  /** The current set carries the highest revision, and the deployment the same. */
  #withRevision(deployment: Deployment, current: ReplicaSet, sets: readonly ReplicaSet[]): ReplicaSet {
    const others = sets.filter(({ metadata }) => metadata.uid !== current.metadata.uid);
    const newest = Math.max(0, ...others.map(revisionOf));
    const revision = String(revisionOf(current) > newest ? revisionOf(current) : newest + 1);
    const { store } = this.#context;
    if (deployment.metadata.annotations?.[revisionAnnotation] !== revision) {
      const annotations = { ...deployment.metadata.annotations, [revisionAnnotation]: revision };
      store.put('deployments.apps', { ...deployment, metadata: { ...deployment.metadata, annotations } });
    }
    const known = current.metadata.annotations ?? {};
    const annotations = {
      ...known,
      [revisionAnnotation]: revision,
      'deployment.kubernetes.io/desired-replicas': String(deployment.spec.replicas ?? 0),
    };
    if (sameJson(known, annotations)) return current;
    return store.put('replicasets.apps', { ...current, metadata: { ...current.metadata, annotations } });
  }

  #roll(deployment: Deployment, current: ReplicaSet): void {
    const sets = this.#setsOf(deployment);
    const latest = sets.find(({ metadata }) => metadata.uid === current.metadata.uid) ?? current;
    const old = sets.filter((set) => set !== latest);
    if (deployment.spec.strategy?.type !== 'Recreate') {
      this.#resize(deployment, rollingSteps(deployment, latest, old));
      return;
    }
    const oldPodsLeft = old.some((set) => this.#context.store.podsOwnedBy(set.metadata.uid).length > 0);
    this.#resize(deployment, recreateSteps(deployment, latest, old, oldPodsLeft));
  }

  /** A paused deployment still follows its number of replicas with its newest active set. */
  #scaleOnly(deployment: Deployment, sets: readonly ReplicaSet[]): void {
    const active = sets.filter((set) => (set.spec.replicas ?? 0) > 0);
    const [only] = active.length > 0 ? active : sets.slice(-1);
    const replicas = deployment.spec.replicas ?? 0;
    if (only && active.length <= 1 && only.spec.replicas !== replicas)
      this.#resize(deployment, [{ set: only, replicas }]);
  }

  #resize(deployment: Deployment, steps: readonly Resize[]): void {
    for (const { set, replicas } of steps) {
      const generation = (set.metadata.generation ?? 0) + 1;
      const metadata = { ...set.metadata, generation };
      this.#context.store.put('replicasets.apps', { ...set, metadata, spec: { ...set.spec, replicas } });
      this.#tellScaling(deployment, set, set.spec.replicas ?? 0, replicas);
    }
  }

  #cleanUp(deployment: Deployment, current: ReplicaSet | undefined): void {
    const { store } = this.#context;
    const idle = this.#setsOf(deployment).filter(
      (set) =>
        set.metadata.uid !== current?.metadata.uid &&
        (set.spec.replicas ?? 0) === 0 &&
        (set.status?.replicas ?? 0) === 0,
    );
    const surplus = idle.length - (deployment.spec.revisionHistoryLimit ?? 10);
    for (const set of idle.slice(0, Math.max(0, surplus))) store.remove('replicasets.apps', set);
  }

  #updateStatus(key: string, current: ReplicaSet | undefined): void {
    const { store } = this.#context;
    const deployment = store.byKey('deployments.apps', key);
    if (!deployment) return;
    const all = this.#setsOf(deployment);
    const latest = all.find(({ metadata }) => metadata.uid === current?.metadata.uid);
    const status = deploymentStatus({ deployment, current: latest, all, now: nowOf(this.#context) });
    const written = sameJson(status, deployment.status)
      ? deployment
      : store.put('deployments.apps', { ...deployment, status });
    const deadline = progressDeadline(written);
    this.#rechecks.cancel(key);
    if (deadline !== undefined && deadline > this.#context.clock.now()) this.#rechecks.at(key, deadline);
  }
}
