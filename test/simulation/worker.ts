import { join } from 'node:path';
import type { History, Part } from '../../sandbox/histories/contract.ts';
import { randomHistory } from '../../sandbox/histories/random-history.ts';
import { synthesize } from '../../sandbox/synth.ts';
import type { Job, Result, Small } from './jobs.ts';
import { type Played, runHistory } from './run-history.ts';
import { shrink } from './shrink.ts';

const assembly = await synthesize(join(import.meta.dirname, '..', '..'));

process.on('message', (job: Job) => void work(job).then((result) => process.send?.(result)));
process.send?.('ready');

async function work({ seed, weather, only, known, tries }: Job): Promise<Result> {
  const history = randomHistory(seed, weather, only);
  const played = await runHistory(assembly, history);
  const violated = new Set(played.violations.map(({ invariant }) => invariant));
  const small: Small[] = [];
  if (tries > 0)
    for (const invariant of violated)
      if (!known.includes(invariant)) small.push(await smallFor(invariant, history, played, tries));
  return {
    seed,
    acts: history.acts.length,
    lasts: Math.round(history.lasts / 60_000),
    executions: played.executions,
    troubles: played.troubles.length,
    violations: played.violations,
    small,
  };
}

async function smallFor(
  invariant: string,
  history: History,
  { troubles, violations: all }: Played,
  tries: number,
): Promise<Small> {
  const violates = async (part: Part) =>
    (await runHistory(assembly, history, part, invariant)).violations.some((each) => each.invariant === invariant);
  // What happens after it has nothing to do with it.
  const at = all.find((each) => each.invariant === invariant)?.at ?? 0;
  const part = await shrink(
    history.acts.filter((act) => act.at <= at),
    troubles,
    violates,
    tries,
  );
  const { violations, told } = await runHistory(assembly, history, part, invariant);
  const acts = part.acts.map((act) => history.acts.indexOf(act));
  return { invariant, acts, troubles: part.troubles ?? [], told, violations };
}
