/** Do the tags of an instance say that it is of this cluster, in one of the ways in which its events are known? */
export function instanceTagsSay(tags: Readonly<Record<string, string>>, cluster: string): boolean {
  const named = ['aws:eks:cluster-name', 'eks:cluster-name', 'karpenter.sh/discovery', 'alpha.eksctl.io/cluster-name'];
  const owned = tags[`kubernetes.io/cluster/${cluster}`];
  return owned === 'owned' || owned === 'shared' || named.some((key) => tags[key] === cluster);
}
