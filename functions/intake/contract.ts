import * as z from 'zod';

/** Why a message goes to quarantine. */
export const quarantineCodes = {
  NotJson: 'the message is not JSON',
  TooLarge: 'the message is larger than an EventBridge event can be',
  TooDeep: 'the message is nested more deeply than any AWS event',
  ForbiddenKey: 'the message has a key that would change how objects behave',
  WrongEnvelope: 'the message is not an EventBridge event that we subscribe to',
  WrongAccount: 'the event is from another account or region',
  WrongField: 'a field of the event does not have its documented form',
  FutureTime: 'the event is from the future',
  StaleTime: 'the event is more than a day old',
  Contradicted: 'EC2 says otherwise',
} as const;
export type QuarantineCode = keyof typeof quarantineCodes;

/** Why an event that is understood starts nothing. */
export const dropCodes = {
  Foreign: 'the instance belongs to no cluster',
  ClusterNotNamed: 'steward.yaml does not name the cluster',
  ClusterAmbiguous: 'the tags of the instance name several clusters',
  InstanceGone: 'the instance has ended already',
  AlreadyHandled: 'an execution has handled this instance',
  JoinedCase: 'the event joins the open case of the instance',
  NothingChanged: 'the stopped execution had changed nothing that is still there',
  OtherMachine: 'the execution is of a state machine that is not ours',
  Redriven: 'the execution was redriven and is at work again',
} as const;
export type DropCode = keyof typeof dropCodes;

/** The body that the quarantine queue holds. */
export const quarantined = z.strictObject({
  code: z.enum(Object.keys(quarantineCodes) as [QuarantineCode, ...QuarantineCode[]]),
  reason: z.string(),
  messageId: z.string(),
  /** The first 64 KiB of the message. */
  body: z.string(),
  truncated: z.boolean(),
});

/** What intake needs of the world besides its queues; infra grants it, and its ports have no more. */
export const needs = { cases: 'open', journal: 'read', instances: 'read', executions: 'start' } as const;

/** What infra sets for the function. */
export const environmentNames = {
  /** The queues of the two doors. */
  urgentUrl: 'STEWARD_URGENT_URL',
  otherUrl: 'STEWARD_OTHER_URL',
  quarantineUrl: 'STEWARD_QUARANTINE_URL',
  /** The clusters that steward.yaml names, each with its cell: `demo=public,staging=3f9a2c`. */
  clusters: 'STEWARD_CLUSTERS',
  /** What the ARNs of our state machines begin with. */
  machines: 'STEWARD_MACHINES',
  account: 'STEWARD_ACCOUNT',
} as const;

/** The source under which people send drills: PutEvents refuses sources that begin with `aws.`. */
const drillSource = 'eks-steward.drill';

/**
 * The two doors: what happens to nodes has seconds, and everything else waits behind itself only. A door is a queue with its
 * own event source mapping.
 */
export const doors = ['urgent', 'other'] as const;
export type Door = (typeof doors)[number];

/** An event that we subscribe to, or a time that comes; infra makes a rule of it, routes/ say what it means. */
export interface EventRule {
  /** Of the rule in the console. */
  readonly description: string;
  readonly detailType: string;
  readonly sources: readonly string[];
  readonly door: Door;
  /** What the rule's pattern says of the detail; nothing else reaches the door. */
  readonly detail?: Readonly<Record<string, readonly string[]>>;
  /** When it comes, for an event that the rule itself makes: `rate(1 day)`. */
  readonly schedule?: string;
}

const instanceSources = ['aws.ec2', drillSource];

export const eventRules = {
  spotInterruption: {
    description: 'EC2 takes a Spot instance away in two minutes',
    detailType: 'EC2 Spot Instance Interruption Warning',
    sources: instanceSources,
    door: 'urgent',
  },
  rebalanceRecommendation: {
    description: 'A Spot instance is at elevated risk of interruption',
    detailType: 'EC2 Instance Rebalance Recommendation',
    sources: instanceSources,
    door: 'urgent',
  },
  instanceStateChange: {
    description: 'An instance is being stopped or terminated',
    detailType: 'EC2 Instance State-change Notification',
    sources: instanceSources,
    door: 'urgent',
    detail: { state: ['stopping', 'stopped', 'shutting-down', 'terminated'] },
  },
  executionEnded: {
    description: 'An execution ended before it could put back what it had changed',
    detailType: 'Step Functions Execution Status Change',
    sources: ['aws.states'],
    door: 'other',
    detail: { status: ['ABORTED', 'TIMED_OUT', 'FAILED'] },
  },
  checkDue: {
    description: 'Every cluster is checked once a day',
    detailType: 'Scheduled Event',
    sources: ['aws.events'],
    door: 'other',
    schedule: 'rate(1 day)',
  },
} as const satisfies Readonly<Record<string, EventRule>>;
