import { checked } from '../input.ts';
import type { Random } from '../random.ts';
import { type WorldFile, worldSchema } from '../world/world-file.ts';
import { randomWorkloads } from './random-workloads.ts';

/** The cluster that histories are about; `steward.yaml` names it. */
const cluster = 'demo';

/** Of so many worlds one is large: more nodes than fit into a call, more pods than into a report. */
const oneIsLarge = 80;

/** Small worlds, because faults need few nodes and many of them: one to three groups of one to five nodes. Now and then one of some 60 nodes. */
export function randomWorld(random: Random, path: string): WorldFile {
  const large = random() < 1 / oneIsLarge;
  const groups = large
    ? [{ ...randomGroup(random, 0), min: 0, desired: 52 + Math.floor(random() * 12), max: 120, 'joins-after': 40 }]
    : Array.from({ length: 1 + Math.floor(random() * 3) }, (_, number) => randomGroup(random, number));
  const podsOnANode = large ? random() * 25 : 1 + random() * 5;
  const pools = groups.map(({ name }) => name);
  const nodes = groups.reduce((sum, { desired }) => sum + desired, 0);
  const world = {
    clusters: [{ name: cluster, version: '1.36' }],
    groups,
    ...(random() < 0.2 && { 'managed-node-groups': [managed(random)] }),
    manifests: { [cluster]: randomWorkloads(random, pools, Math.ceil(nodes * podsOnANode)) },
  };
  return { ...checked(worldSchema, world, path), path };
}

function randomGroup(random: Random, number: number) {
  const name = `group-${number}`;
  const desired = 1 + Math.floor(random() * 5);
  // Many are at their minimum, because pipelines set one number for both; some have no room.
  const min = random() < 0.4 ? desired : Math.floor(random() * (desired + 1));
  const max = random() < 0.15 ? desired : desired + 1 + Math.floor(random() * 5);
  return {
    name,
    cluster,
    spot: number === 0 || random() < 0.6,
    min,
    desired,
    max,
    ...(random() < 0.3 && { zones: ['us-east-1a'] }),
    'capacity-rebalance': random() < 0.15,
    // Nodes take half a minute to five to join (karpenter issue 6425 has one that joins after its warning).
    'joins-after': Math.round(20 + random() ** 3 * 280),
    'ready-after': Math.round(5 + random() ** 2 * 60),
    labels: { pool: name },
  };
}

function managed(random: Random) {
  return {
    name: 'managed',
    cluster,
    spot: random() < 0.5,
    desired: 1 + Math.floor(random() * 2),
    max: 4,
    labels: { pool: 'managed' },
  };
}
