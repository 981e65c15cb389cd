import { parseArgs } from 'node:util';
import { actsBy, actsOf } from '../../sandbox/histories/acts/acts.ts';
import { weatherNames } from '../../sandbox/weather/contract.ts';
import { type Played, played, writeExpectedFailures } from './expected.ts';
import type { Job, Result, Small } from './jobs.ts';
import { keep, readKept } from './kept.ts';
import { playAll } from './pool.ts';
import { failingLine, rowsTable, smallText, table } from './print.ts';
import { rows } from './rows.ts';

const usage = `npm run simulate -- [--seeds N] [--from S] [--weather ${weatherNames.join('|')}] [--only ${Object.keys(actsOf).join(',')}]
                   [--rows: makes histories small until each known fault has been shown, and lists them]
                   [--keep FILE: keeps the result of each seed there, and goes on from those that it has]
                   [--record: writes down what the seeds of npm test violate]
                   [--shrink N: for so many seeds of each invariant; 1] [--tries N: histories played to make one small; 60] [--jobs N; 2]`;

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '100' },
    from: { type: 'string', default: '1' },
    weather: { type: 'string', default: 'rough' },
    only: { type: 'string' },
    shrink: { type: 'string', default: '1' },
    tries: { type: 'string', default: '60' },
    jobs: { type: 'string', default: '2' },
    keep: { type: 'string' },
    record: { type: 'boolean', default: false },
    rows: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});
const weather = weatherNames.find((name) => name === values.weather);
if (values.help || !weather) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

if (values.record) await record();

const only = values.only === undefined ? undefined : actsBy(values.only.split(','));
const [first, count, shrinkings] = [Number(values.from), Number(values.seeds), Number(values.shrink)];
const shrunk = new Map<string, number>();
const sought = new Map<string, number>();
const results: Result[] = [];
const shown = new Map<string, { readonly seed: number; readonly small: Small }>();
for (const result of values.keep === undefined ? [] : readKept(values.keep)) noted(result);
const left = Array.from({ length: count }, (_, index) => first + index).filter(
  (seed) => !results.some((result) => result.seed === seed),
);
const kept = results.length;
const began = performance.now();

await playAll(
  Number(values.jobs),
  (): Job | undefined => {
    const seed = left.shift();
    if (seed === undefined) return undefined;
    const known = [...shrunk].flatMap(([invariant, times]) => (times >= shrinkings ? [invariant] : []));
    const rowsLeft = values.rows ? rows.map(({ id }) => id).filter(isSought) : [];
    return { seed, weather, only, known, rows: rowsLeft, tries: shrinkings > 0 ? Number(values.tries) : 0 };
  },
  (result) => {
    noted(result);
    if (values.keep !== undefined) keep(values.keep, result);
    if (result.violations.length > 0) console.log(failingLine(result));
    for (const small of result.small) console.log(smallText({ seed: result.seed, weather, only: values.only }, small));
  },
);
console.log(table(results, results.length - kept, (performance.now() - began) / 1_000));
if (values.rows) console.log(rowsTable(shown));
process.exitCode = results.some(({ violations }) => violations.length > 0) ? 1 : 0;

/** A row that so many histories could have shown, and did not when they were small, is given up: looking for it is most of the work. */
function isSought(row: string): boolean {
  return !shown.has(row) && (sought.get(row) ?? 0) < 25;
}

function noted(result: Result): void {
  results.push(result);
  for (const { row, small } of result.shown) if (!shown.has(row)) shown.set(row, { seed: result.seed, small });
  for (const row of result.sought) sought.set(row, (sought.get(row) ?? 0) + 1);
  for (const { invariant } of result.small) shrunk.set(invariant, (shrunk.get(invariant) ?? 0) + 1);
}

async function record(): Promise<never> {
  const found = { rough: {} as Record<string, string[]>, storm: {} as Record<string, string[]> };
  const jobs = Object.entries(played).flatMap(([name, count]) =>
    Array.from({ length: count }, (_, index): Job => {
      return { seed: index + 1, weather: name as Played, known: [], tries: 0 };
    }),
  );
  for (const name of ['rough', 'storm'] as const) {
    const left = jobs.filter((job) => job.weather === name);
    await playAll(
      Number(values.jobs),
      () => left.shift(),
      ({ seed, violations }) => {
        const names = [...new Set(violations.map(({ invariant }) => invariant))].toSorted();
        if (names.length > 0) found[name][seed] = names;
      },
    );
  }
  writeExpectedFailures(found);
  return process.exit(0);
}
