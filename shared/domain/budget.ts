import type { LabelSelector } from './label-selector.ts';
import { selects } from './label-selector.ts';
import type { PodFacts } from './pod.ts';

/** What the drain planner needs to know of a PodDisruptionBudget. */
export interface BudgetFacts {
  readonly namespace: string;
  readonly name: string;
  /** Undefined selects no pod (policy/v1: a null selector). */
  readonly selector: LabelSelector | undefined;
  readonly disruptionsAllowed: number;
  readonly currentHealthy: number;
  readonly desiredHealthy: number;
  /** False while the disruption controller has not seen the latest generation; evictions are refused until then. */
  readonly observed: boolean;
  readonly unhealthyPods: 'IfHealthyBudget' | 'AlwaysAllow';
}

export function budgetKey(budget: { readonly namespace: string; readonly name: string }): string {
  return `${budget.namespace}/${budget.name}`;
}

/** The budgets that count the pod; with two or more the API server refuses every eviction. */
export function budgetsOf(pod: PodFacts, budgets: readonly BudgetFacts[]): BudgetFacts[] {
  return budgets.filter(
    (budget) =>
      budget.namespace === pod.namespace && budget.selector !== undefined && selects(budget.selector, pod.labels),
  );
}

/**
 * Does an eviction of this pod go past its budget without using it up?
 * Source: kubernetes pkg/registry/core/pod/storage/eviction.go (canIgnorePDB and the unhealthy pod eviction policy).
 */
export function evictsBesideBudget(pod: PodFacts, budget: BudgetFacts): boolean {
  if (['Succeeded', 'Failed', 'Pending'].includes(pod.phase) || pod.deletionDeadline !== undefined) return true;
  if (pod.ready) return false;
  if (budget.unhealthyPods === 'AlwaysAllow') return true;
  return budget.desiredHealthy > 0 && budget.currentHealthy >= budget.desiredHealthy;
}
