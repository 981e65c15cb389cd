import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { formatDuration, parseDuration } from '../../../shared/domain/duration.ts';
import { instanceOfProviderId, isInstanceId } from '../../../shared/domain/instance-id.ts';
import { selects } from '../../../shared/domain/label-selector.ts';

describe('a duration', () => {
  it.each([
    ['90s', 90_000],
    ['15m', 900_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
  ])('%s is %d ms', (text, expected) => {
    expect(parseDuration(text)).toBe(expected);
  });

  it.each(['', '5', 'm', '5 m', '-5m', '1m1h', '1.5h', '5M'])('%j is none', (text) => {
    expect(parseDuration(text)).toBeUndefined();
  });

  it('reads back what it writes', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seconds) => {
        expect(parseDuration(formatDuration(seconds * 1_000))).toBe(seconds * 1_000);
      }),
    );
  });
});

describe('an instance id', () => {
  it.each(['i-0123abcd', 'i-0123456789abcdef0'])('is %s', (text) => expect(isInstanceId(text)).toBe(true));

  it.each(['', 'i-', 'I-0123abcd', 'i-123', 'i-0123456789abcdef01', 'i-0123ABCD', 'i-0123abcd\n'])(
    'is not %j',
    (text) => expect(isInstanceId(text)).toBe(false),
  );

  it.each([
    ['aws:///us-east-1a/i-0123456789abcdef0', 'i-0123456789abcdef0'],
    ['aws:///us-east-1a/fargate-ip-10-0-1-7.ec2.internal', undefined],
    ['gce:///x/i-0123456789abcdef0', undefined],
    [undefined, undefined],
  ])('in %s is %s', (providerId, expected) => expect(instanceOfProviderId(providerId)).toBe(expected));
});

describe('a label selector', () => {
  const labels = { app: 'web', tier: 'front' };

  it.each([
    [{}, true],
    [{ matchLabels: { app: 'web' } }, true],
    [{ matchLabels: { app: 'web', tier: 'back' } }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'In', values: ['web', 'api'] }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'In', values: ['a'] }] }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'NotIn', values: ['web'] }] }, false],
    [{ matchExpressions: [{ key: 'zone', operator: 'NotIn', values: ['a'] }] }, true],
    [{ matchExpressions: [{ key: 'app', operator: 'Exists' }] }, true],
    [{ matchExpressions: [{ key: 'zone', operator: 'DoesNotExist' }] }, true],
    [{ matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, false],
    [{ matchExpressions: [{ key: 'app', operator: 'Gt', values: ['1'] }] }, false],
  ])('%j on app=web, tier=front: %s', (selector, expected) => expect(selects(selector, labels)).toBe(expected));
});
