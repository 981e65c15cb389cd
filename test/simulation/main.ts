import { join } from 'node:path';
import { randomHistory } from '../../sandbox/histories/random-history.ts';
import { synthesize } from '../../sandbox/synth.ts';
import { runHistory } from './run-history.ts';

const root = join(import.meta.dirname, '..', '..');
const assembly = await synthesize(root);
const [from = 1, to = from, weather = 'rough'] = [
  Number(process.argv[2] ?? 1),
  Number(process.argv[3] ?? 1),
  process.argv[4],
] as never as [number, number, 'rough'];
for (let seed = from; seed <= to; seed++) {
  const began = performance.now();
  const history = randomHistory(seed, weather);
  const { violations, told, executions, troubles } = await runHistory(assembly, history);
  console.log(
    seed,
    `${history.acts.length} acts`,
    `${Math.round(history.lasts / 60_000)} min`,
    `${executions} runs`,
    `${troubles.length} troubles`,
    `${Math.round(performance.now() - began)} ms`,
  );
  if (process.env['V'])
    for (const { at, act, what } of told) console.log('    ', (at / 60_000).toFixed(2), act.does, what);
  for (const { at, invariant, what } of violations) console.log('   ', (at / 60_000).toFixed(2), invariant, what);
}
