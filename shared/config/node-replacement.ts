import * as z from 'zod';
import { owners } from '../domain/owner.ts';
import { duration } from './duration.ts';

/** Descriptions are for people: the table of settings in docs/workflows/node-replacement.md is made of them. */
const action = 'act, only report, or do nothing';

/** An interruption: EC2 takes the instance away at a time that nobody can change. */
const interrupted = z.strictObject({
  action: z.enum(['drain', 'notify', 'ignore']).describe(action),
  replacement: z
    .enum(['with-drain', 'by-group'])
    .describe('launch the new instance together with the drain, or leave it to the group when the old one has ended'),
  'force-delete': z
    .boolean()
    .describe(
      'force delete a pod that its PodDisruptionBudget holds when only its own grace period is left before the deadline',
    ),
  'finish-before': duration('5s', '60s').describe(
    'how long before the end of the instance the drain must have ended, so that the instance can be terminated in its group',
  ),
});

const voluntary = {
  'replacement-timeout': duration('1m', '1h').describe('how long the new nodes may take to become Ready'),
  'drain-timeout': duration('1m', '12h').describe('how long the drain may take'),
  'on-timeout': z
    .enum(['roll-back', 'force-delete'])
    .describe(
      'when the drain does not end in time: put everything back, or force delete what is held and go on, as for an interruption',
    ),
  'unmanaged-pods': z.enum(['keep', 'evict']).describe('pods that no controller would recreate'),
};

/** A voluntary cause: nothing is lost when we stop and put everything back. */
const rebalance = z.strictObject({
  action: z.enum(['replace-first', 'notify', 'ignore']).describe(action),
  ...voluntary,
});

const manual = z.strictObject({
  replacement: z
    .enum(['before-drain', 'with-drain', 'by-group'])
    .describe('wait for the new node first, launch it together with the drain, or leave it to the group'),
  ...voluntary,
});

export type InterruptedPolicy = z.output<typeof interrupted>;
export type RebalancePolicy = z.output<typeof rebalance>;
export type ManualPolicy = z.output<typeof manual>;

const interruptedDefaults: InterruptedPolicy = {
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
  'spot-interruption': interrupted.partial().optional(),
  'instance-stopping': interrupted.partial().optional(),
  'rebalance-recommendation': rebalance.partial().optional(),
  manual: manual.partial().optional(),
};

const groupOverride = z.strictObject({
  match: z.string().min(1).max(255).describe('names of Auto Scaling groups; `*` stands for any characters'),
  ...overrides,
});

/** `node-replacement` of one cluster in steward.yaml. Defaults are what a careful operator would choose. */
export const nodeReplacementPolicy = z.strictObject({
  'spot-interruption': completed<InterruptedPolicy>(interrupted.partial(), interruptedDefaults),
  'instance-stopping': completed<InterruptedPolicy>(interrupted.partial(), {
    ...interruptedDefaults,
    replacement: 'by-group',
  }),
  'rebalance-recommendation': completed<RebalancePolicy>(rebalance.partial(), {
    action: 'replace-first',
    ...voluntaryDefaults,
  }),
  manual: completed<ManualPolicy>(manual.partial(), { replacement: 'before-drain', ...voluntaryDefaults }),
  'act-on': z
    .array(z.enum(owners))
    .max(owners.length)
    .default([])
    .describe('owners whose nodes eks-steward drains itself instead of handing them over'),
  'protected-namespaces': z
    .array(z.string().min(1).max(63))
    .max(200)
    .default(['kube-system'])
    .describe('pods here are never force deleted, whatever the deadline'),
  'node-groups': z
    .array(groupOverride)
    .max(100)
    .default([])
    .describe('other settings for some groups; only what is given there differs'),
});

export type NodeReplacementPolicy = z.output<typeof nodeReplacementPolicy>;
