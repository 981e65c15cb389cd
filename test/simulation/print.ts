import type { WeatherName } from '../../sandbox/weather/contract.ts';
import { invariants } from './invariants/invariants.ts';
import type { Result, Small } from './jobs.ts';
import { rows } from './rows.ts';

const time = (milliseconds: number) => {
  const minutes = Math.floor(milliseconds / 60_000);
  return `+${minutes}m${((milliseconds % 60_000) / 1_000).toFixed(1).padStart(4, '0')}`;
};

/** One line for a seed that fails: each invariant once, with its first violation. */
export function failingLine({ seed, violations }: Result): string {
  const first = new Map(violations.toReversed().map((violation) => [violation.invariant, violation]));
  const parts = [...first.values()]
    .toReversed()
    .map(({ invariant, at, what }) => `${invariant} ${time(at)} ${what.replaceAll('\n', ' ').slice(0, 200)}`);
  return `seed ${seed}: ${parts.join(' | ')}`;
}

interface Played {
  readonly seed: number;
  readonly weather: WeatherName;
  /** Whose acts are in it. */
  readonly only: string | undefined;
}

/** A history that was made small, and how to see it. */
export function smallText(
  { seed, weather, only }: Played,
  { invariant, acts, troubles, told, violations }: Small,
): string {
  const violation = violations.find((each) => each.invariant === invariant);
  return [
    `  ${invariant}, with ${acts.length} acts and ${troubles.length} troubles:`,
    ...told.map(({ at, what }) => `    ${time(at).padStart(12)}  ${what}`),
    ...troubles.map((name) => `                  trouble: ${name}`),
    ...(violation ? [`    ${time(violation.at).padStart(12)}  => ${violation.what}`] : ['    (only with all of it)']),
    `  npm start -- --replay ${seed} --weather ${weather}${only === undefined ? '' : ` --only ${only}`} --acts ${acts.join(',') || 'none'} --troubles '${troubles.join(',') || 'none'}'`,
  ].join('\n');
}

/**
 * How many seeds violate each invariant, and the first of them.
 *
 * @param played how many of the results were played in so many seconds; the others were kept
 */
export function table(results: readonly Result[], played: number, seconds: number): string {
  const failing = results.filter(({ violations }) => violations.length > 0);
  const lines = invariants.map(({ name }) => {
    const seeds = results.flatMap(({ seed, violations }) =>
      violations.some(({ invariant }) => invariant === name) ? [seed] : [],
    );
    return `  ${name.padEnd(34)} ${String(seeds.length).padStart(6)}   ${seeds
      .toSorted((a, b) => a - b)
      .slice(0, 6)
      .join(', ')}`;
  });
  const sum = (of: (result: Result) => number) => results.reduce((total, result) => total + of(result), 0);
  const mean = (of: (result: Result) => number) => (sum(of) / Math.max(1, results.length)).toFixed(1);
  return [
    '',
    `  ${'invariant'.padEnd(34)} ${'seeds'.padStart(6)}   the first`,
    ...lines,
    '',
    `${results.length} seeds, ${played} of them played in ${seconds.toFixed(0)} s (${(played / seconds).toFixed(2)} a second); ${failing.length} failing; on average ${mean(({ acts }) => acts)} acts, ${mean(({ executions }) => executions)} executions, ${mean(({ troubles }) => troubles)} troubles, ${mean(({ lasts }) => lasts)} min`,
  ].join('\n');
}

/** Which known faults have been shown, by which seed and invariant, with what was needed. */
export function rowsTable(shown: ReadonlyMap<string, { readonly seed: number; readonly small: Small }>): string {
  const lines = rows.map(({ id, says }) => {
    const found = shown.get(id);
    if (!found) return `| ${id} | ${says} | not found | | |`;
    const { seed, small } = found;
    const needs = [
      ...new Set([...small.told.map(({ act }) => act.does), ...small.troubles.map((name) => name.replace(/ #.*/, ''))]),
    ];
    return `| ${id} | ${says} | ${seed} | ${small.invariant} | ${needs.slice(0, 6).join(', ')} |`;
  });
  return [
    '',
    '| row | fault | seed | invariant | needs |',
    '| --- | --- | --- | --- | --- |',
    ...lines,
    '',
    `${shown.size} of ${rows.length} shown`,
  ].join('\n');
}
