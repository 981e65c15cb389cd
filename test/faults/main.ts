import '../setup.ts';
import { fork } from 'node:child_process';
import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { type Cell, cells, countLeftOut, nameOf } from './cells.ts';
import { expectedFailures, writeExpectedFailures } from './expected-failures.ts';
import { printTable } from './print-table.ts';
import { recordCalls } from './record-calls.ts';
import { runCell } from './run-cell.ts';
import type { Check } from './stated-ends.ts';

const { values } = parseArgs({
  options: {
    only: { type: 'string', default: '' },
    fault: { type: 'string' },
    play: { type: 'string' },
    jobs: { type: 'string', default: String(availableParallelism()) },
    write: { type: 'boolean', default: false },
    calls: { type: 'boolean', default: false },
    /** For the processes that this one starts: `0/4` is the first of four shares. */
    share: { type: 'string' },
  },
});

type Found = readonly [name: string, violated: readonly Check[]];

const wanted = cells.filter(
  ({ call, fault, play }) =>
    `${call.who} ${call.what}`.includes(values.only) &&
    (values.fault === undefined || fault === values.fault) &&
    (values.play === undefined || play === values.play),
);

/** In a process of its own: runs a share, and tells of each cell. */
async function runShare(share: string): Promise<void> {
  const [index = 0, of = 1] = share.split('/').map(Number);
  for (const cell of wanted.filter((_, at) => at % of === index)) process.send?.([nameOf(cell), await runCell(cell)]);
  process.disconnect();
}

/** Runs all wanted cells in several processes, and tells how far they are. */
async function runAll(): Promise<ReadonlyMap<string, readonly Check[]>> {
  const found = new Map<string, readonly Check[]>();
  const jobs = Math.max(1, Math.min(Number(values.jobs), wanted.length));
  const told = ([name, violated]: Found) => {
    found.set(name, violated);
    if (process.stderr.isTTY) process.stderr.write(`\r${found.size} of ${wanted.length}`);
  };
  const ends = Array.from({ length: jobs }, (_, index) => {
    const child = fork(import.meta.filename, [...process.argv.slice(2), '--share', `${index}/${jobs}`]);
    child.on('message', (message) => told(message as Found));
    return new Promise<number | null>((resolve) => child.once('exit', resolve));
  });
  const codes = await Promise.all(ends);
  if (codes.some((code) => code !== 0)) throw new Error('a process that ran cells has failed');
  return found;
}

/** How a cell ended other than expected, in words; undefined when it did not. */
function surprise(name: string, violated: readonly Check[]): string | undefined {
  const expected = expectedFailures[name] ?? [];
  if (expected.join() === violated.join()) return undefined;
  const words = (all: readonly Check[]) => (all.length > 0 ? `violates ${all.join(', ')}` : 'ends as stated');
  return `${name}: ${words(violated)}; expected: ${words(expected)}`;
}

function report(found: ReadonlyMap<string, readonly Check[]>): void {
  const ran: readonly Cell[] = cells.filter((cell) => found.has(nameOf(cell)));
  printTable(ran, found);
  const bad = ran.map(nameOf).filter((name) => (found.get(name) ?? []).length > 0);
  console.log(`\n${ran.length} cells: ${ran.length - bad.length} end as stated, ${bad.length} end badly.`);
  for (const name of bad) console.log(`  ${name}: ${found.get(name)?.join(', ')}`);
  console.log('\nLeft out:');
  for (const [rule, count] of countLeftOut()) console.log(`  ${String(count).padStart(4)}  ${rule}`);
  const surprises = ran.flatMap((cell) => surprise(nameOf(cell), found.get(nameOf(cell)) ?? []) ?? []);
  console.log(`\n${surprises.length} other than expected-failures.json says.`);
  for (const line of surprises) console.log(`  ${line}`);
  process.exitCode = surprises.length > 0 ? 1 : 0;
}

/** What the file knows of other cells stays. */
function write(found: ReadonlyMap<string, readonly Check[]>): void {
  writeExpectedFailures(
    new Map(cells.map(nameOf).map((name) => [name, found.get(name) ?? expectedFailures[name] ?? []])),
  );
}

if (values.share !== undefined) await runShare(values.share);
else if (values.calls) console.log(JSON.stringify(await recordCalls(), undefined, 2));
else if (wanted.length === 0) throw new Error('no cell is called that');
else {
  const found = await runAll();
  report(found);
  if (values.write) write(found);
}
