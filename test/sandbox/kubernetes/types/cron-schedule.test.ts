import { describe, expect, it } from '@jest/globals';
import { CronSchedule } from '../../../../sandbox/kubernetes/types/cron-schedule.ts';

function next(schedule: string, after: string, timeZone?: string): string | undefined {
  const at = new CronSchedule(schedule, timeZone).next(Date.parse(after));
  return at === undefined ? undefined : new Date(at).toISOString().replace('.000', '');
}

describe('a schedule', () => {
  it.each([
    ['*/5 * * * *', '2026-03-01T10:01:10Z', '2026-03-01T10:05:00Z'],
    ['*/5 * * * *', '2026-03-01T10:05:00Z', '2026-03-01T10:10:00Z'],
    ['30 2 * * *', '2026-03-01T10:00:00Z', '2026-03-02T02:30:00Z'],
    ['0 9-17/4 * * mon-fri', '2026-03-06T17:30:00Z', '2026-03-09T09:00:00Z'],
    ['0 0 29 2 *', '2026-03-01T00:00:00Z', '2028-02-29T00:00:00Z'],
    ['0 0 13 * 5', '2026-03-01T00:00:00Z', '2026-03-06T00:00:00Z'],
    ['0 0 * * 5', '2026-03-01T00:00:00Z', '2026-03-06T00:00:00Z'],
    ['@hourly', '2026-03-01T10:00:01Z', '2026-03-01T11:00:00Z'],
    ['@weekly', '2026-03-02T10:00:00Z', '2026-03-08T00:00:00Z'],
    ['@every 90s', '2026-03-01T10:00:00Z', '2026-03-01T10:01:30Z'],
    ['0 0 31 2 *', '2026-03-01T10:00:00Z', undefined],
  ])('%s comes after %s at %s', (schedule, after, expected) => {
    expect(next(schedule, after)).toBe(expected);
  });

  it('follows the clock of its time zone, summer and winter', () => {
    expect(next('0 9 * * *', '2026-03-28T12:00:00Z', 'Europe/Berlin')).toBe('2026-03-29T07:00:00Z');
    expect(next('0 9 * * *', '2026-10-25T12:00:00Z', 'Europe/Berlin')).toBe('2026-10-26T08:00:00Z');
  });

  it.each([
    ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
    ['61 * * * *', 'end of range (61) above maximum (59): 61'],
    ['* * 0 * *', 'beginning of range (0) below minimum (1): 0'],
    ['5-1 * * * *', 'beginning of range (5) beyond end of range (1): 5-1'],
    ['*/0 * * * *', 'step of range should be a positive number: */0'],
    ['x * * * *', 'failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ['@often', 'unrecognized descriptor: @often'],
  ])('%s is refused in the words of the server', (schedule, words) => {
    expect(() => new CronSchedule(schedule)).toThrow(words);
  });
});
