import { clustersByTags } from '../../../shared/domain/clusters-by-tags.ts';
import type { DropCode } from '../contract.ts';

export type Resolution = { readonly cluster: string } | { readonly drop: DropCode; readonly detail: string };

/** The cluster of an instance. Tags select; only a cluster that the configuration names is acted on. */
export function resolveCluster(tags: Readonly<Record<string, string>>, named: readonly string[]): Resolution {
  const candidates = clustersByTags(tags);
  const [cluster, ...others] = candidates;
  if (cluster === undefined) return { drop: 'Foreign', detail: 'no cluster tag' };
  if (others.length > 0) return { drop: 'ClusterAmbiguous', detail: candidates.join(', ') };
  return named.includes(cluster) ? { cluster } : { drop: 'ClusterNotNamed', detail: cluster };
}
