import { join } from 'node:path';
import * as z from 'zod';
import { InputError, readYaml } from './input.ts';
import type { WorldFile } from './world/world-file.ts';

/** All that the sandbox reads of it: the names. The application itself checks the rest, and says more about it. */
const configuration = z.looseObject({ clusters: z.record(z.string(), z.unknown()) });

/**
 * Refuses a world that lacks a cluster of the configuration: what looks after it would fail at each event. A world may have more.
 *
 * @param root the folder of the project, where `steward.yaml` is
 * @param config another file than that
 * @throws InputError naming both files and the clusters
 */
export function checkClusters(world: WorldFile, root: string, config = join(root, 'steward.yaml')): void {
  const read = configuration.safeParse(readYaml(config));
  const named = Object.keys(read.data?.clusters ?? {});
  const there = world.clusters.map(({ name }) => name);
  const missing = named.filter((name) => !there.includes(name));
  if (missing.length === 0) return;
  throw new InputError(
    `${config} names ${listed(missing)}, which the world ${world.path} does not have; it has ${listed(there)}`,
  );
}

function listed(clusters: readonly string[]): string {
  return `${clusters.length === 1 ? 'the cluster' : 'the clusters'} ${clusters.map((name) => `'${name}'`).join(', ')}`;
}
