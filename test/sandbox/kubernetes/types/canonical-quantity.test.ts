import { describe, expect, it } from '@jest/globals';
import { canonicalQuantity, QuantityError } from '../../../../sandbox/kubernetes/types/canonical-quantity.ts';

describe('a quantity as the server writes it', () => {
  it.each([
    [1, '1'],
    [0.5, '500m'],
    [1.5, '1500m'],
    [0, '0'],
    ['0m', '0'],
    [1000, '1k'],
    [1500, '1500'],
    ['1000m', '1'],
    ['100m', '100m'],
    ['0.1', '100m'],
    ['1024Mi', '1Gi'],
    ['1000Mi', '1000Mi'],
    ['1.5Gi', '1536Mi'],
    ['0.5Gi', '512Mi'],
    ['512Ki', '512Ki'],
    ['1e3', '1e3'],
    ['10e3', '10e3'],
    ['1000e3', '1e6'],
    ['-1.5', '-1500m'],
    ['0.1n', '1n'],
    [1_073_741_824, '1073741824'],
    ['1E', '1E'],
  ])('%s is %s', (given, written) => {
    expect(canonicalQuantity(given)).toBe(written);
  });

  it.each([
    ['', 'must match the regular expression'],
    ['one', 'must match the regular expression'],
    ['--1', 'must match the regular expression'],
    ['1Kk', "unable to parse quantity's suffix"],
    ['1ki', "unable to parse quantity's suffix"],
  ])('%s is none', (given, words) => {
    expect(() => canonicalQuantity(given)).toThrow(QuantityError);
    expect(() => canonicalQuantity(given)).toThrow(words);
  });
});
