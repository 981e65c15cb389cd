import { execFileSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions, entries } from '../../infra/bundle.ts';

/** Size of each bundle and how long Node takes to import it, median of five processes. */
export async function bundleFigures(): Promise<{ name: string; kilobytes: number; initMs: number }[]> {
  const bundles = await bundleFunctions();
  return [...entries.keys()].map((name) => {
    const file = join(bundles.directory(name), 'index.mjs');
    const code = `const t=performance.now();await import(${JSON.stringify(`file://${file}`)});console.log(performance.now()-t)`;
    const times = Array.from({ length: 5 }, () =>
      Number(execFileSync(process.execPath, ['--input-type=module', '-e', code], { encoding: 'utf8' })),
    );
    return { name, kilobytes: statSync(file).size / 1_000, initMs: times.toSorted((a, b) => a - b)[2] ?? Number.NaN };
  });
}
