import { join } from 'node:path';
import type { History, Part } from '../../sandbox/histories/contract.ts';
import { randomHistory } from '../../sandbox/histories/random-history.ts';
import { synthesize } from '../../sandbox/synth.ts';
import type { Job, Result, Shown, Small } from './jobs.ts';
import { rows } from './rows.ts';
import { type Played, runHistory } from './run-history.ts';
import { shrink } from './shrink.ts';

const assembly = await synthesize(join(import.meta.dirname, '..', '..'));

process.on('message', (job: Job) => void work(job).then((result) => process.send?.(result)));
process.send?.('ready');

async function work({ seed, weather, only, known, tries, rows: open = [] }: Job): Promise<Result> {
  const history = randomHistory(seed, weather, only);
  const played = await runHistory(assembly, history);
  const violated = new Set(played.violations.map(({ invariant }) => invariant));
  const small: Small[] = [];
  const sought = new Set<string>();
  for (const invariant of tries > 0 ? violated : []) {
    const may = mayShow(invariant, played, open);
    if (known.includes(invariant) && may.length === 0) continue;
    for (const row of may) sought.add(row);
    small.push(await smallFor(invariant, history, played, tries));
  }
  return {
    seed,
    acts: history.acts.length,
    lasts: Math.round(history.lasts / 60_000),
    executions: played.executions,
    troubles: played.troubles.length,
    violations: played.violations,
    small,
    sought: [...sought],
    shown: small.flatMap((each) => shownBy(each, open)),
  };
}

async function smallFor(
  invariant: string,
  history: History,
  { troubles, violations: all }: Played,
  tries: number,
): Promise<Small> {
  const violates = async (part: Part) =>
    (await runHistory(assembly, history, part, { enough: invariant })).violations.some(
      (each) => each.invariant === invariant,
    );
  // What happens after it has nothing to do with it.
  const at = all.find((each) => each.invariant === invariant)?.at ?? 0;
  const part = await shrink(
    history.acts.filter((act) => act.at <= at),
    troubles,
    violates,
    tries,
  );
  const { violations, told } = await runHistory(assembly, history, part, { enough: invariant });
  const acts = part.acts.map((act) => history.acts.indexOf(act));
  return { invariant, acts, troubles: part.troubles ?? [], told, violations };
}

/** Known faults that nothing has shown yet, and that the history, as large as it is, could show. */
function mayShow(invariant: string, { violations, told, troubles }: Played, open: readonly string[]): string[] {
  const acts = told.map(({ act }) => act.does);
  const of = violations.filter((each) => each.invariant === invariant);
  return rows
    .filter(({ id, shows }) => open.includes(id) && of.some(({ what }) => shows({ invariant, what, acts, troubles })))
    .map(({ id }) => id);
}

/** A history with more in it shows nothing: too much of it may be there by chance. */
const smallEnough = 6;

/** Known faults that a small history shows; one of them may be of several kinds. */
function shownBy(small: Small, open: readonly string[]): Shown[] {
  const what = small.violations.find(({ invariant }) => invariant === small.invariant)?.what;
  if (what === undefined || small.acts.length > smallEnough || small.troubles.length > smallEnough) return [];
  const evidence = { ...small, what, acts: small.told.map(({ act }) => act.does) };
  return rows.filter((row) => open.includes(row.id) && row.shows(evidence)).map(({ id }) => ({ row: id, small }));
}
