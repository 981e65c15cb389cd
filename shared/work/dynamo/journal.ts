import * as z from 'zod';
import { type Subject, subjectKinds } from '../../domain/subject.ts';
import { ApiUnavailableError } from '../../runtime/errors.ts';
import { byAge } from '../entry-order.ts';
import type { Entry, Journal } from '../journal.ts';
import { expiresAt, runIsKept } from './expiry.ts';
import { type Key, parseRow, type Row } from './row.ts';
import type { Table } from './table.ts';

const scopeRow = z.object({
  scope: z.object({
    cluster: z.string(),
    subjects: z.array(z.templateLiteral([z.enum(subjectKinds), '/', z.string().min(1)])),
    things: z.array(z.string()),
  }),
});

const changePrefix = 'change#';
const changeRow = z.object({ change: z.unknown(), settled: z.boolean(), intendedAt: z.number() });

/**
 * The journal of one workflow in DynamoDB: the rows `scope` and `change#<key>` of the partition `run#<workflow>/<execution>`.
 *
 * @param schema reads a change as it was written: what it gives back must fit it again
 */
export function dynamoJournal<Change>(table: Table, workflow: string, schema: z.ZodType<Change>): Journal<Change> {
  const partition = (execution: string) => `run#${workflow}/${execution}`;
  const scopeKey = (execution: string): Key => ({ pk: partition(execution), sk: 'scope' });
  const changeKey = (execution: string, key: string): Key => ({ pk: partition(execution), sk: changePrefix + key });
  const kept = () => ({ expiresAt: expiresAt(table.clock.now(), runIsKept) });

  const read = (row: Row) => readEntry(row, schema);

  return {
    async begin(execution, { cluster, subjects, things }) {
      await table.update(scopeKey(execution), { set: { scope: { cluster, subjects, things }, ...kept() } });
    },

    async scopeOf(execution) {
      const row = await table.get(scopeKey(execution));
      if (!row) return undefined;
      const { cluster, subjects, things } = parseRow(scopeRow, row, row).scope;
      return { cluster, subjects: subjects as Subject[], things };
    },

    async intend(execution, key, change) {
      const at = table.clock.now();
      const { took, row } = await table.update(changeKey(execution, key), {
        set: { change, settled: false, intendedAt: at, ...kept() },
        condition: 'attribute_not_exists(pk)',
      });
      if (took) return { key, change, settled: false, at };
      if (!row) throw new ApiUnavailableError(`write change ${key} of ${execution}: its row was taken away meanwhile`);
      return read(row);
    },

    async settle(execution, { key, change, at }) {
      await table.update(changeKey(execution, key), {
        set: { settled: true, ...kept() },
        // A change that could not be written down before it was made is now.
        setIfMissing: { change, intendedAt: at },
      });
    },

    async changesOf(execution) {
      const rows = await table.list(partition(execution), changePrefix);
      return rows.map(read).toSorted(byAge);
    },
  };
}

function readEntry<Change>(row: Row, schema: z.ZodType<Change>): Entry<Change> {
  const { settled, intendedAt: at, change } = parseRow(changeRow, row, row);
  return { key: row.sk.slice(changePrefix.length), change: parseRow(schema, row, change), settled, at };
}
