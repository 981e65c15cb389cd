import { describe, expect, it } from '@jest/globals';
import { quantity, scaled } from '../../../../sandbox/kubernetes/types/quantity.ts';

describe('a quantity', () => {
  it.each([
    ['250m', 0.25],
    ['2', 2],
    ['1.5', 1.5],
    ['16Gi', 16 * 2 ** 30],
    ['500M', 5e8],
    ['1e3', 1000],
    ['128Ki', 131072],
  ])('%s is %d', (text, value) => {
    expect(quantity(text)).toBeCloseTo(value, 9);
  });

  it.each(['', 'abc', '1X', '--1'])('"%s" is none', (text) => {
    expect(quantity(text)).toBeUndefined();
  });
});

describe('a share of pods', () => {
  it.each([
    ['25%', 10, true, 3],
    ['25%', 10, false, 2],
    ['100%', 3, true, 3],
    ['0%', 3, true, 0],
    [2, 10, true, 2],
  ] as const)('of %s of %d (rounded up: %s) is %d', (share, total, up, expected) => {
    expect(scaled(share, total, up)).toBe(expected);
  });

  it('in another form is refused', () => {
    expect(() => scaled('half', 10, true)).toThrow('not a percentage');
  });
});
