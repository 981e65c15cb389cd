// Writes how large the bundle of each function is into test/contract/bundle-sizes.json: `npm run bundles`. A test fails when a bundle is
// more than a tenth larger or smaller.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleFunctions, entries } from '../infra/bundle.ts';

/** The bundle of one function: bytes that Lambda loads before the first line runs (docs/decisions/002-one-bundling-run.md). */
export interface Measured {
  readonly bytes: number;
  /** The files in it. */
  readonly parts: readonly string[];
  /** The largest ten with their bytes. */
  readonly largest: readonly (readonly [path: string, bytes: number])[];
}

export async function measureBundles(): Promise<Map<string, Measured>> {
  const { metafile } = await bundleFunctions();
  return new Map(
    [...entries.keys()].map((name): [string, Measured] => {
      const [, output] = Object.entries(metafile.outputs).find(([path]) => path.endsWith(`/${name}/index.mjs`)) ?? [];
      if (!output) throw new Error(`esbuild made no bundle of ${name}`);
      const parts = Object.entries(output.inputs).map(([path, { bytesInOutput }]) => [path, bytesInOutput] as const);
      const largest = parts.toSorted(([, a], [, b]) => b - a).slice(0, 10);
      return [name, { bytes: output.bytes, parts: parts.map(([path]) => path), largest }];
    }),
  );
}

if (process.argv[1] === import.meta.filename) {
  const sizes = [...(await measureBundles())].map(([name, { bytes }]) => [name, bytes]);
  const file = join(import.meta.dirname, '..', 'test', 'contract', 'bundle-sizes.json');
  writeFileSync(file, `${JSON.stringify(Object.fromEntries(sizes), null, 2)}\n`);
}
