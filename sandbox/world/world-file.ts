import * as z from 'zod';
import { checked, InputError, readYaml } from '../input.ts';
import { zoneNamed, zones } from './network.ts';
import { bootTimes } from './nodes/node-config.ts';

const labels = z.record(z.string(), z.string());
const seconds = z.number().min(0).max(86_400);

const taint = z.strictObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

const zone = z.string().transform((name, context) => {
  const found = zoneNamed(name);
  if (found) return found;
  context.addIssue(`there is no zone '${name}'`);
  return z.NEVER;
});

const group = z
  .strictObject({
    name: z.string().min(1),
    cluster: z.string(),
    'instance-type': z.string().default('m5.xlarge'),
    spot: z.boolean().default(false),
    min: z.int().min(0).default(0),
    desired: z.int().min(0),
    max: z.int().min(0),
    zones: z
      .array(zone)
      .min(1)
      .default([...zones]),
    'capacity-rebalance': z.boolean().default(false),
    /** Seconds from the launch to the registration of the node, and from there to Ready. */
    'joins-after': seconds.default(bootTimes.joinsAfter),
    'ready-after': seconds.default(bootTimes.readyAfter),
    labels: labels.default({}),
    taints: z.array(taint).default([]),
    capacity: labels.optional(),
  })
  .refine(({ min, desired, max }) => min <= desired && desired <= max, 'min <= desired <= max must hold');

export type WorldGroup = z.output<typeof group>;

const world = z.strictObject({
  clusters: z
    .array(
      z.strictObject({
        name: z.string().min(1),
        version: z
          .string()
          .regex(/^1\.\d+$/)
          .default('1.36'),
      }),
    )
    .min(1),
  groups: z.array(group).default([]),
  'managed-node-groups': z.array(group).default([]),
  /** Kubernetes objects by cluster, applied in order. */
  manifests: z.record(z.string(), z.array(z.looseObject({ kind: z.string() }))).default({}),
});

/** What a world file says, and where it is. */
export interface WorldFile extends z.output<typeof world> {
  readonly path: string;
}

/**
 * Reads a file that describes a world.
 *
 * @throws InputError naming every path that is wrong
 */
export function readWorldFile(path: string): WorldFile {
  const file = checked(world, readYaml(path), path);
  const names = file.clusters.map(({ name }) => name);
  const [stray] = [...file.groups, ...file['managed-node-groups']].filter(({ cluster }) => !names.includes(cluster));
  if (stray)
    throw new InputError(`${path}: group ${stray.name} names the cluster '${stray.cluster}', which is not there`);
  return { ...file, path };
}
