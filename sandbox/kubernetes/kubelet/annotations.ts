import type { Pod } from '../types/objects.ts';

/** Annotations by which a world says how a pod behaves. */
export const behaviour = {
  /** Time from being bound (and its volumes attached) to running; 2s. */
  startsAfter: 'sandbox.eks-steward/starts-after',
  /** Time that the pod takes to stop once it is told to; 1s. `never`: until its grace period ends. */
  stopsAfter: 'sandbox.eks-steward/stops-after',
  /** Time after which the pod completes, as the pod of a Job does. */
  runsFor: 'sandbox.eks-steward/runs-for',
  /** `true`: the pod fails when its time is over. */
  fails: 'sandbox.eks-steward/fails',
  /** `true`: the pod's containers crash again and again. */
  crashLoops: 'sandbox.eks-steward/crash-loops',
  /** `true`: the pod runs and never becomes ready. */
  neverReady: 'sandbox.eks-steward/never-ready',
} as const;

const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Milliseconds of `500ms`, `3s`, `2m` or `1h`. Throws for anything else. */
function duration(text: string): number {
  const match = /^([0-9]+(?:\.[0-9]+)?)(ms|s|m|h)$/.exec(text);
  if (!match) throw new Error(`${JSON.stringify(text)} is no duration such as 3s`);
  return Number(match[1]) * (units[match[2] ?? ''] ?? 0);
}

/** A duration that a pod's annotation gives, or the default. */
export function durationOf(pod: Pod, annotation: string, byDefault: number): number {
  const text = pod.metadata.annotations?.[annotation];
  return text === undefined ? byDefault : duration(text);
}

export function says(pod: Pod, annotation: string): boolean {
  return pod.metadata.annotations?.[annotation] === 'true';
}
