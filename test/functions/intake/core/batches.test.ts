import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { batches, batchSize, type Due, type Job } from '../../../../functions/intake/core/batches.ts';
import { subjectOf } from '../../../../shared/domain/subject.ts';

/** Two jobs of one workflow, whose inputs may differ, and one of another. */
const [replace, repair, upgrade]: [Job, Job, Job] = [job('node'), job('node'), job('addon')];

function job(workflow: string): Job {
  return { workflow, inputOf: () => ({}) };
}

function due(of: Job, cluster: string, interrupted: boolean, index: number): Due {
  const told = { subject: subjectOf('instance', `i-${index}`), cluster, cause: 'Manual', interrupted } as const;
  const opened = { endsAt: null, generation: 1, state: 'Open', openedAt: 0 } as const;
  return { job: of, facts: {}, case: { ...told, ...opened, holder: null, leaseUntil: null, closed: null } };
}

const anyDue = fc
  .array(fc.tuple(fc.constantFrom(replace, repair, upgrade), fc.constantFrom('demo', 'prod'), fc.boolean()), {
    maxLength: 300,
  })
  .map((all) => all.map(([of, cluster, interrupted], index) => due(of, cluster, interrupted, index)));

describe('the batches of what is due', () => {
  it.each([
    [0, []],
    [1, [1]],
    [50, [50]],
    [51, [50, 1]],
    [120, [50, 50, 20]],
  ])('of %i cases have up to 50 each', (count, sizes) => {
    const all = Array.from({ length: count }, (_, index) => due(replace, 'demo', true, index));
    expect(batches(all).map(({ length }) => length)).toEqual(sizes);
  });

  it('lose nothing, double nothing and mix nothing, in as few executions as there can be', () => {
    fc.assert(
      fc.property(anyDue, (all) => {
        const made = batches(all);
        expect(new Set(made.flat())).toEqual(new Set(all));
        expect(made.flat()).toHaveLength(all.length);
        const kindOf = ({ job: of, case: { cluster, interrupted } }: Due) =>
          `${[replace, repair, upgrade].indexOf(of)} ${cluster} ${interrupted}`;
        for (const batch of made) {
          expect(batch.length).toBeGreaterThan(0);
          expect(batch.length).toBeLessThanOrEqual(batchSize);
          expect(new Set(batch.map(kindOf)).size).toBe(1);
        }
        const fewest = [...Map.groupBy(all, kindOf).values()].map(({ length }) => Math.ceil(length / batchSize));
        expect(made).toHaveLength(fewest.reduce((sum, count) => sum + count, 0));
      }),
    );
  });
});
