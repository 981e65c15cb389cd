/**
 * The clusters that the tags of an instance name: one says which it is of, none that it is of no cluster, several that it cannot be
 * told. The strongest tag counts: EKS and Karpenter set `aws:eks:cluster-name` or `eks:cluster-name`, self-managed groups
 * `kubernetes.io/cluster/<name>`, eksctl `alpha.eksctl.io/cluster-name`.
 */
export function clustersByTags(tags: Readonly<Record<string, string>>): readonly string[] {
  for (const key of ['aws:eks:cluster-name', 'eks:cluster-name']) {
    if (tags[key]) return [tags[key]];
  }
  const prefix = 'kubernetes.io/cluster/';
  const owned = Object.entries(tags)
    .filter(([key, value]) => key.startsWith(prefix) && (value === 'owned' || value === 'shared'))
    .map(([key]) => key.slice(prefix.length));
  if (owned.length > 0) return owned.toSorted();
  return ['karpenter.sh/discovery', 'alpha.eksctl.io/cluster-name'].flatMap((key) => tags[key] || []).slice(0, 1);
}
