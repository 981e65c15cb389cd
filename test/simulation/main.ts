import { parseArgs } from 'node:util';
import { actsOf } from '../../sandbox/histories/acts/acts.ts';
import { weatherNames } from '../../sandbox/weather/contract.ts';
import type { Job, Result } from './jobs.ts';
import { playAll } from './pool.ts';
import { failingLine, smallText, table } from './print.ts';

const usage = `npm run simulate -- [--seeds N] [--from S] [--weather ${weatherNames.join('|')}] [--only ${Object.keys(actsOf).join(',')}]
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
    help: { type: 'boolean', default: false },
  },
});
const weather = weatherNames.find((name) => name === values.weather);
const kinds = values.only?.split(',') ?? Object.keys(actsOf);
if (values.help || !weather || kinds.some((kind) => !actsOf[kind])) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}

const only = values.only === undefined ? undefined : kinds.flatMap((kind) => Object.keys(actsOf[kind] ?? {}));
const [first, count, shrinkings] = [Number(values.from), Number(values.seeds), Number(values.shrink)];
const shrunk = new Map<string, number>();
const results: Result[] = [];
let seed = first;
const began = performance.now();

await playAll(
  Number(values.jobs),
  (): Job | undefined => {
    if (seed >= first + count) return undefined;
    const known = [...shrunk].flatMap(([invariant, times]) => (times >= shrinkings ? [invariant] : []));
    return { seed: seed++, weather, only, known, tries: shrinkings > 0 ? Number(values.tries) : 0 };
  },
  (result) => {
    results.push(result);
    if (result.violations.length > 0) console.log(failingLine(result));
    for (const small of result.small) {
      shrunk.set(small.invariant, (shrunk.get(small.invariant) ?? 0) + 1);
      console.log(smallText(result.seed, weather, small));
    }
  },
);
console.log(table(results, (performance.now() - began) / 1_000));
process.exitCode = results.some(({ violations }) => violations.length > 0) ? 1 : 0;
