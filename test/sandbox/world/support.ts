import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createCluster } from '../../../sandbox/kubernetes/cluster.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import type { NewEvent } from '../../../sandbox/services/events/contract.ts';
import type { WorldParts } from '../../../sandbox/world/contract.ts';
import { createWorld, type World } from '../../../sandbox/world/world.ts';
import { readWorldFile, type WorldFile } from '../../../sandbox/world/world-file.ts';
import type { TestCloud } from '../aws/support.ts';

/** A world as a file describes it. */
export function worldFile(given: object): WorldFile {
  const file = join(mkdtempSync(join(tmpdir(), 'world-')), 'world.yaml');
  writeFileSync(file, JSON.stringify(given));
  return readWorldFile(file);
}

/** Adds a world to a cloud: EC2, Auto Scaling and EKS. */
export async function addWorld(
  { cloud, clock, roles }: TestCloud,
  given: object,
  emit: (event: NewEvent) => void = () => undefined,
  more: Pick<WorldParts, 'lag'> = {},
): Promise<World> {
  const world = createWorld({ clock, random: seededRandom(5), roles, emit, createCluster, ...more }, worldFile(given));
  cloud.add(...world.services);
  await clock.during(async () => await world.open());
  return world;
}
