import type { Case } from '../../../shared/domain/case.ts';

/** One execution carries so many subjects at the most. */
export const batchSize = 50;

export interface Due {
  readonly workflow: string;
  readonly case: Case;
  readonly facts: { readonly nodeName?: string };
}

/** What is started as one execution: cases of one workflow, cluster and urgency, up to 50 of them. */
export function batches(due: readonly Due[]): Due[][] {
  const groups = Map.groupBy(
    due,
    ({ workflow, case: { cluster, interrupted } }) => `${workflow} ${cluster} ${interrupted}`,
  );
  return [...groups.values()].flatMap((group) =>
    Array.from({ length: Math.ceil(group.length / batchSize) }, (_, index) =>
      group.slice(index * batchSize, (index + 1) * batchSize),
    ),
  );
}
