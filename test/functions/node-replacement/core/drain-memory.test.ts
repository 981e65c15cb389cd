import { describe, expect, it } from '@jest/globals';
import { emptyMemory, refusalOf, remember } from '../../../../functions/node-replacement/core/drain-memory.ts';
import { isBlocker } from '../../../../functions/node-replacement/core/drain-status.ts';
import type { EvictionAnswer } from '../../../../shared/domain/eviction.ts';
import { aBudget } from '../../../builders/a-budget.ts';
import { aPod } from '../../../builders/a-pod.ts';

const now = 1_000_000;
const pod = aPod({ name: 'web', uid: 'uid-web' });
const denied: EvictionAnswer = { kind: 'Denied', message: 'webhook' };

describe('the answer to an eviction', () => {
  it.each([
    [{ kind: 'BudgetHolds', message: 'm' }, 'BudgetHolds', true],
    [{ kind: 'BudgetNotObserved', message: 'm' }, 'BudgetNotObserved', false],
    [{ kind: 'SeveralBudgets', message: 'm' }, 'SeveralBudgets', true],
    [{ kind: 'NamespaceTerminating', message: 'm' }, 'NamespaceTerminating', true],
    [{ kind: 'Denied', message: 'm' }, 'EvictionDenied', true],
    [{ kind: 'Unavailable', message: 'm' }, 'EvictionUnanswered', false],
  ] as const)('%j has a reason of its own, %s (somebody must act: %s)', (answer, code, blocks) => {
    const reason = refusalOf(pod, answer);
    expect(reason).toMatchObject({ code, about: 'pod shop/web' });
    expect(reason && isBlocker(reason)).toBe(blocks);
  });

  it.each(['Evicted', 'Gone'] as const)('%s is no refusal', (kind) => {
    expect(refusalOf(pod, { kind })).toBeUndefined();
  });
});

describe('the memory of a drain', () => {
  it('keeps of a pod what the latest answer said', () => {
    const once = remember(emptyMemory, pod, undefined, denied, now);
    const twice = remember(once, pod, undefined, { kind: 'Unavailable', message: 'reset' }, now + 5_000);
    expect(twice.pods.get(pod.uid)?.reason).toMatchObject({ code: 'EvictionUnanswered' });
  });

  it('forgets the refusals of a pod when its budget is what holds it', () => {
    const once = remember(emptyMemory, pod, undefined, denied, now);
    const twice = remember(once, pod, aBudget(), { kind: 'BudgetHolds', message: '' }, now + 5_000);
    expect([twice.pods.size, [...twice.budgets.values()]]).toMatchObject([0, [{ code: 'BudgetHolds', refusals: 1 }]]);
  });

  it('keeps of a budget whether it holds or was not observed', () => {
    const answer = { kind: 'BudgetNotObserved', message: '', retryAfterSeconds: 10 } as const;
    const memory = remember(emptyMemory, pod, aBudget(), answer, now);
    expect([...memory.budgets.values()]).toEqual([{ notBefore: now + 10_000, refusals: 1, code: 'BudgetNotObserved' }]);
  });
});
