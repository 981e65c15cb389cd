import { describe, expect, it } from '@jest/globals';
import { plural } from '../../../shared/domain/plural.ts';

describe('so many of a thing', () => {
  it.each([
    [0, '0 pods'],
    [1, '1 pod'],
    [2, '2 pods'],
  ])('%i is said as %s', (count, said) => {
    expect(plural(count, 'pod')).toBe(said);
  });
});
