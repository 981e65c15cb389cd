import type { Target } from '../contract.ts';
import type { NodeDrain } from './plan-round.ts';

/** The policy for one cause on one node group, with all durations in milliseconds. */
export interface CausePolicy {
  readonly action: 'Act' | 'Notify' | 'Ignore';
  readonly replacement: Target['replacement'];
  readonly forceDelete: boolean;
  readonly unmanagedPods: 'keep' | 'evict';
  /** Forced causes: how long before the deadline the drain ends. */
  readonly finishBefore: number;
  /** Voluntary causes. */
  readonly drainTimeout: number;
  readonly replacementTimeout: number;
}

/** How the pods of a target's node are treated. */
export function nodeDrain(target: Target, policy: CausePolicy): NodeDrain {
  const mayForce = policy.forceDelete;
  return {
    deadline: target.forced || mayForce ? target.drainBy : null,
    forceDelete: mayForce,
    forced: target.forced,
    unmanagedPods: policy.unmanagedPods,
  };
}
