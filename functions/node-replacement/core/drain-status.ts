import { plural } from '../../../shared/domain/plural.ts';
import { because, type Reason } from '../contract.ts';
import type { CurrentTarget } from './targets.ts';

export interface DrainState {
  readonly now: number;
  readonly targets: readonly CurrentTarget[];
  /** Pods of each node that are still to go. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Volumes of each node that are still attached for pods that had to leave. */
  readonly attached: ReadonlyMap<string, number>;
  /** Nodes that somebody uncordoned meanwhile. */
  readonly uncordoned: readonly string[];
}

export interface DrainStatus {
  readonly status: 'Drained' | 'Draining' | 'GiveUp';
  readonly reasons: readonly Reason[];
}

/**
 * Has the drain ended, and how? An interrupted node is done at its deadline whatever is left on it; a voluntary drain gives
 * up when its time is over, or when somebody takes the node back.
 */
export function drainStatus(state: DrainState): DrainStatus {
  const reasons: Reason[] = [];
  let open = 0;
  for (const target of state.targets) {
    const { nodeName, interrupted, drainBy, policy } = target;
    const uncordoned = state.uncordoned.includes(nodeName);
    if (uncordoned) reasons.push(because('UncordonedByOthers', nodeName));
    if (uncordoned && !interrupted) return { status: 'GiveUp', reasons };
    const pods = state.remaining.get(nodeName) ?? 0;
    const volumes = state.attached.get(nodeName) ?? 0;
    if (pods === 0 && volumes === 0) continue;
    if (drainBy === null || state.now < drainBy) {
      open += 1;
      continue;
    }
    const left = pods === 1 ? '1 pod is left' : `${pods} pods are left`;
    if (pods === 0) reasons.push(because('VolumesAttached', nodeName, plural(volumes, 'volume')));
    // Where policy forces, a voluntary drain ends like that of an interrupted node when its time is over.
    else if (interrupted || policy.forceDelete) reasons.push(because('DeadlineReached', nodeName, left));
    else return { status: 'GiveUp', reasons: [...reasons, because('DrainTimedOut', nodeName, left)] };
  }
  return { status: open === 0 ? 'Drained' : 'Draining', reasons };
}

/** Nodes that are not lost anyway and that somebody has taken back: nothing is evicted from them any more. */
export function isTakenBack(targets: readonly CurrentTarget[], uncordoned: readonly string[]): boolean {
  return targets.some(({ interrupted, nodeName }) => !interrupted && uncordoned.includes(nodeName));
}

/** Pods that stay may hold volumes of their own; only what is attached beyond those has to go. */
export function volumesToGo(attached: number, claimsOfStayingPods: number): number {
  return Math.max(0, attached - claimsOfStayingPods);
}

/** The reasons of a slice, each about one thing once, the newest of each, at most `limit`: the last one then counts the others. */
export function summarise(reasons: readonly Reason[], limit = 25): Reason[] {
  const latest = [...new Map(reasons.map((reason) => [`${reason.code} ${reason.about}`, reason])).values()];
  if (latest.length <= limit) return latest;
  return [...latest.slice(0, limit - 1), ...leftOut(latest.slice(limit - 1))];
}

/** About the first of them: reports of a run keep one of two reasons that are alike, and those of two slices must not be. */
function leftOut(reasons: readonly Reason[]): Reason[] {
  const counts = [...Map.groupBy(reasons, ({ code }) => code)].map(([code, those]) => `${those.length} ${code}`);
  return reasons
    .slice(0, 1)
    .map(({ about }) => because('LeftOut', about, `${reasons.length} more, ${counts.join(' and ')}`));
}

/** Reasons that mean somebody must act, or time must pass, before the pod can go. */
const blockers: readonly string[] = [
  'BudgetHolds',
  'SeveralBudgets',
  'EvictionDenied',
  'PodUnmanaged',
  'PodProtected',
  'PodDoesNotEnd',
  'NamespaceTerminating',
];

export function isBlocker({ code }: Reason): boolean {
  return blockers.includes(code);
}
