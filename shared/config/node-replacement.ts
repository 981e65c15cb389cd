import * as z from 'zod';
import { owners } from '../domain/owner.ts';
import { duration } from './duration.ts';

/** A forced cause: EC2 takes the instance away at a time that nobody can change. */
const forced = z.strictObject({
  action: z.enum(['drain', 'notify', 'ignore']),
  /** Start a new instance together with the drain, or leave it to the group when the old one has ended. */
  replacement: z.enum(['with-drain', 'by-group']),
  /** May a pod that its budget holds be deleted when only its own grace period is left before the deadline? */
  'force-delete': z.boolean(),
  /** How long before the deadline the drain must have ended, so that the instance can be terminated in its group. */
  'finish-before': duration('5s', '60s'),
});

const voluntary = {
  'replacement-timeout': duration('1m', '1h'),
  'drain-timeout': duration('1m', '12h'),
  /** When the drain has not ended in time: put everything back, or go on as for a forced cause. */
  'on-timeout': z.enum(['roll-back', 'force-delete']),
  /** Pods that no controller would recreate. */
  'unmanaged-pods': z.enum(['keep', 'evict']),
};

/** A voluntary cause: nothing is lost when we stop and put everything back. */
const rebalance = z.strictObject({ action: z.enum(['replace-first', 'notify', 'ignore']), ...voluntary });

const manual = z.strictObject({ replacement: z.enum(['before-drain', 'with-drain', 'by-group']), ...voluntary });

export type ForcedPolicy = z.output<typeof forced>;
export type RebalancePolicy = z.output<typeof rebalance>;
export type ManualPolicy = z.output<typeof manual>;

const forcedDefaults: ForcedPolicy = {
  action: 'drain',
  replacement: 'with-drain',
  'force-delete': true,
  'finish-before': '12s',
};

const voluntaryDefaults = {
  'replacement-timeout': '10m',
  'drain-timeout': '20m',
  'on-timeout': 'roll-back',
  'unmanaged-pods': 'keep',
} as const;

/** The policy with what it leaves out filled in. Zod's own defaults would also fill in the overrides of a node group. */
function completed<Policy extends object>(schema: z.ZodType<Given<Policy>>, defaults: Policy) {
  return schema.transform((given): Policy => ({ ...defaults, ...(given as Partial<Policy>) })).prefault({});
}

type Given<Policy> = { [Key in keyof Policy]?: Policy[Key] | undefined };

const overrides = {
  'spot-interruption': forced.partial().optional(),
  'instance-stopping': forced.partial().optional(),
  'rebalance-recommendation': rebalance.partial().optional(),
  manual: manual.partial().optional(),
};

const groupOverride = z.strictObject({
  /** Names of Auto Scaling groups; `*` stands for any characters. */
  match: z.string().min(1).max(255),
  ...overrides,
});

/** `node-replacement` of one cluster in steward.yaml. Defaults are what a careful operator would choose. */
export const nodeReplacementPolicy = z.strictObject({
  'spot-interruption': completed<ForcedPolicy>(forced.partial(), forcedDefaults),
  'instance-stopping': completed<ForcedPolicy>(forced.partial(), { ...forcedDefaults, replacement: 'by-group' }),
  'rebalance-recommendation': completed<RebalancePolicy>(rebalance.partial(), {
    action: 'replace-first',
    ...voluntaryDefaults,
  }),
  manual: completed<ManualPolicy>(manual.partial(), { replacement: 'before-drain', ...voluntaryDefaults }),
  /** Owners that are handed nodes over to by default, and on whose nodes we act all the same. */
  'act-on': z.array(z.enum(owners)).max(owners.length).default([]),
  /** Pods here are never force-deleted, whatever the deadline. */
  'protected-namespaces': z.array(z.string().min(1).max(63)).default(['kube-system']),
  'node-groups': z.array(groupOverride).max(100).default([]),
});

export type NodeReplacementPolicy = z.output<typeof nodeReplacementPolicy>;
