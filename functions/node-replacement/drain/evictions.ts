import type { EvictionAnswer } from '../../../shared/domain/eviction.ts';
import type { PodFacts } from '../../../shared/domain/pod.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { because, type Reason } from '../contract.ts';
import { type DrainMemory, podName, refusalOf, remember } from '../core/drain-memory.ts';
import type { DrainStep } from '../core/plan-round.ts';
import type { Leaving } from './observed-pods.ts';

/** Requests in flight to one cluster: EKS gives an identity like ours some 50 seats, which people share. */
const inFlight = { voluntary: 16, urgent: 32 } as const;
/** A storm of events helps nobody: so many pods of a round get one of their own. */
const eventsPerRound = 10;

type EvictionCluster = Pick<ClusterApi, 'evict' | 'deletePod' | 'recordEvent'>;

export interface Evictions {
  readonly memory: DrainMemory;
  readonly left: readonly Leaving[];
  readonly evicted: number;
  readonly forceDeleted: number;
  readonly reasons: readonly Reason[];
  /** Pods that were asked and stay for now. */
  readonly refused: readonly { readonly pod: PodFacts; readonly reason: Reason }[];
}

/** Says on pods that hold a drain up what it waits for. */
export async function sayBlocked(
  cluster: Pick<ClusterApi, 'recordEvent'>,
  held: readonly { readonly pod: PodFacts; readonly reason: Reason }[],
  execution: string,
): Promise<void> {
  await inParallel(held.slice(0, eventsPerRound), eventsPerRound, ({ pod, reason: { text } }) =>
    cluster.recordEvent(
      { ...pod, kind: 'Pod' },
      { type: 'Warning', reason: 'StewardBlocked', message: `holds up a drain: ${text} (${execution})` },
    ),
  );
}

/** Carries out the steps of a round and remembers the answers. */
export async function evictPods(
  clock: Clock,
  cluster: EvictionCluster,
  steps: readonly DrainStep[],
  before: DrainMemory,
  urgent: boolean,
): Promise<Evictions> {
  const limit = urgent ? inFlight.urgent : inFlight.voluntary;
  const answers = await inParallel(steps, limit, (step) => carryOut(cluster, step));
  const now = clock.now();
  let memory = before;
  const left: Leaving[] = [];
  const reasons: Reason[] = [];
  const refused: { pod: PodFacts; reason: Reason }[] = [];
  steps.forEach((step, index) => {
    const answer = answers[index] as EvictionAnswer;
    memory = remember(memory, step.pod, step.budget, answer, now);
    const reason = refusalOf(step.pod, answer);
    if (reason) refused.push({ pod: step.pod, reason });
    if (answer.kind === 'Gone') left.push({ pod: step.pod, until: undefined });
    if (answer.kind !== 'Evicted') return;
    const grace = step.gracePeriodSeconds ?? step.pod.gracePeriodSeconds;
    left.push({ pod: step.pod, until: now + grace * 1_000 });
    reasons.push(...step.reasons);
  });
  const deleted = steps.filter((step, index) => step.action === 'Delete' && answers[index]?.kind === 'Evicted');
  await inParallel(deleted.slice(0, eventsPerRound), eventsPerRound, (step) =>
    cluster.recordEvent({ ...step.pod, kind: 'Pod' }, deletionEvent(step)),
  );
  const evicted = answers.filter(({ kind }) => kind === 'Evicted').length - deleted.length;
  return { memory, left, evicted, forceDeleted: deleted.length, reasons, refused };
}

function carryOut(cluster: EvictionCluster, step: DrainStep): Promise<EvictionAnswer> {
  if (step.action === 'Evict') return cluster.evict(step.pod, step.gracePeriodSeconds);
  return cluster.deletePod(step.pod, step.gracePeriodSeconds ?? step.pod.gracePeriodSeconds);
}

function deletionEvent(step: DrainStep) {
  const message = step.reasons.map(({ text }) => text).join('; ') || because('ForceDeleted', podName(step.pod)).text;
  return { type: 'Warning', reason: 'StewardForceDeleted', message } as const;
}
