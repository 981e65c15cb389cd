import * as z from 'zod';

/** What a run says of itself in every event. */
const told = {
  workflow: z.string(),
  cluster: z.string(),
  /** What the run is about. */
  subject: z.string(),
  /** A person's own words; empty when there are none. */
  why: z.string(),
  executionArn: z.string(),
  startedAt: z.iso.datetime(),
  /** Codes are those of the workflow. */
  reasons: z.array(z.strictObject({ code: z.string(), about: z.string(), text: z.string() })),
};

/** The detail of each event that runs publish on our bus, by its detail-type; others may rely on it. */
export const outcomeEvents = {
  'Workflow Started': z.strictObject(told),
  'Workflow Blocked': z.strictObject(told),
  'Workflow Finished': z.strictObject({
    ...told,
    outcome: z.string(),
    finishedAt: z.iso.datetime(),
    /** Of a run that failed, as Step Functions tells it. */
    error: z.strictObject({ Error: z.string(), Cause: z.string() }).optional(),
  }),
} as const;

/** The detail of each outcome event. */
export type OutcomeEvents = { readonly [Type in keyof typeof outcomeEvents]: z.input<(typeof outcomeEvents)[Type]> };
