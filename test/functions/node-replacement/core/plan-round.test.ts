import { describe, expect, it } from '@jest/globals';
import type { ReasonCode } from '../../../../functions/node-replacement/contract.ts';
import { emptyMemory } from '../../../../functions/node-replacement/core/drain-memory.ts';
import { type DrainView, type NodeDrain, planRound } from '../../../../functions/node-replacement/core/plan-round.ts';
import { aBudget } from '../../../builders/a-budget.ts';
import { aPod } from '../../../builders/a-pod.ts';

const now = 1_000_000;
const interrupted: NodeDrain = {
  drainBy: now + 108_000,
  forceDelete: true,
  interrupted: true,
  unmanagedPods: 'evict',
};
const voluntary: NodeDrain = { drainBy: null, forceDelete: false, interrupted: false, unmanagedPods: 'keep' };

function view(given: Partial<DrainView> & { node?: NodeDrain }): DrainView {
  const { node = interrupted, ...rest } = given;
  return {
    now,
    nodes: new Map([['node-a', node]]),
    pods: [],
    budgets: [],
    memory: emptyMemory,
    protectedNamespaces: ['kube-system'],
    ...rest,
  };
}

function codes(round: ReturnType<typeof planRound>): ReasonCode[] {
  return round.waiting.map(({ reason }) => reason.code);
}

describe('a round of a drain', () => {
  it('evicts every pod without a budget at once', () => {
    const round = planRound(view({ pods: [aPod(), aPod(), aPod()] }));
    expect(round.steps.map(({ action }) => action)).toEqual(['Evict', 'Evict', 'Evict']);
    expect(round.remaining.get('node-a')).toBe(3);
  });

  it('leaves DaemonSet and mirror pods where they are and does not count them', () => {
    const pods = [aPod({ controllerKind: 'DaemonSet' }), aPod({ mirror: true }), aPod({ controllerKind: 'Node' })];
    const round = planRound(view({ pods }));
    expect(round.steps).toEqual([]);
    expect(round.remaining.get('node-a')).toBe(0);
  });

  it('evicts a finished pod of a DaemonSet, as kubectl does', () => {
    const round = planRound(view({ pods: [aPod({ controllerKind: 'DaemonSet', phase: 'Succeeded', ready: false })] }));
    expect(round.steps).toHaveLength(1);
  });

  it('asks for no more evictions than the budget allows', () => {
    const pods = Array.from({ length: 5 }, () => aPod());
    const round = planRound(view({ pods, budgets: [aBudget({ disruptionsAllowed: 2 })] }));
    expect(round.steps).toHaveLength(2);
    expect(codes(round)).toEqual(['BudgetHolds', 'BudgetHolds', 'BudgetHolds']);
  });

  it('spends one budget across all nodes of the batch', () => {
    const nodes = new Map([
      ['node-a', interrupted],
      ['node-b', interrupted],
    ]);
    const pods = [aPod(), aPod({ nodeName: 'node-b' })];
    const round = planRound(view({ nodes, pods, budgets: [aBudget({ disruptionsAllowed: 1 })] }));
    expect(round.steps).toHaveLength(1);
  });

  it('gives the slot of a budget to the node with the earlier deadline', () => {
    const later = { ...interrupted, drainBy: now + 500_000 };
    const nodes = new Map([
      ['node-a', later],
      ['node-b', interrupted],
    ]);
    const pods = [aPod(), aPod({ nodeName: 'node-b' })];
    const round = planRound(view({ nodes, pods, budgets: [aBudget()] }));
    expect(round.steps[0]?.pod.nodeName).toBe('node-b');
  });

  it('never asks while two budgets select the pod, and names both', () => {
    const budgets = [aBudget({ name: 'one' }), aBudget({ name: 'two' })];
    const round = planRound(view({ pods: [aPod()], budgets }));
    expect(round.steps).toEqual([]);
    expect(round.waiting[0]?.reason).toMatchObject({
      code: 'SeveralBudgets',
      text: expect.stringContaining('shop/one, shop/two'),
    });
  });

  it('waits for a budget whose latest generation the controller has not seen', () => {
    expect(codes(planRound(view({ pods: [aPod()], budgets: [aBudget({ observed: false })] })))).toEqual([
      'BudgetNotObserved',
    ]);
  });

  it.each(['BudgetHolds', 'BudgetNotObserved'] as const)(
    'asks for nothing beside a budget whose last answer was %s, until it may be asked again',
    (code) => {
      const memory = {
        ...emptyMemory,
        budgets: new Map([['shop/web', { notBefore: now + 4_000, refusals: 1, code }]]),
      };
      const early = view({ pods: [aPod()], budgets: [aBudget({ disruptionsAllowed: 1 })], memory });
      expect([codes(planRound(early)), planRound(early).changesAt]).toEqual([[code], now + 4_000]);
      expect(planRound({ ...early, now: now + 4_000 }).steps).toHaveLength(1);
    },
  );

  it('says that a budget holds when its status says so now, whatever was answered before', () => {
    const budgets = new Map([
      ['shop/web', { notBefore: now + 4_000, refusals: 1, code: 'BudgetNotObserved' as const }],
    ]);
    const held = view({ pods: [aPod()], budgets: [aBudget({ disruptionsAllowed: 0 })] });
    expect(codes(planRound({ ...held, memory: { ...emptyMemory, budgets } }))).toEqual(['BudgetHolds']);
  });

  it.each([
    ['a pending pod', { phase: 'Pending', ready: false }, {}],
    ['a pod that is not ready, when the policy is AlwaysAllow', { ready: false }, { unhealthyPods: 'AlwaysAllow' }],
    [
      'a pod that is not ready, while enough others are healthy',
      { ready: false },
      { currentHealthy: 2, desiredHealthy: 2 },
    ],
  ] as const)('evicts %s beside its spent budget', (_, pod, budget) => {
    const round = planRound(view({ pods: [aPod(pod)], budgets: [aBudget({ disruptionsAllowed: 0, ...budget })] }));
    expect(round.steps).toHaveLength(1);
  });

  it('holds a pod that is not ready while too few others are healthy', () => {
    const budgets = [aBudget({ disruptionsAllowed: 0, currentHealthy: 1, desiredHealthy: 2 })];
    expect(codes(planRound(view({ pods: [aPod({ ready: false })], budgets })))).toEqual(['BudgetHolds']);
  });

  it('lets critical pods are evicted after all others of their node', () => {
    const pods = [aPod({ critical: true, name: 'dns' }), aPod({ name: 'web' })];
    const round = planRound(view({ pods }));
    expect(round.steps.map(({ pod }) => pod.name)).toEqual(['web']);
    expect(codes(round)).toEqual(['CriticalWaits']);
  });

  it('lets critical pods are evicted beside the others when only their own grace period is left', () => {
    const pods = [aPod({ critical: true, name: 'dns' }), aPod({ name: 'held' })];
    const round = planRound(
      view({
        now: now + 79_000,
        pods,
        budgets: [aBudget({ disruptionsAllowed: 0, selector: { matchLabels: { app: 'x' } } })],
      }),
    );
    expect(round.steps.map(({ pod }) => pod.name)).toContain('dns');
  });

  describe('in a voluntary drain', () => {
    it('keeps pods that nothing would recreate', () => {
      expect(codes(planRound(view({ node: voluntary, pods: [aPod({ controllerKind: undefined })] })))).toEqual([
        'PodUnmanaged',
      ]);
    });

    it('evicts them when the policy says so', () => {
      const node = { ...voluntary, unmanagedPods: 'evict' } as const;
      expect(planRound(view({ node, pods: [aPod({ controllerKind: undefined })] })).steps).toHaveLength(1);
    });

    it.each([
      ['karpenter.sh/do-not-disrupt', 'true'],
      ['karpenter.sh/do-not-disrupt', '30m'],
      ['cluster-autoscaler.kubernetes.io/safe-to-evict', 'false'],
    ])('honours the annotation %s=%s', (key, value) => {
      expect(codes(planRound(view({ node: voluntary, pods: [aPod({ annotations: { [key]: value } })] })))).toEqual([
        'PodProtected',
      ]);
    });

    it('never deletes past a budget and never shortens a grace period', () => {
      const pods = [aPod(), aPod({ labels: {}, gracePeriodSeconds: 86_400 })];
      const round = planRound(view({ node: voluntary, pods, budgets: [aBudget({ disruptionsAllowed: 0 })] }));
      expect(round.steps).toMatchObject([{ action: 'Evict', gracePeriodSeconds: undefined }]);
    });
  });

  describe('before a deadline', () => {
    const held = [aBudget({ disruptionsAllowed: 0 })];

    it('shortens the grace period of a pod that would outlive the node', () => {
      const round = planRound(view({ pods: [aPod({ gracePeriodSeconds: 300 })] }));
      expect(round.steps[0]).toMatchObject({ action: 'Evict', gracePeriodSeconds: 108 });
      expect(round.steps[0]?.reasons.map(({ code }) => code)).toEqual(['GraceShortened']);
    });

    it('never gives a grace period of 0, which would skip the kubelet', () => {
      expect(planRound(view({ pods: [aPod({ gracePeriodSeconds: 0 })] })).steps[0]?.gracePeriodSeconds).toBe(1);
      expect(planRound(view({ now: now + 120_000, pods: [aPod()] })).steps[0]?.gracePeriodSeconds).toBe(1);
    });

    it('waits for the budget until only the own grace period of the pod is left', () => {
      const pods = [aPod({ gracePeriodSeconds: 30 })];
      const early = planRound(view({ now: now + 77_000, pods, budgets: held }));
      expect(early.steps).toEqual([]);
      expect(early.changesAt).toBe(now + 78_000);
      const late = planRound(view({ now: now + 78_000, pods, budgets: held }));
      expect(late.steps[0]).toMatchObject({ action: 'Delete', gracePeriodSeconds: undefined });
      expect(late.steps[0]?.reasons.map(({ code }) => code)).toEqual(['BudgetHolds', 'ForceDeleted']);
    });

    it('never deletes past a budget where the policy forbids it', () => {
      const node = { ...interrupted, forceDelete: false };
      expect(planRound(view({ node, now: now + 107_000, pods: [aPod()], budgets: held })).steps).toEqual([]);
    });

    it('never deletes past a budget in a protected namespace', () => {
      const pods = [aPod({ namespace: 'kube-system' })];
      const budgets = [aBudget({ namespace: 'kube-system', disruptionsAllowed: 0 })];
      expect(planRound(view({ now: now + 107_000, pods, budgets })).steps).toEqual([]);
    });

    it('asks a pod that ends too late to end sooner, once', () => {
      const ending = aPod({ deletionDeadline: now + 300_000 });
      const round = planRound(view({ pods: [ending] }));
      expect(round.steps[0]).toMatchObject({ action: 'Evict', gracePeriodSeconds: 108 });
      const shortened = { ...ending, deletionDeadline: now + 108_000 };
      expect(planRound(view({ pods: [shortened] })).steps).toEqual([]);
    });

    it('deletes a pod that is ending too late where its eviction was refused, if policy forces, and else waits', () => {
      const ending = aPod({ uid: 'ending', gracePeriodSeconds: 600, deletionDeadline: now + 600_000 });
      const reason = { code: 'NamespaceTerminating', about: 'pod', text: '' } as const;
      const memory = { ...emptyMemory, pods: new Map([['ending', { notBefore: now + 4_000, refusals: 1, reason }]]) };
      const forced = planRound(view({ pods: [ending], memory }));
      expect(forced.steps).toMatchObject([{ action: 'Delete', gracePeriodSeconds: 108 }]);
      const gentle = planRound(view({ pods: [ending], memory, node: { ...interrupted, forceDelete: false } }));
      expect([gentle.steps, codes(gentle)]).toEqual([[], ['NamespaceTerminating']]);
      const guarded = planRound(view({ pods: [{ ...ending, namespace: 'kube-system' }], memory }));
      expect(guarded.steps).toEqual([]);
    });
  });

  it('stops counting a pod that is still there a minute after its grace period', () => {
    const pods = [aPod({ deletionDeadline: now - 60_001 })];
    expect(planRound(view({ pods })).remaining.get('node-a')).toBe(0);
    const recent = [aPod({ deletionDeadline: now - 59_000 })];
    expect(codes(planRound(view({ pods: recent })))).toEqual(['PodDoesNotEnd']);
  });
});
