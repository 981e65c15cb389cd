import type { Case } from '../../../shared/domain/case.ts';

/** One execution carries so many subjects at the most. */
export const batchSize = 50;

/** A case that an execution has to be started for, and what events told of its subject. */
export interface Due<Facts = unknown> {
  readonly job: Job<Facts>;
  readonly case: Case;
  readonly facts: Facts;
}

/** What a workflow does about cases: those that arrive together are worked on by one execution. */
export interface Job<Facts = unknown> {
  readonly workflow: string;
  /** The input of the execution for a batch, whose cases are of one cluster and urgency. */
  inputOf(batch: Batch<Facts>): object;
}

export type Batch<Facts = unknown> = readonly [Due<Facts>, ...Due<Facts>[]];

/** What is started as one execution: cases of one job, cluster and urgency, up to 50 of them. */
export function batches(due: readonly Due[]): Batch[] {
  const jobs = [...Map.groupBy(due, ({ job }) => job).values()];
  const groups = jobs.flatMap((ofJob) => [
    ...Map.groupBy(ofJob, ({ case: { cluster, interrupted } }) => `${cluster} ${interrupted}`).values(),
  ]);
  return groups.flatMap((group) =>
    Array.from(
      { length: Math.ceil(group.length / batchSize) },
      (_, index) => group.slice(index * batchSize, (index + 1) * batchSize) as unknown as Batch,
    ),
  );
}
