import type { BudgetFacts } from '../../shared/domain/budget.ts';

/** A budget on `app=web` in namespace `shop` that allows one disruption; say only what matters to the test. */
export function aBudget(given: Partial<BudgetFacts> = {}): BudgetFacts {
  return {
    namespace: 'shop',
    name: 'web',
    selector: { matchLabels: { app: 'web' } },
    disruptionsAllowed: 1,
    currentHealthy: 3,
    desiredHealthy: 2,
    observed: true,
    unhealthyPods: 'IfHealthyBudget',
    ...given,
  };
}
