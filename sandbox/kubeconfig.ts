import type { Cluster } from './kubernetes/contract.ts';

interface Kubeconfig {
  readonly clusters: readonly object[];
  readonly contexts: readonly object[];
  readonly users: readonly object[];
}

/** One kubeconfig with a context for each cluster, named like it; the first is current. JSON, which is YAML. */
export function mergedKubeconfig(clusters: readonly Cluster[]): string {
  const configs = clusters.map((cluster) => JSON.parse(cluster.kubeconfig()) as Kubeconfig);
  return JSON.stringify(
    {
      apiVersion: 'v1',
      kind: 'Config',
      'current-context': clusters[0]?.name ?? '',
      clusters: configs.flatMap((config) => config.clusters),
      contexts: configs.flatMap((config) => config.contexts),
      users: configs.flatMap((config) => config.users),
    },
    null,
    2,
  );
}
