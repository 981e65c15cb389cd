import * as z from 'zod';
import { checked, InputError, readYaml } from '../input.ts';
import { endpointServices } from '../services/lambda/function-networks.ts';
import { checkNetworks } from './check-networks.ts';
import { zoneNamed, zones } from './network.ts';
import { bootTimes } from './nodes/node-config.ts';

/** Descriptions are for people: the tables of docs/world-file.md and what editors show are made of them. */
const labels = z.record(z.string(), z.string());
const seconds = z.number().min(0).max(86_400);

const taint = z.strictObject({
  key: z.string(),
  value: z.string().optional(),
  effect: z.enum(['NoSchedule', 'PreferNoSchedule', 'NoExecute']),
});

const zone = z
  .string()
  .meta({ enum: zones.map(({ name }) => name) })
  .transform((name, context) => {
    const found = zoneNamed(name);
    if (found) return found;
    context.addIssue(`there is no zone '${name}'`);
    return z.NEVER;
  });

const group = z
  .strictObject({
    name: z.string().min(1).describe('of the Auto Scaling group; for a managed node group that of the node group'),
    cluster: z.string().describe('the cluster of this file that the nodes join'),
    'instance-type': z.string().default('m5.xlarge').describe('as EC2 shows it; what fits on a node is `capacity`'),
    spot: z.boolean().default(false).describe('Spot instances, which EC2 can interrupt, or on-demand ones'),
    min: z.int().min(0).default(0).describe('the smallest size of the group'),
    desired: z.int().min(0).describe('how many instances the world begins with'),
    max: z.int().min(0).describe('the largest size of the group'),
    zones: z
      .array(zone)
      .min(1)
      .prefault(zones.map(({ name }) => name))
      .describe('availability zones of the subnets of the group'),
    'capacity-rebalance': z
      .boolean()
      .default(false)
      .describe('Capacity Rebalancing: the group itself replaces an instance that gets a rebalance recommendation'),
    'joins-after': seconds
      .default(bootTimes.joinsAfter)
      .describe('seconds from the launch of an instance until its node registers'),
    'ready-after': seconds.default(bootTimes.readyAfter).describe('seconds from there until the node is Ready'),
    labels: labels.default({}).describe('labels of the nodes, besides those that EKS sets'),
    taints: z.array(taint).default([]).describe('taints of the nodes: `key`, `effect`, and `value` if there is one'),
    capacity: labels
      .optional()
      .describe('Kubernetes quantities of a node that differ from an m5.xlarge: `cpu`, `memory`, `pods` and others'),
  })
  .refine(({ min, desired, max }) => min <= desired && desired <= max, 'min <= desired <= max must hold');

export type WorldGroup = z.output<typeof group>;

/** As EC2 makes them: eight hexadecimal digits of old, 17 today (EC2 user guide, "Resource IDs"). */
const ids = (prefix: string) =>
  z.array(z.string().regex(new RegExp(`^${prefix}-[0-9a-f]{8,17}$`), `an id such as ${prefix}-0123456789abcdef0`));

const network = z.strictObject({
  name: z.string().min(1).describe('for people; the id of its VPC is made of it'),
  subnets: ids('subnet')
    .min(2)
    .max(zones.length)
    .describe('ids of its subnets, the first one in zone a, the next in b and c'),
  'security-groups': ids('sg').min(1).describe('ids of its security groups'),
  egress: z
    .enum(['nat', 'none'])
    .default('nat')
    .describe('`none`: connections from its functions to the internet, and so to AWS, are never answered'),
  endpoints: z
    .array(
      z
        .string()
        .meta({ enum: Object.keys(endpointServices) })
        .refine((name) => name in endpointServices, 'no such service'),
    )
    .default([])
    .describe('AWS services that its functions reach all the same, through VPC endpoints'),
});

const cluster = z.strictObject({
  name: z.string().min(1).describe('as `steward.yaml` names it'),
  version: z
    .string()
    .regex(/^1\.\d+$/, 'a Kubernetes version in quotes, such as "1.36"')
    .default('1.36')
    .describe('Kubernetes version, in quotes'),
  endpoint: z
    .enum(['public', 'private'])
    .default('public')
    .describe('`private`: only functions in its network reach its API server'),
  subnets: ids('subnet')
    .min(2)
    .optional()
    .describe('ids of subnets of one of `networks`, where the cluster and its nodes are; the default VPC without them'),
  'security-groups': ids('sg')
    .default([])
    .describe('functions with one of them reach the private endpoint, as with the cluster security group of EKS'),
});

export type WorldCluster = z.output<typeof cluster>;

/** A world file as a whole. Unknown keys are errors. */
export const worldSchema = z.strictObject({
  networks: z.array(network).default([]).describe('VPCs besides the default one'),
  clusters: z.array(cluster).min(1).describe('EKS clusters'),
  groups: z
    .array(group)
    .prefault([])
    .describe('Auto Scaling groups whose instances join a cluster: self-managed nodes'),
  'managed-node-groups': z
    .array(group)
    .default([])
    .describe('managed node groups of EKS; the same keys as in `groups`'),
  manifests: z
    .record(z.string(), z.array(z.looseObject({ kind: z.string() })))
    .default({})
    .describe('Kubernetes objects by cluster, applied in order, after those of `infra/kubernetes/`'),
});

/** What a world file says, and where it is. */
export interface WorldFile extends z.output<typeof worldSchema> {
  readonly path: string;
}

/**
 * Reads a file that describes a world.
 *
 * @throws InputError naming every path that is wrong
 */
export function readWorldFile(path: string): WorldFile {
  const file = checked(worldSchema, readYaml(path), path);
  const names = file.clusters.map(({ name }) => name);
  const [twice] = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice !== undefined) throw new InputError(`${path}: clusters: '${twice}' is there twice`);
  const [lost] = Object.keys(file.manifests).filter((name) => !names.includes(name));
  if (lost !== undefined)
    throw new InputError(`${path}: manifests.${lost}: clusters has no '${lost}'; it has ${names.join(', ')}`);
  const [stray] = [...file.groups, ...file['managed-node-groups']].filter(({ cluster }) => !names.includes(cluster));
  if (stray)
    throw new InputError(`${path}: group ${stray.name} names the cluster '${stray.cluster}', which is not there`);
  const wrong = checkNetworks(file);
  if (wrong !== undefined) throw new InputError(`${path}: ${wrong}`);
  return { ...file, path };
}
