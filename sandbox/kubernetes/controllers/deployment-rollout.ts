import { scaled } from '../types/quantity.ts';
import type { Deployment, ReplicaSet } from '../types/workload-objects.ts';

export interface Resize {
  readonly set: ReplicaSet;
  readonly replicas: number;
}

export interface Limits {
  readonly surge: number;
  readonly unavailable: number;
}

/** Source: pkg/controller/deployment/util/deployment_util.go, ResolveFenceposts. */
export function limitsOf({ spec }: Deployment): Limits {
  const replicas = spec.replicas ?? 0;
  if (spec.strategy?.type === 'Recreate') return { surge: 0, unavailable: replicas };
  const { maxSurge = '25%', maxUnavailable = '25%' } = spec.strategy?.rollingUpdate ?? {};
  const surge = scaled(maxSurge, replicas, true);
  const unavailable = scaled(maxUnavailable, replicas, false);
  return { surge, unavailable: surge === 0 && unavailable === 0 ? 1 : Math.min(unavailable, replicas) };
}

function wanted(set: ReplicaSet): number {
  return set.spec.replicas ?? 0;
}

function available(set: ReplicaSet): number {
  return set.status?.availableReplicas ?? 0;
}

function total(sets: readonly ReplicaSet[], count: (set: ReplicaSet) => number): number {
  return sets.reduce((sum, set) => sum + count(set), 0);
}

/** Source: pkg/controller/deployment/util/deployment_util.go, NewRSNewReplicas. */
function grow(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Resize | undefined {
  const replicas = deployment.spec.replicas ?? 0;
  const now = wanted(current);
  if (now === replicas) return undefined;
  if (now > replicas) return { set: current, replicas };
  const room = replicas + limitsOf(deployment).surge - total([...old, current], wanted);
  return room > 0 ? { set: current, replicas: now + Math.min(room, replicas - now) } : undefined;
}

function take(sets: readonly ReplicaSet[], limit: number, most: (set: ReplicaSet) => number): Resize[] {
  let left = limit;
  return sets.flatMap((set) => {
    const count = Math.min(left, most(set));
    if (count <= 0) return [];
    left -= count;
    return [{ set, replicas: wanted(set) - count }];
  });
}

/** Source: pkg/controller/deployment/rolling.go, reconcileOldReplicaSets. */
function shrink(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  const minAvailable = (deployment.spec.replicas ?? 0) - limitsOf(deployment).unavailable;
  const all = [...old, current];
  const unavailable = wanted(current) - available(current);
  const maxScaledDown = total(all, wanted) - minAvailable - unavailable;
  if (maxScaledDown <= 0) return [];
  const unhealthy = take(old, maxScaledDown, (set) => wanted(set) - available(set));
  if (unhealthy.length > 0) return unhealthy;
  return take(old, total(all, available) - minAvailable, wanted);
}

/** The next resizes of a rolling update; `old` is ordered by age. None when there is nothing to do now. */
export function rollingSteps(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): Resize[] {
  const up = grow(deployment, current, old);
  if (up) return [up];
  const left = old.filter((set) => wanted(set) > 0);
  return left.length > 0 ? shrink(deployment, current, left) : [];
}

/** The next resizes of a Recreate: the old pods go, and only when none is left the new ones come. */
export function recreateSteps(
  deployment: Deployment,
  current: ReplicaSet,
  old: readonly ReplicaSet[],
  oldPodsLeft: boolean,
): Resize[] {
  const left = old.filter((set) => wanted(set) > 0);
  if (left.length > 0) return left.map((set) => ({ set, replicas: 0 }));
  const replicas = deployment.spec.replicas ?? 0;
  return oldPodsLeft || wanted(current) === replicas ? [] : [{ set: current, replicas }];
}
