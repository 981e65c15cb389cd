import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { entries } from '../../infra/bundle.ts';
import { type Measured, measureBundles } from '../../tools/measure-bundles.ts';

/** What was measured when somebody last looked: `npm run bundles` writes it. */
const table = JSON.parse(readFileSync(join(import.meta.dirname, 'bundle-sizes.json'), 'utf8')) as Record<
  string,
  number
>;
/** A bundle may grow or shrink by so much until somebody has to look at the table again. */
const slack = 1.1;

let bundles: ReadonlyMap<string, Measured>;

beforeAll(async () => {
  bundles = await measureBundles();
}, 240_000);

describe('the bundle of each function', () => {
  it('has its size in the table', () => {
    expect(Object.keys(table).toSorted()).toEqual([...entries.keys()].toSorted());
  });

  it.each([...entries.keys()])('%s is as large as it was, within a tenth', (name) => {
    const { bytes = Number.NaN, largest } = bundles.get(name) ?? {};
    const measured = table[name] ?? Number.NaN;
    const fits = bytes <= measured * slack && bytes >= measured / slack;
    // The largest parts say what came in.
    expect(fits ? { fits } : { fits, bytes, measured, largest }).toEqual({ fits: true });
  });

  it('keeps the Kubernetes client out of intake', () => {
    const parts = bundles.get('intake')?.parts ?? [];
    expect(parts.length).toBeGreaterThan(100);
    expect(parts.filter((path) => /client-node|undici/.test(path))).toEqual([]);
  });
});
