import type { Condition } from '../types/objects.ts';
import type { Deployment, ReplicaCounts, ReplicaSet } from '../types/workload-objects.ts';
import { limitsOf } from './deployment-rollout.ts';
import { conditionOf } from './pods.ts';

export interface RolloutState {
  readonly deployment: Deployment;
  readonly current: ReplicaSet | undefined;
  readonly all: readonly ReplicaSet[];
  /** RFC 3339. */
  readonly now: string;
}

function sum(
  sets: readonly ReplicaSet[],
  field: 'replicas' | 'readyReplicas' | 'availableReplicas' | 'terminatingReplicas',
): number {
  return sets.reduce((total, set) => total + (set.status?.[field] ?? 0), 0);
}

function set(conditions: readonly Condition[], next: Condition, now: string, touch: boolean): Condition[] {
  const before = conditionOf(conditions, next.type);
  if (before?.status === next.status && before.reason === next.reason && !touch) return [...conditions];
  const lastTransitionTime = before?.status === next.status ? (before.lastTransitionTime ?? now) : now;
  return [...conditions.filter((item) => item !== before), { ...next, lastTransitionTime, lastUpdateTime: now }];
}

function availability(counts: ReplicaCounts, deployment: Deployment): Condition {
  const needed = (deployment.spec.replicas ?? 0) - limitsOf(deployment).unavailable;
  return (counts.availableReplicas ?? 0) >= needed
    ? {
        type: 'Available',
        status: 'True',
        reason: 'MinimumReplicasAvailable',
        message: 'Deployment has minimum availability.',
      }
    : {
        type: 'Available',
        status: 'False',
        reason: 'MinimumReplicasUnavailable',
        message: 'Deployment does not have minimum availability.',
      };
}

/** Epoch milliseconds at which a rollout without progress counts as failed. */
export function progressDeadline(deployment: Deployment): number | undefined {
  const progressing = conditionOf(deployment.status?.conditions, 'Progressing');
  const { progressDeadlineSeconds: seconds = 600 } = deployment.spec;
  if (!progressing?.lastUpdateTime || progressing.reason === 'NewReplicaSetAvailable') return undefined;
  return Date.parse(progressing.lastUpdateTime) + seconds * 1000;
}

function isComplete(counts: ReplicaCounts, { spec }: Deployment): boolean {
  const replicas = spec.replicas ?? 0;
  return counts.updatedReplicas === replicas && counts.replicas === replicas && counts.availableReplicas === replicas;
}

function isProgress(before: ReplicaCounts | undefined, after: ReplicaCounts): boolean {
  const [updated = 0, ready = 0, available = 0] = [
    before?.updatedReplicas,
    before?.readyReplicas,
    before?.availableReplicas,
  ];
  const oldBefore = (before?.replicas ?? 0) - updated;
  const oldAfter = (after.replicas ?? 0) - (after.updatedReplicas ?? 0);
  return (
    (after.updatedReplicas ?? 0) > updated ||
    oldAfter < oldBefore ||
    (after.readyReplicas ?? 0) > ready ||
    (after.availableReplicas ?? 0) > available
  );
}

/** Source: pkg/controller/deployment/progress.go, syncRolloutStatus. */
function progressed(
  { deployment, current, now }: RolloutState,
  counts: ReplicaCounts,
  conditions: Condition[],
): Condition[] {
  const name = current?.metadata.name ?? '';
  const before = conditionOf(conditions, 'Progressing');
  const of = (status: string, reason: string, message: string): Condition => ({
    type: 'Progressing',
    status,
    reason,
    message,
  });
  if (current && isComplete(counts, deployment)) {
    return set(
      conditions,
      of('True', 'NewReplicaSetAvailable', `ReplicaSet "${name}" has successfully progressed.`),
      now,
      false,
    );
  }
  const newRollout =
    deployment.status?.observedGeneration !== deployment.metadata.generation &&
    before?.reason === 'NewReplicaSetAvailable';
  if (!before || newRollout || isProgress(deployment.status, counts)) {
    return set(conditions, of('True', 'ReplicaSetUpdated', `ReplicaSet "${name}" is progressing.`), now, true);
  }
  const deadline = progressDeadline(deployment);
  if (deadline === undefined || Date.parse(now) < deadline) return conditions;
  const message = `ReplicaSet "${name}" has timed out progressing.`;
  return set(conditions, of('False', 'ProgressDeadlineExceeded', message), now, false);
}

/** The status of a deployment as its ReplicaSets stand. */
export function deploymentStatus(state: RolloutState): ReplicaCounts {
  const { deployment, current, all, now } = state;
  const availableReplicas = sum(all, 'availableReplicas');
  const wanted = all.reduce((total, item) => total + (item.spec.replicas ?? 0), 0);
  const counts: ReplicaCounts = {
    observedGeneration: deployment.metadata.generation,
    replicas: sum(all, 'replicas'),
    updatedReplicas: current?.status?.replicas ?? 0,
    readyReplicas: sum(all, 'readyReplicas'),
    availableReplicas,
    unavailableReplicas: Math.max(0, wanted - availableReplicas) || undefined,
    terminatingReplicas: sum(all, 'terminatingReplicas'),
  };
  const available = set(deployment.status?.conditions ?? [], availability(counts, deployment), now, false);
  return { ...counts, conditions: progressed(state, counts, available) };
}
