import type { PodFacts } from '../../../shared/domain/pod.ts';

/**
 * What a drain does with a pod, as `kubectl drain --ignore-daemonsets --delete-emptydir-data` decides it:
 * mirror pods and running DaemonSet pods stay; finished pods of any kind may go.
 * Source: kubernetes/kubectl pkg/drain/filters.go.
 */
export type PodClass = 'Stays' | 'Terminating' | 'Unmanaged' | 'Protected' | 'Critical' | 'Workload';

export function classifyPod(pod: PodFacts): PodClass {
  if (pod.mirror || pod.controllerKind === 'Node') return 'Stays';
  if (pod.deletionDeadline !== undefined) return 'Terminating';
  const finished = pod.phase === 'Succeeded' || pod.phase === 'Failed';
  if (finished) return 'Workload';
  if (pod.controllerKind === 'DaemonSet') return 'Stays';
  if (pod.controllerKind === undefined) return 'Unmanaged';
  if (asksNotToBeDisrupted(pod)) return 'Protected';
  return pod.critical ? 'Critical' : 'Workload';
}

/** The two annotations in the field: Karpenter's (also as a duration) and Cluster Autoscaler's. */
function asksNotToBeDisrupted({ annotations }: PodFacts): boolean {
  const karpenter = annotations['karpenter.sh/do-not-disrupt'];
  return (
    (karpenter !== undefined && karpenter !== 'false') ||
    annotations['cluster-autoscaler.kubernetes.io/safe-to-evict'] === 'false'
  );
}
