import { describe, expect, it } from '@jest/globals';
import { emptyMemory, remember } from '../../../../functions/node-replacement/core/drain-memory.ts';
import { evictPods } from '../../../../functions/node-replacement/drain/evictions.ts';
import type { EvictionAnswer } from '../../../../shared/domain/eviction.ts';
import { aBudget } from '../../../builders/a-budget.ts';
import { aPod } from '../../../builders/a-pod.ts';
import { fakeClock } from '../../../fakes/fake-clock.ts';
import { fakeCluster } from '../../../fakes/fake-cluster.ts';

const pod = aPod({ name: 'web' });
const budget = aBudget();

/** Why the pod stays after an eviction that is answered so; a webhook has refused an earlier one. */
async function refusals(answer: EvictionAnswer) {
  const clock = fakeClock();
  const cluster = fakeCluster(() => clock.now());
  cluster.pods = [pod];
  cluster.answers.set('web', answer);
  const before = remember(emptyMemory, pod, undefined, { kind: 'Denied', message: 'webhook' }, clock.now());
  const step = { action: 'Evict', pod, gracePeriodSeconds: undefined, budget, reasons: [] } as const;
  return (await evictPods(clock, cluster, [step], before, false)).refused.map(({ reason }) => reason);
}

describe('an eviction that a webhook had refused before', () => {
  it.each([
    [{ kind: 'BudgetHolds', message: '' }, 'BudgetHolds'],
    [{ kind: 'BudgetNotObserved', message: '' }, 'BudgetNotObserved'],
    [{ kind: 'Unavailable', message: 'reset' }, 'EvictionUnanswered'],
    [{ kind: 'Denied', message: 'webhook' }, 'EvictionDenied'],
  ] as const)('and that is answered %j now is told as %s', async (answer, code) => {
    expect(await refusals(answer)).toMatchObject([{ code, about: 'pod shop/web' }]);
  });
});
