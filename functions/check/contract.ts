import * as z from 'zod';
import type { NodeReplacementPolicy } from '../../shared/config/node-replacement.ts';
import { clusterName } from '../../shared/config/schema.ts';
import { defineWorkflow } from '../../shared/workflow/define-workflow.ts';
import { reasonMaker, reasonSchema } from '../../shared/workflow/reasons.ts';

/** What can be found, each with the sentence that a person reads. */
const reasons = {
  Paused: 'eks-steward is paused: it changes nothing',
  NotDaily: 'steward.yaml says that this cluster is not checked daily',
  SettingsUnreadable: 'the settings cannot be read',
  WorkTableUnreachable: 'the work table cannot be used',
  AwsCallFailed: 'a call to AWS that work needs does not succeed',
  FunctionFailed: 'a function could not be asked',
  ClusterUnknown: 'EKS does not know the cluster',
  EndpointUnreachable: 'the endpoint of the cluster cannot be reached',
  AccessRefused:
    'the cluster refuses the token: there is no access entry for the role, or the authentication mode does not take it',
  RightMissing: 'a permission that work needs is missing in the cluster',
  RightWider: 'a permission goes beyond what eks-steward needs',
  GuardRailsAbsent: 'the guard rails are not in the cluster, or do not refuse',
  GuardRailsOld: 'the guard rails are of another version than the code',
  NodesUnseen: 'the nodes cannot be listed: their groups and instances were not looked at',
  GroupUntagged: 'the Auto Scaling group lacks the tag that lets eks-steward change it',
  InstanceUntagged: 'instances lack the tag by which their events are known',
  ClusterAmbiguous: 'the tags of instances name several clusters: their events are dropped',
  ClusterNotNamed: "the tags of instances name another cluster: their events are dropped, or taken for that cluster's",
  RuleDisabled: 'a rule is disabled or missing: its events start nothing',
  AlarmsUnheard: 'nobody is told of alarms',
  LeftOut: 'more was found than a report holds',
} as const;
export type FindingCode = keyof typeof reasons;

export const because = reasonMaker(reasons);
const reason = reasonSchema(reasons);
const outcomes = ['Healthy', 'Findings', 'NothingToDo', 'Failed'] as const;

export type Policy = NodeReplacementPolicy;

/** One thing that would stop work, or that is wider than it needs to be. */
const finding = z.strictObject({
  code: z.enum(Object.keys(reasons) as [FindingCode, ...FindingCode[]]),
  /** The function, group, rule or policy that it is about. */
  about: z.string(),
  /** What was seen. */
  evidence: z.string(),
  /** The command, or the line of steward.yaml, that fixes it. */
  fix: z.string(),
});
export type Finding = z.output<typeof finding>;

export const mostFindings = 100;
const answer = { outcome: z.enum(outcomes), reasons: z.array(reason), findings: z.array(finding).max(mostFindings) };

export const check = defineWorkflow({
  name: 'check',
  does: 'Looks for what would stop work in a cluster; changes nothing',
  longestRun: 600,
  subjects: [],
  input: z.strictObject({
    cluster: clusterName,
    cause: z.enum(['Manual', 'Daily']).default('Manual'),
  }),
  output: z.strictObject({
    workflow: z.literal('check'),
    cluster: z.string(),
    subject: z.string(),
    why: z.string(),
    ...answer,
  }),
  outcomes,
  reasons,
  example: { cluster: 'demo' },
  cleanup: null,
  tasks: {
    inspectCluster: {
      does: 'Asks every function of its cell to try what it needs, and looks at the cluster',
      needs: {
        settings: 'read',
        groups: 'read',
        instances: 'read',
        cluster: 'inspect',
        probes: 'ask',
        deployment: 'inspect',
      },
      /** The execution's input is parsed by the task, so that a person's mistake is refused with every path. */
      input: z.strictObject({ input: z.unknown() }),
      output: z.strictObject({ cluster: clusterName, ...answer }),
    },
  },
});

type Tasks = typeof check.tasks;
export type InputOf<Name extends keyof Tasks> = z.output<Tasks[Name]['input']>;
export type OutputOf<Name extends keyof Tasks> = z.input<Tasks[Name]['output']>;
export type NeedsOf<Name extends keyof Tasks> = Tasks[Name]['needs'];
