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
  JoinedCase: 'the open case of the instance takes the event in',
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

/** What infra sets for the function. */
export const environmentNames = {
  inboxUrl: 'STEWARD_INBOX_URL',
  quarantineUrl: 'STEWARD_QUARANTINE_URL',
  casesTable: 'STEWARD_CASES_TABLE',
  nodeReplacement: 'STEWARD_NODE_REPLACEMENT_ARN',
  clusters: 'STEWARD_CLUSTERS',
  account: 'STEWARD_ACCOUNT',
} as const;

/** The source under which people send drills: PutEvents refuses sources that begin with `aws.`. */
export const drillSource = 'eks-steward.drill';

/** The events that reach the inbox, by detail-type; the rules and the parser share this list. */
export const eventTypes = {
  spotInterruption: 'EC2 Spot Instance Interruption Warning',
  rebalance: 'EC2 Instance Rebalance Recommendation',
  stateChange: 'EC2 Instance State-change Notification',
  executionStatus: 'Step Functions Execution Status Change',
} as const;
