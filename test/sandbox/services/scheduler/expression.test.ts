import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { nextTime, parseExpression } from '../../../../sandbox/services/scheduler/expression.ts';
import { civilAt } from '../../../../sandbox/services/scheduler/zone.ts';

const minute = 60_000;

/** The next times as UTC text without seconds. */
function times(text: string, zone: string, after: string, count: number): string[] {
  const expression = parseExpression(text);
  if (!expression) throw new Error(`${text} was refused`);
  const origin = Date.parse(after);
  const found: string[] = [];
  for (let last = origin; found.length < count; ) {
    const next = nextTime(expression, zone, last, origin);
    if (next === undefined) break;
    found.push(new Date(next).toISOString().slice(0, 16));
    last = next;
  }
  return found;
}

describe('a schedule expression', () => {
  it.each([
    // The examples of the user guide's "Cron expressions reference".
    ['cron(0 10 * * ? *)', '2026-11-24T00:00Z', ['2026-11-24T10:00', '2026-11-25T10:00']],
    ['cron(15 12 * * ? *)', '2026-11-24T12:15Z', ['2026-11-25T12:15']],
    ['cron(0 18 ? * MON-FRI *)', '2026-11-27T18:00Z', ['2026-11-30T18:00', '2026-12-01T18:00']],
    ['cron(0 8 1 * ? *)', '2026-11-24T00:00Z', ['2026-12-01T08:00', '2027-01-01T08:00']],
    ['cron(0/15 * * * ? *)', '2026-11-24T10:01Z', ['2026-11-24T10:15', '2026-11-24T10:30']],
    ['cron(0/10 * ? * MON-FRI *)', '2026-11-27T23:55Z', ['2026-11-30T00:00']],
    ['cron(0/5 8-17 ? * MON-FRI *)', '2026-11-24T17:52Z', ['2026-11-24T17:55', '2026-11-25T08:00']],
    ['cron(30 2 L * ? *)', '2028-02-01T00:00Z', ['2028-02-29T02:30', '2028-03-31T02:30']],
    ['cron(0 9 ? * 3#2 *)', '2026-11-24T00:00Z', ['2026-12-08T09:00', '2027-01-12T09:00']],
    ['cron(0 9 ? * 6L *)', '2026-11-24T00:00Z', ['2026-11-27T09:00', '2026-12-25T09:00']],
    ['cron(0 9 ? * L *)', '2026-11-24T00:00Z', ['2026-11-28T09:00']],
    ['cron(0 9 1W * ? *)', '2026-07-15T00:00Z', ['2026-08-03T09:00', '2026-09-01T09:00']],
    ['cron(0 9 31W * ? *)', '2026-01-15T00:00Z', ['2026-01-30T09:00', '2026-03-31T09:00']],
    ['cron(0 0 29 2 ? *)', '2026-01-01T00:00Z', ['2028-02-29T00:00', '2032-02-29T00:00']],
    ['cron(0 0 1 JAN,jul ? 2027)', '2026-01-01T00:00Z', ['2027-01-01T00:00', '2027-07-01T00:00']],
    ['rate(1 hours)', '2026-11-24T10:20Z', ['2026-11-24T11:20', '2026-11-24T12:20']],
    ['rate(15 minutes)', '2026-11-24T10:20Z', ['2026-11-24T10:35', '2026-11-24T10:50']],
    ['at(2026-12-24T18:00:00)', '2026-11-24T00:00Z', ['2026-12-24T18:00']],
  ])('%s after %s comes at %j', (text, after, expected) => {
    expect(times(text, 'UTC', after, expected.length)).toEqual(expected);
  });

  it('ends when no year is left that it names, and never comes on a day that does not exist', () => {
    expect(times('cron(0 0 1 1 ? 2026)', 'UTC', '2026-06-01T00:00Z', 1)).toEqual([]);
    expect(times('cron(0 0 30 2 ? *)', 'UTC', '2026-06-01T00:00Z', 1)).toEqual([]);
    expect(times('at(2026-01-01T00:00:00)', 'UTC', '2026-06-01T00:00Z', 1)).toEqual([]);
  });

  it.each([
    'cron(0 10 * * * *)',
    'cron(0 10 ? * ? *)',
    'cron(60 10 * * ? *)',
    'cron(0 24 * * ? *)',
    'cron(0 10 * 13 ? *)',
    'cron(0 10 ? * MON-XYZ *)',
    'cron(0 10 * * ?)',
    'cron(5-1 10 * * ? *)',
    'cron(0/0 10 * * ? *)',
    'rate(0 minutes)',
    'rate(5 weeks)',
    'rate(-5 minutes)',
    'at(2026-02-30T00:00:00)',
    'at(2026-02-03)',
    'every day',
    '',
  ])('%s is refused', (text) => {
    expect(parseExpression(text)).toBeUndefined();
  });

  describe('in a zone with daylight saving time', () => {
    const newYork = 'America/New_York';

    it('skips a time that the clocks jump over in spring', () => {
      expect(times('cron(30 2 * * ? *)', newYork, '2026-03-07T00:00Z', 3)).toEqual([
        '2026-03-07T07:30',
        '2026-03-09T06:30',
        '2026-03-10T06:30',
      ]);
    });

    it('takes a time that comes twice in autumn once', () => {
      expect(times('cron(30 1 * * ? *)', newYork, '2026-10-31T12:00Z', 2)).toEqual([
        '2026-11-01T05:30',
        '2026-11-02T06:30',
      ]);
    });

    it('keeps to the wall over the change, and a rate in days to 24 hours', () => {
      expect(times('cron(0 9 * * ? *)', newYork, '2026-10-31T12:00Z', 3)).toEqual([
        '2026-10-31T13:00',
        '2026-11-01T14:00',
        '2026-11-02T14:00',
      ]);
      expect(times('rate(1 day)', newYork, '2026-10-31T13:00Z', 2)).toEqual(['2026-11-01T13:00', '2026-11-02T13:00']);
    });
  });

  it('names, whatever it is, exactly the minutes that a walk over every minute finds', () => {
    const field = (least: number, most: number) =>
      fc.oneof(
        fc.constant('*'),
        fc.integer({ min: least, max: most }).map(String),
        fc
          .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: 1, max: 20 }))
          .map(([from, step]) => `${from}/${step}`),
        fc
          .tuple(fc.integer({ min: least, max: most }), fc.integer({ min: least, max: most }))
          .map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
      );
    const zones = [
      'UTC',
      'America/New_York',
      'Europe/Berlin',
      'Australia/Lord_Howe',
      'Asia/Kolkata',
      'America/Sao_Paulo',
    ];
    // Days around both changes of the clocks, and others.
    const starts = [
      '2026-03-07T00:00Z',
      '2026-03-28T12:00Z',
      '2026-10-24T12:00Z',
      '2026-10-31T00:00Z',
      '2026-04-04T00:00Z',
    ];
    fc.assert(
      fc.property(
        field(0, 59),
        field(0, 23),
        fc.constantFrom(...zones),
        fc.constantFrom(...starts),
        (minutes, hours, zone, start) => {
          const expression = parseExpression(`cron(${minutes} ${hours} * * ? *)`);
          if (expression?.kind !== 'cron') throw new Error('refused');
          const origin = Date.parse(start);
          const until = origin + 2 * 86_400_000;
          const walked: number[] = [];
          const seen = new Set<string>();
          for (let instant = origin - 4 * 3_600_000; instant <= until; instant += minute) {
            const { day, hour, minute: at } = civilAt(instant, zone);
            const wall = `${day} ${hour}:${at}`;
            const named = expression.cron.hours.includes(hour) && expression.cron.minutes.includes(at);
            if (named && !seen.has(wall) && instant > origin) walked.push(instant);
            seen.add(wall);
          }
          const found: number[] = [];
          for (let last = origin; ; ) {
            const next = nextTime(expression, zone, last, origin);
            if (next === undefined || next > until) break;
            found.push(next);
            last = next;
          }
          expect(found).toEqual(walked);
        },
      ),
      { numRuns: 20 },
    );
  });
});
