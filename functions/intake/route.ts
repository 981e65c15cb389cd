import * as z from 'zod';
import type { Case, CaseNews } from '../../shared/domain/case.ts';
import type { InstanceFacts } from '../../shared/domain/instance.ts';
import type { Subject } from '../../shared/domain/subject.ts';
import type { Scope } from '../../shared/work/journal.ts';
import type { Exactly, WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import type { DropCode, EventRule } from './contract.ts';
import type { Batch, Job } from './core/batches.ts';
import { type Envelope, type Quarantine, quarantine } from './core/envelope.ts';
import type { Machine } from './ports.ts';

/** An event whose detail has been read. Times are epoch milliseconds. */
export interface Told<Detail> {
  readonly detail: Detail;
  readonly time: number;
}

/** What is known of the world when an event is judged. */
export interface World {
  readonly now: number;
  /** Clusters that steward.yaml names. */
  readonly clusters: readonly string[];
  /** The cell of a named cluster. */
  cellOf(cluster: string): string;
  /** What EC2 says of an instance that the route asked for. */
  instance(instanceId: string): InstanceFacts | undefined;
  /** The case of such an instance. */
  case(subject: Subject): Case | undefined;
  /** Which workflow, in which cell, a state machine runs; undefined when it is not ours. */
  machine(arn: string): Machine | undefined;
  /** What an execution works on and whether it still holds any of it. */
  work(workflow: string, execution: string): Promise<{ readonly scope: Scope; readonly held: boolean } | undefined>;
  look(
    machineArn: string,
    execution: string,
  ): Promise<{ readonly running: boolean; readonly redrivenAt?: number | undefined }>;
}

/** Work about one subject: its case is opened or joined, and what arrives together becomes one execution of its job. */
export interface Work {
  readonly kind: 'Work';
  readonly job: Job;
  readonly news: CaseNews;
  /** What the event told of the subject, for the execution's input. */
  readonly facts: unknown;
}

/** A job of a workflow, and the work that routes give to it. An input that the workflow would refuse is an error of tsc. */
export function jobOf<Workflow extends WorkflowContract, Facts, const Given extends z.input<Workflow['input']>>(
  workflow: Workflow,
  inputOf: (batch: Batch<Facts>) => Exactly<z.input<Workflow['input']>, Given>,
) {
  const job: Job<Facts> = { workflow: workflow.name, inputOf: inputOf as (batch: Batch<Facts>) => object };
  return { job, work: (news: CaseNews, facts: Facts): Work => ({ kind: 'Work', job, news, facts }) };
}

/** An execution that needs no case. */
export interface Start {
  readonly kind: 'Start';
  readonly workflow: string;
  readonly cell: string;
  readonly name: string;
  readonly input: object;
}

export interface Drop {
  readonly kind: 'Drop';
  readonly code: DropCode;
  readonly about: string;
  readonly detail: string;
}

export type Decision = Work | Start | Drop | Quarantine;
/** One event may start several executions. */
type Decisions = Decision | readonly Start[];

/** What one kind of event means. */
export interface Route<Schema extends z.ZodType = z.ZodType> {
  readonly rule: EventRule;
  readonly detail: Schema;
  /** The instances that EC2 and the cases are asked about before it is judged. */
  instances(detail: z.output<Schema>): readonly string[];
  decide(event: Told<z.output<Schema>>, world: World): Decisions | Promise<Decisions>;
}

/** An event with the route that judges it. */
export interface Routed {
  readonly route: Route;
  readonly event: Told<unknown>;
}

/** Finds the route of an event and reads its detail; whatever does not fit says why. */
export function routed(routes: readonly Route[], envelope: Envelope): Routed | Quarantine {
  const { source, type, time } = envelope;
  const route = routes.find(({ rule }) => rule.detailType === type);
  if (!route?.rule.sources.includes(source)) return quarantine('WrongEnvelope', `'${source}' does not send '${type}'`);
  const detail = route.detail.safeParse(envelope.detail);
  if (!detail.success) return quarantine('WrongField', z.prettifyError(detail.error));
  return { route, event: { detail: detail.data, time } };
}
