import { join } from 'node:path';
import type { History } from '../../sandbox/histories/contract.ts';
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

async function smallFor(invariant: string, history: History, { troubles }: Played, tries: number): Promise<Small> {
  const violates = (played: Played) => played.violations.some((each) => each.invariant === invariant);
  const part = await shrink(
    history.acts,
    troubles,
    async (given) => violates(await runHistory(assembly, history, given)),
    tries,
  );
  const { violations, told } = await runHistory(assembly, history, part);
  const acts = part.acts.map((act) => history.acts.indexOf(act));
  return { invariant, acts, troubles: part.troubles ?? [], told, violations };
}
