import type { DropCode } from '../contract.ts';

export type Resolution = { readonly cluster: string } | { readonly drop: DropCode; readonly detail: string };

/**
 * The cluster of an instance by its tags, strongest first: EKS and Karpenter set `aws:eks:cluster-name` or `eks:cluster-name`,
 * self-managed groups `kubernetes.io/cluster/<name>`, eksctl `alpha.eksctl.io/cluster-name`. Tags select; only a cluster that
 * the configuration names is acted on.
 */
export function resolveCluster(tags: Readonly<Record<string, string>>, named: readonly string[]): Resolution {
  const candidates = strongest(tags);
  const [cluster, ...others] = candidates;
  if (cluster === undefined) return { drop: 'Foreign', detail: 'no cluster tag' };
  if (others.length > 0) return { drop: 'ClusterAmbiguous', detail: candidates.join(', ') };
  return named.includes(cluster) ? { cluster } : { drop: 'ClusterNotNamed', detail: cluster };
}

function strongest(tags: Readonly<Record<string, string>>): string[] {
  for (const key of ['aws:eks:cluster-name', 'eks:cluster-name']) {
    if (tags[key]) return [tags[key]];
  }
  const prefix = 'kubernetes.io/cluster/';
  const owned = Object.entries(tags)
    .filter(([key, value]) => key.startsWith(prefix) && (value === 'owned' || value === 'shared'))
    .map(([key]) => key.slice(prefix.length));
  if (owned.length > 0) return owned.toSorted();
  return ['karpenter.sh/discovery', 'alpha.eksctl.io/cluster-name'].flatMap((key) => tags[key] ?? []).slice(0, 1);
}
