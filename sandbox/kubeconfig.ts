import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cluster } from './kubernetes/contract.ts';
import type { World } from './world/contract.ts';

interface Kubeconfig {
  readonly clusters: readonly object[];
  readonly contexts: readonly object[];
  readonly users: readonly object[];
}

/** Writes the file, and again whenever a cluster of the world comes or goes. */
export function keepKubeconfig(world: World, path: string): void {
  let written = '';
  const write = () => {
    const text = merged([...world.clusters.values()]);
    if (text === written) return;
    writeFileSync(path, text, { mode: 0o600 });
    written = text;
  };
  mkdirSync(dirname(path), { recursive: true });
  world.listeners(write);
  write();
}

/** One kubeconfig with a context for each cluster, named like it; the first is current. JSON, which is YAML. */
function merged(clusters: readonly Cluster[]): string {
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
