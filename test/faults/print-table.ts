import { type Cell, nameOf } from './cells.ts';
import { faultNames } from './faults.ts';
import type { Check } from './stated-ends.ts';

/** One line for each call in each play, one column for each fault: `.` ends as stated, `X` ends badly, nothing was not run. */
export function printTable(cells: readonly Cell[], found: ReadonlyMap<string, readonly Check[]>): void {
  for (const [index, fault] of faultNames.entries()) console.log(`${letter(index)}  ${fault}`);
  const rows = Map.groupBy(cells, ({ call, play }) => `${play}: ${call.who} ${call.what}`);
  const width = Math.max(...[...rows.keys()].map(({ length }) => length));
  console.log(`${' '.repeat(width)}  ${faultNames.map((_, index) => letter(index)).join('  ')}`);
  for (const [name, row] of [...rows].toSorted(([left], [right]) => (left < right ? -1 : 1))) {
    const marks = faultNames.map((fault) => {
      const cell = row.find((each) => each.fault === fault);
      if (!cell) return ' ';
      return (found.get(nameOf(cell)) ?? []).length > 0 ? 'X' : '.';
    });
    console.log(`${name.padEnd(width)}  ${marks.join('  ')}`.trimEnd());
  }
}

function letter(index: number): string {
  return String.fromCharCode('a'.charCodeAt(0) + index);
}
