import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import type { Cluster } from './kubernetes/contract.ts';
import type { World } from './world/contract.ts';

interface Named {
  readonly name: string;
}

interface Kubeconfig {
  readonly clusters: readonly Named[];
  readonly contexts: readonly (Named & { readonly context: { readonly user: string } })[];
  readonly users: readonly Named[];
}

/**
 * Writes the file, and again whenever a cluster of the world comes or goes.
 *
 * @returns what ends it and removes the file, which is of no use without its clusters
 */
export function keepKubeconfig(world: World, path: string): () => void {
  let written = '';
  const write = () => {
    const text = merged([...world.clusters.values()]);
    if (text === written) return;
    writeFileSync(path, text, { mode: 0o600 });
    written = text;
  };
  mkdirSync(dirname(path), { recursive: true });
  const stop = world.listeners(write);
  write();
  return () => {
    stop();
    rmSync(path, { force: true });
  };
}

/** One kubeconfig with a context for each cluster, named like it; the first is current. JSON, which is YAML. */
function merged(clusters: readonly Cluster[]): string {
  const configs = clusters.map(withOwnUsers);
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

/** Every cluster calls its user `admin`; in one file they are `demo-admin` and so on, as kubectl wants each name once. */
function withOwnUsers(cluster: Cluster): Kubeconfig {
  const { clusters, contexts, users } = JSON.parse(cluster.kubeconfig()) as Kubeconfig;
  const own = (user: string) => `${cluster.name}-${user}`;
  return {
    clusters,
    contexts: contexts.map(({ context, ...others }) => ({
      ...others,
      context: { ...context, user: own(context.user) },
    })),
    users: users.map(({ name, ...others }) => ({ name: own(name), ...others })),
  };
}
