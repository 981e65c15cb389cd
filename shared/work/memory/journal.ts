import type { Clock } from '../../runtime/clock.ts';
import { byAge } from '../entry-order.ts';
import type { Entry, Journal, Scope } from '../journal.ts';

/** The journal of one workflow in memory; passes the same suite as the one in DynamoDB. What is kept and given are copies. */
export function memoryJournal<Change>(clock: Pick<Clock, 'now'>): Journal<Change> {
  const scopes = new Map<string, Scope>();
  const runs = new Map<string, Map<string, Entry<Change>>>();
  const rowsOf = (execution: string) => {
    const rows = runs.get(execution) ?? new Map<string, Entry<Change>>();
    runs.set(execution, rows);
    return rows;
  };
  const write = (execution: string, row: Entry<Change>): Entry<Change> => {
    rowsOf(execution).set(row.key, structuredClone(row));
    return copyOf(row);
  };

  return {
    async begin(execution, { cluster, subjects, things }) {
      scopes.set(execution, structuredClone({ cluster, subjects, things }));
    },

    async scopeOf(execution) {
      return structuredClone(scopes.get(execution));
    },

    async intend(execution, key, change) {
      const first = rowsOf(execution).get(key);
      return first ? copyOf(first) : write(execution, { key, change, settled: false, at: clock.now() });
    },

    async settle(execution, { key, change, at }) {
      const first = rowsOf(execution).get(key) ?? { key, change, at };
      write(execution, { ...first, settled: true });
    },

    async changesOf(execution) {
      return [...rowsOf(execution).values()].toSorted(byAge).map(copyOf);
    },
  };
}

function copyOf<Change>({ key, change, settled, at }: Entry<Change>): Entry<Change> {
  return structuredClone({ key, change, settled, at });
}
