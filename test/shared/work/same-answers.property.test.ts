import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { causes } from '../../../functions/node-replacement/contract.ts';
import { type Case, leaseLength } from '../../../shared/domain/case.ts';
import { subjectOf } from '../../../shared/domain/subject.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import { dynamoCases } from '../../../shared/work/dynamo/cases.ts';
import { dynamoJournal } from '../../../shared/work/dynamo/journal.ts';
import { dynamoLeases } from '../../../shared/work/dynamo/leases.ts';
import { dynamoTable } from '../../../shared/work/dynamo/table.ts';
import type { Journal } from '../../../shared/work/journal.ts';
import type { Lease, Leases } from '../../../shared/work/leases.ts';
import { memoryCases } from '../../../shared/work/memory/cases.ts';
import { memoryJournal } from '../../../shared/work/memory/journal.ts';
import { memoryLeases } from '../../../shared/work/memory/leases.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { dynamoTables } from './dynamo-tables.ts';
import { type Change, change, changeSchema } from './journal.suite.ts';

const tables = await dynamoTables();
const clock = fakeClock();
const table = dynamoTable(tables.client(), await tables.create(), clock);
/** Each run has subjects and things of its own. */
let runs = 0;

afterAll(() => tables.close());

const after = fc.constantFrom(0, 1, leaseLength / 4 - 1, leaseLength / 4, leaseLength - 1, leaseLength);
const by = fc.constantFrom('a', 'b', 'c');
const op = <const Name extends string>(name: Name) => fc.constant(name);
const sequenceOf = <Step>(step: fc.Arbitrary<Step>) => fc.array(step, { minLength: 5, maxLength: 30 });

const caseFacts = {
  kind: fc.constantFrom('instance', 'workload'),
  cause: fc.constantFrom(...causes),
  interrupted: fc.boolean(),
  endsAt: fc.option(fc.constantFrom(1, 2, 3)),
};
const caseStep = fc.oneof(
  fc.record({ op: op('openOrJoin'), after, ...caseFacts }),
  fc.record({ op: op('claim'), after, by, ...caseFacts }),
  fc.record({ op: op('renew'), after, by }),
  fc.record({ op: op('close'), after, by, kind: caseFacts.kind }),
  fc.record({ op: op('read'), after }),
  // A case as it was read at any time before.
  fc.record({ op: op('abandon'), after, back: fc.nat(9) }),
);
type CaseStep = typeof caseStep extends fc.Arbitrary<infer Step> ? Step : never;

async function stepOnCase(cases: Cases, seen: Case[], step: CaseStep, run: number): Promise<unknown> {
  const both = [subjectOf('instance', `${run}`), subjectOf('workload', `${run}`)];
  if (step.op === 'renew') return await cases.renew(both, step.by);
  if (step.op === 'read') {
    const read = await cases.read(both);
    seen.push(...read.values());
    return read;
  }
  if (step.op === 'abandon') {
    const found = seen.at(-1 - step.back);
    return found && (await cases.abandon(found));
  }
  const subject = subjectOf(step.kind, `${run}`);
  if (step.op === 'close') return await cases.close(subject, step.by, 'Replaced');
  const { cause, interrupted, endsAt } = step;
  const news = { subject, cluster: 'demo', cause, interrupted, endsAt };
  return step.op === 'claim' ? await cases.claim(news, step.by) : await cases.openOrJoin(news);
}

const leaseStep = fc.oneof(
  fc.record({ op: op('take'), after, by, length: fc.constantFrom(1, leaseLength) }),
  // A lease as it was taken at any time before.
  fc.record({ op: op('release'), after, back: fc.nat(4) }),
);
type LeaseStep = typeof leaseStep extends fc.Arbitrary<infer Step> ? Step : never;

async function stepOnLease(leases: Leases, seen: Lease[], step: LeaseStep, run: number): Promise<unknown> {
  if (step.op === 'take') {
    const lease = await leases.take(`group/${run}`, step.by, step.length);
    if (lease) seen.push(lease);
    return lease;
  }
  const lease = seen.at(-1 - step.back);
  return lease && (await leases.release(lease));
}

const entryFacts = { by, key: fc.constantFrom('x', 'y', 'x#1', 'é', 'X'), to: fc.nat(9) };
const journalStep = fc.oneof(
  fc.record({ op: op('intend'), after: fc.nat(1), ...entryFacts }),
  fc.record({ op: op('settle'), after: fc.nat(1), ...entryFacts }),
  fc.record({ op: op('changesOf'), after: fc.nat(1), by }),
);
type JournalStep = typeof journalStep extends fc.Arbitrary<infer Step> ? Step : never;

async function stepOnJournal(journal: Journal<Change>, _: unknown[], step: JournalStep): Promise<unknown> {
  if (step.op === 'changesOf') return await journal.changesOf(step.by);
  const meant = { ...change, to: step.to };
  if (step.op === 'intend') return await journal.intend(step.by, step.key, meant);
  return await journal.settle(step.by, { key: step.key, change: meant, settled: false, at: step.to });
}

/** Does each step on both ports at one time of the clock, and compares every answer. */
async function expectSameAnswers<Port, Seen, Step extends { readonly after: number }>(
  steps: readonly Step[],
  ports: readonly [Port, Port],
  take: (port: Port, seen: Seen[], step: Step, run: number) => Promise<unknown>,
): Promise<void> {
  const seen: readonly [Seen[], Seen[]] = [[], []];
  for (const step of steps) {
    await clock.sleep(step.after);
    const answer = await take(ports[0], seen[0], step, runs);
    expect(await take(ports[1], seen[1], step, runs)).toEqual(answer);
  }
}

describe('what is kept in memory and in DynamoDB', () => {
  // Three hundred calls take a second; a machine that is busy may take its time.
  const patience = 120_000;

  it(
    'gives the same cases to any sequence of calls',
    () =>
      fc.assert(
        fc.asyncProperty(sequenceOf(caseStep), async (steps) => {
          runs += 1;
          await expectSameAnswers(steps, [memoryCases(clock), dynamoCases(table)], stepOnCase);
        }),
        { numRuns: 30 },
      ),
    patience,
  );

  it(
    'gives the same leases to any sequence of calls',
    () =>
      fc.assert(
        fc.asyncProperty(sequenceOf(leaseStep), async (steps) => {
          runs += 1;
          await expectSameAnswers(steps, [memoryLeases(clock), dynamoLeases(table)], stepOnLease);
        }),
        { numRuns: 30 },
      ),
    patience,
  );

  it(
    'gives the same changes to any sequence of calls',
    () =>
      fc.assert(
        fc.asyncProperty(sequenceOf(journalStep), async (steps) => {
          runs += 1;
          const inDynamoDb = dynamoJournal(table, `run-${runs}`, changeSchema);
          await expectSameAnswers(steps, [memoryJournal<Change>(clock), inDynamoDb], stepOnJournal);
        }),
        { numRuns: 30 },
      ),
    patience,
  );
});
