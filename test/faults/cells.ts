import type { Call } from './calls.ts';
import { type FaultName, faultNames, rules } from './faults.ts';
import { type PlayName, plays } from './plays.ts';
import { registry } from './registry.ts';

/** One cell of the table: a call meets a fault in a play. */
export interface Cell {
  readonly call: Call;
  readonly fault: FaultName;
  readonly play: PlayName;
}

/** A cell's name in `expected-failures.json` and in reports. */
export function nameOf({ call, fault, play }: Cell): string {
  return `${play}: ${call.who} ${call.what}: ${fault}`;
}

/** Every cell that makes sense, in the order of the registry. */
export const cells: readonly Cell[] = registry.flatMap(({ call, row }) =>
  typeof row === 'string'
    ? []
    : row.flatMap((play) =>
        faultNames.filter((fault) => !leftOut(call, fault)).map((fault) => ({ call, fault, play })),
      ),
);

/** The cells of one call in one play. */
const rowsOfCells = [...Map.groupBy(cells, ({ call, play }) => `${play}: ${call.who} ${call.what}`).values()];

/**
 * What runs in `npm test`: each call meets two faults in a forced play, where harm is done, and one in every other; the faults take turns. The
 * others run in `npm run faults`: all of them would take a quarter of an hour.
 */
export const inNpmTest: readonly Cell[] = rowsOfCells.flatMap((row, turn) => {
  const isForced = row.some(({ play }) => plays[play].urgency === 'forced');
  const chosen = isForced ? [turn, turn + Math.floor(row.length / 2)] : [turn];
  return chosen.flatMap((index) => row[index % row.length] ?? []);
});

/** How many cells each rule leaves out. */
export function countLeftOut(): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const { call, row } of registry) {
    for (const fault of faultNames) {
      const rule = leftOut(call, fault);
      if (rule && typeof row !== 'string') counts.set(rule, (counts.get(rule) ?? 0) + row.length);
    }
  }
  return counts;
}

/** The rule that leaves a cell out, in words; undefined when none does. */
function leftOut(call: Call, fault: FaultName): string | undefined {
  return rules.find((rule) => rule.leavesOut(call, fault))?.says;
}
