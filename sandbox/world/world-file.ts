import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import * as z from 'zod';
import { bootTimes } from './nodes/node-config.ts';

const labels = z.record(z.string(), z.string());
const seconds = z.number().min(0).max(86_400);

const taint = z.strictObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
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
    zones: z.array(z.string()).min(1).default(['us-east-1a', 'us-east-1b', 'us-east-1c']),
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

export type WorldFile = z.output<typeof world>;

/**
 * Reads a file that describes a world.
 *
 * @throws Error naming every path that is wrong
 */
export function readWorldFile(path: string): WorldFile {
  const result = world.safeParse(parse(readFileSync(path, 'utf8')));
  if (!result.success) throw new Error(`${path}:\n${z.prettifyError(result.error)}`);
  const names = result.data.clusters.map(({ name }) => name);
  const strays = [...result.data.groups, ...result.data['managed-node-groups']].filter(
    ({ cluster }) => !names.includes(cluster),
  );
  if (strays.length > 0)
    throw new Error(`${path}: group ${strays[0]?.name} names the cluster '${strays[0]?.cluster}', which is not there`);
  return result.data;
}
