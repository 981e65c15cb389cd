import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { dailyName, executionName } from '../../../../functions/intake/core/execution-name.ts';
import { subjectKinds, subjectOf } from '../../../../shared/domain/subject.ts';

const anyCase = fc
  .tuple(fc.constantFrom(...subjectKinds), fc.string({ minLength: 1 }), fc.integer({ min: 1 }))
  .map(([kind, id, generation]) => ({ subject: subjectOf(kind, id), generation }));
const anyCluster = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z_-]{0,99}$/);
const [one, other] = [
  { subject: subjectOf('instance', 'i-1'), generation: 1 },
  { subject: subjectOf('instance', 'i-2'), generation: 1 },
];

describe('the name of an execution', () => {
  it('is one that Step Functions takes, and begins with its cluster', () => {
    fc.assert(
      fc.property(fc.string(), anyCluster, fc.array(anyCase, { minLength: 1 }), (workflow, cluster, cases) => {
        for (const name of [executionName(workflow, cluster, cases), dailyName(workflow, cluster, '2026-11-24')]) {
          expect(name).toMatch(/^[A-Za-z0-9_-]{1,80}$/);
          expect(name.startsWith(cluster.slice(0, 40))).toBe(true);
        }
      }),
    );
  });

  it('is the same for the same cases in any order', () => {
    const name = executionName('node-replacement', 'demo', [one, other]);
    expect(executionName('node-replacement', 'demo', [other, one])).toBe(name);
    expect(name).toMatch(/^demo-[0-9a-f]{24}$/);
  });

  it('is another for another workflow, cluster, case or generation', () => {
    const names = [
      executionName('node-replacement', 'demo', [one]),
      executionName('node-refresh', 'demo', [one]),
      executionName('node-replacement', 'prod', [one]),
      executionName('node-replacement', 'demo', [other]),
      executionName('node-replacement', 'demo', [one, other]),
      executionName('node-replacement', 'demo', [{ ...one, generation: 2 }]),
    ];
    expect(new Set(names).size).toBe(names.length);
  });
});
