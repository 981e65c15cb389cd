import { type BudgetFacts, budgetKey, budgetsOf, evictsBesideBudget } from '../../../shared/domain/budget.ts';
import { plural } from '../../../shared/domain/plural.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import { because, type Reason } from '../contract.ts';
import { classifyPod } from './classify-pod.ts';
import { type DrainMemory, podName } from './drain-memory.ts';

/** How the pods of one node are treated. Times are epoch milliseconds. */
export interface NodeDrain {
  /** No pod may run any more at this moment; null when the drain may take its time. */
  readonly drainBy: number | null;
  /** May pods be deleted past their budget to meet the deadline? */
  readonly forceDelete: boolean;
  /** The instance is lost whatever we do: pods that nothing recreates, or that ask to be left alone, go too. */
  readonly interrupted: boolean;
  readonly unmanagedPods: 'keep' | 'evict';
}

export interface DrainView {
  readonly now: number;
  readonly nodes: ReadonlyMap<string, NodeDrain>;
  /** The pods of those nodes. */
  readonly pods: readonly PodFacts[];
  readonly budgets: readonly BudgetFacts[];
  readonly memory: DrainMemory;
  readonly protectedNamespaces: readonly string[];
}

export interface DrainStep {
  readonly action: 'Evict' | 'Delete';
  readonly pod: PodFacts;
  /** Only when it differs from the pod's own. */
  readonly gracePeriodSeconds: number | undefined;
  readonly budget: BudgetFacts | undefined;
  readonly reasons: readonly Reason[];
}

export interface DrainRound {
  readonly steps: readonly DrainStep[];
  /** Why pods that are to leave are not asked to in this round. */
  readonly waiting: readonly { readonly pod: PodFacts; readonly reason: Reason }[];
  /** How many pods of each node are still to go, evicted or not. */
  readonly remaining: ReadonlyMap<string, number>;
  /** The next moment at which this plan would change by the passing of time alone; undefined when never. */
  readonly changesAt: number | undefined;
}

type Waits = { readonly kind: 'Wait'; readonly reason: Reason; readonly until?: number };
type Verdict = { readonly kind: 'Step'; readonly step: DrainStep } | Waits;

/** A pod whose grace period ended this long ago counts as gone: its kubelet is dead, or a finalizer holds the object. */
const stuckAfter = 60_000;

/**
 * One round of a drain: which pods to evict or delete now, which wait and why, and when to look again.
 *
 * Rules: budgets are spent as their status allows and never asked beyond it; critical pods are evicted after all others of their node;
 * a pod that is still held when only its own grace period is left before the deadline is deleted with
 * `max(1, min(own grace, time left))` seconds (Karpenter's eviction.go has the same rule), at most once and never where
 * the policy or the namespace forbids it. The result depends on the arguments alone.
 */
export function planRound(view: DrainView): DrainRound {
  const slots = new Map(view.budgets.map((budget) => [budgetKey(budget), budget.disruptionsAllowed]));
  const remaining = new Map([...view.nodes.keys()].map((name) => [name, 0]));
  const ordinary = new Map<string, number>();
  const leaving = view.pods.filter((pod) => view.nodes.has(pod.nodeName) && !needsNothing(pod, view.now));
  for (const pod of leaving) {
    increment(remaining, pod.nodeName);
    if (!pod.critical) increment(ordinary, pod.nodeName);
  }
  const steps: DrainStep[] = [];
  const waiting: { pod: PodFacts; reason: Reason }[] = [];
  let changesAt: number | undefined;
  for (const pod of leaving.toSorted((a, b) => byUrgency(view, a, b))) {
    const verdict = decide(view, pod, slots, (ordinary.get(pod.nodeName) ?? 0) > 0);
    if (verdict.kind === 'Step') {
      steps.push(verdict.step);
      continue;
    }
    waiting.push({ pod, reason: verdict.reason });
    const until = earliest(verdict.until, forceAt(view, pod));
    if (until !== undefined && until > view.now) changesAt = earliest(changesAt, until);
  }
  return { steps, waiting, remaining, changesAt };
}

/** Pods that need not leave, or whose leaving cannot be waited for any longer. */
function needsNothing(pod: PodFacts, now: number): boolean {
  if (classifyPod(pod) === 'Stays') return true;
  return pod.deletionDeadline !== undefined && now > pod.deletionDeadline + stuckAfter;
}

/** Earliest deadline first, then the longest grace period, which must begin first; names make the order total. */
function byUrgency(view: DrainView, a: PodFacts, b: PodFacts): number {
  const drainBy = (pod: PodFacts) => view.nodes.get(pod.nodeName)?.drainBy ?? Number.MAX_SAFE_INTEGER;
  return (
    drainBy(a) - drainBy(b) ||
    Number(a.critical) - Number(b.critical) ||
    b.gracePeriodSeconds - a.gracePeriodSeconds ||
    (podName(a) < podName(b) ? -1 : 1)
  );
}

function decide(view: DrainView, pod: PodFacts, slots: Map<string, number>, othersLeft: boolean): Verdict {
  const node = view.nodes.get(pod.nodeName) as NodeDrain;
  if (pod.deletionDeadline !== undefined) return shorten(view, node, pod, pod.deletionDeadline);
  const held = standsBack(view, node, pod, othersLeft) ?? backsOff(view, pod) ?? takeSlot(view, pod, slots);
  if (!held) return { kind: 'Step', step: evict(view, node, pod) };
  const threshold = forceAt(view, pod);
  if (threshold === undefined || view.now < threshold) return held;
  const reasons = [held.reason, because('ForceDeleted', podName(pod)), ...shortened(node, pod, view.now)];
  return { kind: 'Step', step: { ...evict(view, node, pod), action: 'Delete', reasons } };
}

/**
 * A pod that is ending already, but after the deadline, is asked again with less time: an eviction may only shorten it. Where
 * evictions are refused, in a namespace that is being deleted for instance, a deletion does the same if policy forces.
 */
function shorten(view: DrainView, node: NodeDrain, pod: PodFacts, ends: number): Verdict {
  const waits: Verdict = {
    kind: 'Wait',
    reason: because(view.now > ends ? 'PodDoesNotEnd' : 'PodTerminating', podName(pod)),
  };
  if (node.drainBy === null || ends <= node.drainBy || view.now + 1_000 >= node.drainBy) return waits;
  const gracePeriodSeconds = Math.max(1, Math.floor((node.drainBy - view.now) / 1_000));
  const reasons = [because('GraceShortened', podName(pod), `${gracePeriodSeconds}s`)];
  const refused = backsOff(view, pod);
  const forces = node.forceDelete && !view.protectedNamespaces.includes(pod.namespace);
  if (refused && !forces) return refused;
  const action = refused ? 'Delete' : 'Evict';
  return { kind: 'Step', step: { action, pod, gracePeriodSeconds, budget: undefined, reasons } };
}

function standsBack(view: DrainView, node: NodeDrain, pod: PodFacts, othersLeft: boolean): Waits | undefined {
  const podClass = classifyPod(pod);
  if (!node.interrupted && podClass === 'Unmanaged' && node.unmanagedPods === 'keep') {
    return { kind: 'Wait', reason: because('PodUnmanaged', podName(pod)) };
  }
  if (!node.interrupted && podClass === 'Protected')
    return { kind: 'Wait', reason: because('PodProtected', podName(pod)) };
  if (!pod.critical || !othersLeft) return undefined;
  // With only its own grace period left it leaves beside the others: a blocked pod must not cost it that.
  const lastCall = node.drainBy === null ? Number.MAX_SAFE_INTEGER : node.drainBy - pod.gracePeriodSeconds * 1_000;
  return view.now < lastCall
    ? { kind: 'Wait', reason: because('CriticalWaits', podName(pod)), until: lastCall }
    : undefined;
}

function backsOff(view: DrainView, pod: PodFacts): Waits | undefined {
  const refused = view.memory.pods.get(pod.uid);
  return refused && view.now < refused.notBefore
    ? { kind: 'Wait', reason: refused.reason, until: refused.notBefore }
    : undefined;
}

/** Takes one slot of the pod's budget, or says why there is none. */
function takeSlot(view: DrainView, pod: PodFacts, slots: Map<string, number>): Waits | undefined {
  const budgets = budgetsOf(pod, view.budgets);
  const budget = budgets[0];
  if (!budget || pod.phase === 'Succeeded' || pod.phase === 'Failed' || pod.phase === 'Pending') return undefined;
  const about = podName(pod);
  if (budgets.length > 1) {
    return { kind: 'Wait', reason: because('SeveralBudgets', about, budgets.map(budgetKey).toSorted().join(', ')) };
  }
  if (evictsBesideBudget(pod, budget)) return undefined;
  const key = budgetKey(budget);
  if (!budget.observed) return { kind: 'Wait', reason: because('BudgetNotObserved', about, key) };
  const refused = view.memory.budgets.get(key);
  const free = slots.get(key) ?? 0;
  const holds = () =>
    because(
      'BudgetHolds',
      about,
      `${key} needs ${plural(budget.desiredHealthy, 'healthy pod')} and has ${budget.currentHealthy}`,
    );
  if (free <= 0) return { kind: 'Wait', reason: holds() };
  if (refused && view.now < refused.notBefore) {
    const reason = refused.code === 'BudgetHolds' ? holds() : because(refused.code, about, key);
    return { kind: 'Wait', reason, until: refused.notBefore };
  }
  slots.set(key, free - 1);
  return undefined;
}

function evict(view: DrainView, node: NodeDrain, pod: PodFacts): DrainStep {
  const reasons = shortened(node, pod, view.now);
  const budget = budgetsOf(pod, view.budgets)[0];
  return { action: 'Evict', pod, gracePeriodSeconds: clampedGrace(node, pod, view.now), budget, reasons };
}

/**
 * Seconds of grace that end by the deadline: `max(1, min(own, time left))`; undefined when the pod's own fits.
 * Never 0: that removes the object without the kubelet's word, so two pods of a StatefulSet could run at once.
 */
function clampedGrace(node: NodeDrain, pod: PodFacts, now: number): number | undefined {
  const left = node.drainBy === null ? Number.MAX_SAFE_INTEGER : Math.floor((node.drainBy - now) / 1_000);
  const grace = Math.max(1, Math.min(pod.gracePeriodSeconds, left));
  return grace === pod.gracePeriodSeconds ? undefined : grace;
}

function shortened(node: NodeDrain, pod: PodFacts, now: number): Reason[] {
  const grace = clampedGrace(node, pod, now);
  if (grace === undefined || grace > pod.gracePeriodSeconds) return [];
  return [because('GraceShortened', podName(pod), `${grace}s of ${pod.gracePeriodSeconds}s`)];
}

/** When a held pod is deleted all the same; undefined when never. */
function forceAt(view: DrainView, pod: PodFacts): number | undefined {
  const node = view.nodes.get(pod.nodeName);
  if (!node?.forceDelete || node.drainBy === null || pod.deletionDeadline !== undefined) return undefined;
  if (view.protectedNamespaces.includes(pod.namespace)) return undefined;
  return node.drainBy - Math.max(1, pod.gracePeriodSeconds) * 1_000;
}

function increment(counts: Map<string, number>, key: string): void {
  counts.set(key, (counts.get(key) ?? 0) + 1);
}

function earliest(a: number | undefined, b: number | undefined): number | undefined {
  if (a === undefined || b === undefined) return a ?? b;
  return Math.min(a, b);
}
