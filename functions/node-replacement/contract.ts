import * as z from 'zod';
import type { NodeReplacementPolicy } from '../../shared/config/node-replacement.ts';
import { clusterName } from '../../shared/config/schema.ts';
import { isInstanceId } from '../../shared/domain/instance-id.ts';
import { defineWorkflow } from '../../shared/workflow/define-workflow.ts';
import { reasonSchema } from '../../shared/workflow/reasons.ts';
import { causes, interruptions } from './causes.ts';
import { reasons } from './reasons.ts';

export { type Cause, causes, interruptions, ownCause } from './causes.ts';
export { because, type Reason, type ReasonCode, reasons } from './reasons.ts';

const reason = reasonSchema(reasons);

const outcomes = ['Replaced', 'Drained', 'NothingToDo', 'HandedOver', 'RolledBack', 'Failed'] as const;
export type Outcome = (typeof outcomes)[number];

/** `node-replacement` of one cluster in steward.yaml. */
export type Policy = NodeReplacementPolicy;

const instanceId = z.string().refine(isInstanceId, 'must be an EC2 instance id, such as i-0123456789abcdef0');
const nodeName = z
  .string()
  .max(253)
  .regex(/^[a-z0-9]([-a-z0-9.]*[a-z0-9])?$/, 'must be the name of a Kubernetes node');
const epochMilliseconds = z.int().nonnegative();
const executionName = z.string().min(1).max(80);

/** What an event told of an instance, so that an interruption can be worked on when the work table cannot be read. */
const eventFacts = z.strictObject({
  endsAt: epochMilliseconds.optional(),
  nodeName: nodeName.optional(),
});

/** The input of an execution, the same for a person and for intake. Unknown keys are refused. */
export const executionInput = z
  .strictObject({
    cluster: clusterName,
    cause: z.enum(causes).default('Manual'),
    instances: z.array(instanceId).max(50).default([]),
    nodes: z.array(nodeName).max(50).default([]),
    /** Why a person started it; goes into outcome events and the execution's output. */
    reason: z.string().max(500).optional(),
    /** The plan and its reasons, and nothing written. A person says `false` to act. */
    dryRun: z.boolean().default(true),
    facts: z.record(instanceId, eventFacts).default({}),
    /** For `Cleanup`: the name of the execution that ended without rolling back. */
    of: executionName.optional(),
  })
  .superRefine(({ cause, of, instances, nodes, facts }, context) => {
    const refuse = (path: (string | number)[], message: string) => context.addIssue({ code: 'custom', path, message });
    if (cause === 'Cleanup') {
      if (of === undefined) refuse(['of'], 'must name the execution');
      return;
    }
    if (of !== undefined) refuse(['of'], 'is for Cleanup: other work puts back what it changed itself');
    if (instances.length + nodes.length === 0)
      refuse(['instances'], 'name at least one instance or node: none means none, never all');
    if (!interruptions.includes(cause)) return;
    // Without its deadline the drain of an interrupted node would leave no pod any grace.
    if (nodes.length > 0) refuse(['nodes'], `${cause} is about instances`);
    for (const id of instances)
      if (facts[id]?.endsAt === undefined) refuse(['facts', id, 'endsAt'], `${cause} needs the time at which it ends`);
  });

/** One instance that the workflow acts on. */
const target = z.strictObject({
  instanceId,
  nodeName: z.string(),
  nodeUid: z.string(),
  /** Auto Scaling group; null when the instance belongs to none. */
  group: z.string().nullable(),
  cause: z.enum(causes),
  /** EC2 takes the instance away whatever we do. */
  interrupted: z.boolean(),
  /** When the drain must have ended: before the interruption, or by the drain timeout. Epoch milliseconds. */
  drainBy: epochMilliseconds.nullable(),
  replacement: z.enum(['BeforeDrain', 'WithDrain', 'ByGroup']),
});
export type Target = z.output<typeof target>;

const plannedPod = z.strictObject({
  pod: z.string(),
  node: z.string(),
  action: z.enum(['Evict', 'Delete', 'Wait', 'Keep']),
  gracePeriodSeconds: z.number().optional(),
  reasons: z.array(reason),
});
export type PlannedPod = z.output<typeof plannedPod>;

/** What a run writes into the journal before it does it. */
export const change = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('Resize'),
    group: z.string(),
    /** Out for replacements, and back when they are taken back. */
    direction: z.enum(['Out', 'Back']),
    from: z.int(),
    to: z.int(),
    /** The instances that are replaced by it, or ended for it. */
    instanceIds: z.array(z.string()),
  }),
  z.strictObject({ kind: z.literal('Endings'), instanceIds: z.array(z.string()) }),
]);
export type Change = z.output<typeof change>;

/** What every task is told of its run. */
const run = { cluster: clusterName, execution: executionName };
const work = z.strictObject({ ...run, targets: z.array(target).min(1).max(50) });
const answer = { outcome: z.enum(outcomes), reasons: z.array(reason) };

export const nodeReplacement = defineWorkflow({
  name: 'node-replacement',
  does: 'Drains and replaces nodes that are interrupted, recommended for rebalancing, or named by a person',
  // The longest drain that policy allows is 12 h, its replacement 1 h before and after.
  longestRun: 15 * 3_600,
  subjects: ['instance'],
  input: executionInput,
  output: z.strictObject({
    workflow: z.literal('node-replacement'),
    cluster: z.string(),
    subject: z.string(),
    why: z.string(),
    ...answer,
    plan: z.array(plannedPod),
  }),
  outcomes,
  reasons,
  cleanup: ({ cluster, execution }) => ({ cluster, cause: 'Cleanup', of: execution, dryRun: false }),
  tasks: {
    assessNodes: {
      does: 'Decides what is to be done about nodes, and claims their cases',
      needs: { settings: 'obey', cases: 'claim', journal: 'begin', groups: 'read', cluster: 'read' },
      input: z.strictObject({
        execution: executionName,
        /** The execution's input is parsed by the task, so that a person's mistake is refused with every path. */
        input: z.unknown(),
        /** Dead executions that this one has rolled back. */
        rolledBack: z.array(z.string()).default([]),
      }),
      output: z.strictObject({
        /** `TakeOver`: the execution `of` has died, and what it changed has to be put back first. */
        verdict: z.enum(['Interrupted', 'Voluntary', 'RollBack', 'TakeOver', 'DryRun', 'Nothing']),
        cluster: clusterName,
        /** What the reports call it: the instances, or the nodes that a person named. */
        subject: z.string(),
        /** The person's own words; empty when there are none. */
        why: z.string(),
        /** How the execution ends when nothing is to be done. */
        outcome: z.enum(outcomes),
        targets: z.array(target),
        /** Only in a dry run: what would happen to each pod. */
        plan: z.array(plannedPod),
        /** The execution whose changes are put back when this one rolls back. */
        of: z.string(),
        reasons: z.array(reason),
      }),
    },
    cordonNodes: {
      does: 'Cordons, taints and labels nodes',
      needs: { settings: 'obey', cluster: 'drain' },
      input: work.extend({
        /** The person's own words; empty when there are none. */
        why: z.string(),
        /** Only look whether our rights suffice. */
        dryRun: z.boolean(),
      }),
      output: z.strictObject({ reasons: z.array(reason) }),
    },
    launchReplacements: {
      does: 'Asks groups for new instances',
      needs: {
        settings: 'obey',
        cases: 'renew',
        journal: 'change',
        leases: 'take',
        groups: 'launch',
        cluster: 'read',
      },
      input: work.extend({ startedAt: epochMilliseconds }),
      output: z.strictObject({
        /** `Waiting` is only said for targets that wait for their replacement before the drain. */
        status: z.enum(['Ready', 'Waiting', 'Failed']),
        reasons: z.array(reason),
      }),
    },
    drainNodes: {
      does: 'Evicts the pods of nodes within their deadline',
      needs: { settings: 'obey', cases: 'renew', cluster: 'drain' },
      input: work.extend({
        /** The blockers of this run have been reported already. */
        blockedReported: z.boolean(),
      }),
      output: z.strictObject({
        status: z.enum(['Drained', 'Draining', 'Waiting', 'GiveUp']),
        /** Something holds pods back; the machine reports it once. */
        blocked: z.boolean(),
        evicted: z.int(),
        forceDeleted: z.int(),
        /** What was done out of the ordinary: forced deletions, shortened grace periods, nodes that were gone. */
        done: z.array(reason),
        /** Why it stands as it does. */
        reasons: z.array(reason),
      }),
    },
    terminateNodes: {
      does: 'Ends drained instances in their groups, and waits for the new nodes',
      needs: {
        settings: 'obey',
        cases: 'work',
        journal: 'change',
        leases: 'take',
        groups: 'terminate',
        cluster: 'read',
      },
      input: work.extend({ startedAt: epochMilliseconds }),
      output: z.strictObject({ status: z.enum(['Done', 'Waiting']), ...answer }),
    },
    rollBackNodes: {
      does: 'Puts back what a run had changed',
      needs: { cases: 'work', journal: 'undo', leases: 'take', groups: 'terminate', cluster: 'drain' },
      /** `of` is the execution whose changes are put back: this one, or one that was stopped from outside. */
      input: z.strictObject({ ...run, of: executionName }),
      output: z.strictObject(answer),
    },
  },
});

type Tasks = typeof nodeReplacement.tasks;
export type InputOf<Name extends keyof Tasks> = z.output<Tasks[Name]['input']>;
export type OutputOf<Name extends keyof Tasks> = z.input<Tasks[Name]['output']>;
export type NeedsOf<Name extends keyof Tasks> = Tasks[Name]['needs'];
