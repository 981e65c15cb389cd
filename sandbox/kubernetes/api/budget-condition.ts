import type { Condition } from '../types/objects.ts';
import type { PodDisruptionBudget } from '../types/workload-objects.ts';

/**
 * The conditions of a budget with `DisruptionAllowed` brought up to its status.
 * Source: k8s.io/component-helpers/apps/poddisruptionbudget/helpers.go.
 */
export function disruptionAllowedCondition(
  status: Pick<PodDisruptionBudget['status'], 'conditions' | 'disruptionsAllowed'>,
  generation: number,
  now: string,
  failure?: string,
): Condition[] {
  const conditions = status.conditions ?? [];
  const before = conditions.find(({ type }) => type === 'DisruptionAllowed');
  const allowed = failure === undefined && status.disruptionsAllowed > 0;
  const reason = failure === undefined ? (allowed ? 'SufficientPods' : 'InsufficientPods') : 'SyncFailed';
  const state = allowed ? 'True' : 'False';
  const lastTransitionTime = before?.status === state ? (before.lastTransitionTime ?? now) : now;
  const condition: Condition = {
    type: 'DisruptionAllowed',
    status: state,
    reason,
    message: failure ?? '',
    observedGeneration: generation,
    lastTransitionTime,
  };
  return [...conditions.filter((item) => item !== before), condition];
}
