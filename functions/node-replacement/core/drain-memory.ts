import { createHash } from 'node:crypto';
import { type BudgetFacts, budgetKey } from '../../../shared/domain/budget.ts';
import type { EvictionAnswer } from '../../../shared/domain/eviction.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import { because, type Reason } from '../contract.ts';

/** What a slice remembers between its rounds: whom not to ask again before when, and why. */
export interface DrainMemory {
  readonly budgets: ReadonlyMap<
    string,
    { readonly notBefore: number; readonly refusals: number; readonly code: BudgetRefusal['kind'] }
  >;
  readonly pods: ReadonlyMap<
    string,
    { readonly notBefore: number; readonly refusals: number; readonly reason: Reason }
  >;
}

type BudgetRefusal = Extract<EvictionAnswer, { kind: 'BudgetHolds' | 'BudgetNotObserved' }>;

export const emptyMemory: DrainMemory = { budgets: new Map(), pods: new Map() };

/** Milliseconds of back-off after the n-th refusal in a row: 1 s, 2 s, 4 s, then 8 s. */
function backOff(refusals: number): number {
  return 1_000 * 2 ** Math.min(refusals - 1, 3);
}

/** A round lists all budgets, so that pods come back in so many rounds at the most. */
const comeBackIn = 8;

/**
 * A back-off and up to half as much again: what a full API server refused in one millisecond does not come back in one. By the pod's UID
 * and not by chance, so that the same memory results however often it is worked out.
 */
function spread(wait: number, { uid }: PodFacts): number {
  const turn = createHash('sha256').update(uid).digest().readUInt32BE() % comeBackIn;
  return Math.round(wait * (1 + turn / (2 * comeBackIn)));
}

/** Why a pod stays for now, as this answer says; undefined when it does not stay. */
export function refusalOf(pod: PodFacts, answer: EvictionAnswer): Reason | undefined {
  switch (answer.kind) {
    case 'Evicted':
    case 'Gone':
      return undefined;
    case 'Denied':
      return because('EvictionDenied', podName(pod), answer.message);
    case 'Unavailable':
      return because('EvictionUnanswered', podName(pod), answer.message);
    default:
      return because(answer.kind, podName(pod));
  }
}

/**
 * The memory after an answer to an eviction. One refusal for want of budget holds back every pod of that budget:
 * asking for each pod in turn costs the server a list of all budgets every time.
 */
export function remember(
  memory: DrainMemory,
  pod: PodFacts,
  budget: BudgetFacts | undefined,
  answer: EvictionAnswer,
  now: number,
): DrainMemory {
  const reason = refusalOf(pod, answer);
  if (!reason) return memory;
  return budget && (answer.kind === 'BudgetHolds' || answer.kind === 'BudgetNotObserved')
    ? refusedBudget(memory, pod, budgetKey(budget), answer, now)
    : refusedPod(memory, pod, reason, now);
}

/** What the pod itself was refused for before is over: it came as far as its budget. */
function refusedBudget(
  memory: DrainMemory,
  pod: PodFacts,
  key: string,
  answer: BudgetRefusal,
  now: number,
): DrainMemory {
  const refusals = (memory.budgets.get(key)?.refusals ?? 0) + 1;
  const wait = answer.retryAfterSeconds === undefined ? backOff(refusals) : answer.retryAfterSeconds * 1_000;
  const budgets = new Map(memory.budgets).set(key, { notBefore: now + wait, refusals, code: answer.kind });
  return { budgets, pods: new Map([...memory.pods].filter(([uid]) => uid !== pod.uid)) };
}

function refusedPod(memory: DrainMemory, pod: PodFacts, reason: Reason, now: number): DrainMemory {
  const refusals = (memory.pods.get(pod.uid)?.refusals ?? 0) + 1;
  const entry = { notBefore: now + spread(backOff(refusals + 1), pod), refusals, reason };
  return { ...memory, pods: new Map(memory.pods).set(pod.uid, entry) };
}

/** A pod in the words of a reason. */
export function podName(pod: { readonly namespace: string; readonly name: string }): string {
  return `pod ${pod.namespace}/${pod.name}`;
}
