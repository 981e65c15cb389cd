import { because, type Reason, type Target } from '../contract.ts';

export interface DrainState {
  readonly now: number;
  readonly targets: readonly Target[];
  /** Pods of each node that are still to go. */
  readonly remaining: ReadonlyMap<string, number>;
  /** Volumes of each node that are still attached for pods that had to leave. */
  readonly attached: ReadonlyMap<string, number>;
  /** Nodes that somebody uncordoned meanwhile. */
  readonly uncordoned: readonly string[];
  readonly pausedBecause: string | undefined;
  /** May a voluntary drain end like a forced one when its time is over? By node. */
  readonly mayForce: ReadonlyMap<string, boolean>;
}

export interface DrainStatus {
  readonly status: 'Drained' | 'Draining' | 'GiveUp';
  readonly reasons: readonly Reason[];
}

/**
 * Has the drain ended, and how? An interrupted node is done at its deadline whatever is left on it; a voluntary drain gives
 * up when its time is over, when it is paused, or when somebody takes the node back.
 */
export function drainStatus(state: DrainState): DrainStatus {
  if (state.pausedBecause !== undefined) {
    return { status: 'GiveUp', reasons: [because('Paused', state.targets[0]?.nodeName ?? '', state.pausedBecause)] };
  }
  const reasons: Reason[] = [];
  let open = 0;
  for (const target of state.targets) {
    const { nodeName, forced, drainBy } = target;
    const uncordoned = state.uncordoned.includes(nodeName);
    if (uncordoned) reasons.push(because('UncordonedByOthers', nodeName));
    if (uncordoned && !forced) return { status: 'GiveUp', reasons };
    const pods = state.remaining.get(nodeName) ?? 0;
    const volumes = state.attached.get(nodeName) ?? 0;
    if (pods === 0 && volumes === 0) continue;
    if (drainBy === null || state.now < drainBy) {
      open += 1;
      continue;
    }
    if (pods === 0) reasons.push(because('VolumesAttached', nodeName, `${volumes}`));
    else if (forced || state.mayForce.get(nodeName) === true)
      reasons.push(because('DeadlineReached', nodeName, `${pods} pods left`));
    else return { status: 'GiveUp', reasons: [...reasons, because('DrainTimedOut', nodeName, `${pods} pods left`)] };
  }
  return { status: open === 0 ? 'Drained' : 'Draining', reasons };
}

/** Pods that stay may hold volumes of their own; only what is attached beyond those has to go. */
export function volumesToGo(attached: number, claimsOfStayingPods: number): number {
  return Math.max(0, attached - claimsOfStayingPods);
}

/** The reasons of a slice, each about one thing once, the newest of each, at most `limit`. */
export function summarise(reasons: readonly Reason[], limit = 25): Reason[] {
  const latest = new Map(reasons.map((reason) => [`${reason.code} ${reason.about}`, reason]));
  return [...latest.values()].slice(0, limit);
}
