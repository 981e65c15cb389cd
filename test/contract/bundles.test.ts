import { beforeAll, describe, expect, it } from '@jest/globals';
import { type Bundles, bundleFunctions, entries } from '../../infra/bundle.ts';

/** Bytes that Lambda loads before the first line runs; see docs/decisions/002-one-bundling-run.md. */
const budget = { intake: 1_400_000, kubernetes: 2_900_000 };

let bundles: Bundles;

beforeAll(async () => {
  bundles = await bundleFunctions();
}, 60_000);

describe('the bundle of each function', () => {
  it.each(Object.keys(entries))('%s is within its budget', (name) => {
    const [, output] = Object.entries(bundles.metafile.outputs).find(([path]) => path.includes(`/${name}/`)) ?? [];
    const largest = Object.entries(output?.inputs ?? {})
      .map(([path, { bytesInOutput }]) => ({ path, bytesInOutput }))
      .toSorted((a, b) => b.bytesInOutput - a.bytesInOutput);
    const limit = name === 'intake' ? budget.intake : budget.kubernetes;
    expect({ largest: largest[0]?.path, within: (output?.bytes ?? Number.POSITIVE_INFINITY) <= limit }).toMatchObject({
      within: true,
    });
  });

  it('keeps the Kubernetes client out of intake', () => {
    const [, output] = Object.entries(bundles.metafile.outputs).find(([path]) => path.includes('/intake/')) ?? [];
    expect(Object.keys(output?.inputs ?? {}).filter((path) => /client-node|undici/.test(path))).toEqual([]);
  });
});
