import { asIfUtc, civilAt, instantOf } from './zone.ts';

/** A cron expression that was understood: which minutes and hours, and which days. */
export interface Cron {
  readonly minutes: readonly number[];
  readonly hours: readonly number[];
  readonly months: ReadonlySet<number>;
  readonly years: ReadonlySet<number>;
  readonly isDay: (year: number, month: number, day: number) => boolean;
}

interface Field {
  readonly least: number;
  readonly most: number;
  readonly names: readonly string[];
}

const monthNames = ['JAN', 'FEB', 'MAR', 'APR', 'MAY', 'JUN', 'JUL', 'AUG', 'SEP', 'OCT', 'NOV', 'DEC'];
const weekdayNames = ['SUN', 'MON', 'TUE', 'WED', 'THU', 'FRI', 'SAT'];

/** Fields and wildcards: EventBridge user guide, "Cron expressions reference"; EventBridge Scheduler has the same. */
const fields = {
  minutes: { least: 0, most: 59, names: [] },
  hours: { least: 0, most: 23, names: [] },
  dayOfMonth: { least: 1, most: 31, names: [] },
  month: { least: 1, most: 12, names: monthNames },
  dayOfWeek: { least: 1, most: 7, names: weekdayNames },
  year: { least: 1970, most: 2199, names: [] },
} as const satisfies Record<string, Field>;

/** The cron expression of six fields, without its `cron(…)`; undefined when AWS would refuse it. */
export function parseCron(text: string): Cron | undefined {
  const parts = text.trim().split(/\s+/);
  if (parts.length !== 6) return undefined;
  const [minute = '', hour = '', dayOfMonth = '', month = '', dayOfWeek = '', year = ''] = parts;
  // One of the two days must be '?': both at once would contradict each other (same page).
  if ((dayOfMonth === '?') === (dayOfWeek === '?')) return undefined;
  const minutes = numbers(minute, fields.minutes);
  const hours = numbers(hour, fields.hours);
  const months = numbers(month, fields.month);
  const years = numbers(year, fields.year);
  const isDay = dayOfMonth === '?' ? weekdays(dayOfWeek) : monthDays(dayOfMonth);
  if (!minutes || !hours || !months || !years || !isDay) return undefined;
  return { minutes, hours, months: new Set(months), years: new Set(years), isDay };
}

/**
 * The first instant after `after` that the expression names in the zone; undefined when there is none any more. A time that
 * the clocks jump over in spring is skipped, one that comes twice in autumn is taken once (EventBridge Scheduler user guide,
 * "Daylight saving time").
 */
export function nextOf(cron: Cron, zone: string, after: number): number | undefined {
  const start = civilAt(after, zone);
  for (
    let date = new Date(Date.UTC(start.year, start.month - 1, start.day));
    ;
    date.setUTCDate(date.getUTCDate() + 1)
  ) {
    const [year, month, day] = [date.getUTCFullYear(), date.getUTCMonth() + 1, date.getUTCDate()];
    if (year > fields.year.most) return undefined;
    if (!cron.years.has(year)) {
      date.setUTCMonth(11, 31);
      continue;
    }
    if (!cron.months.has(month) || !cron.isDay(year, month, day)) continue;
    const found = firstOnDay(cron, zone, after, { year, month, day });
    if (found !== undefined) return found;
  }
}

function firstOnDay(cron: Cron, zone: string, after: number, date: { year: number; month: number; day: number }) {
  const wallAfter = asIfUtc(civilAt(after, zone));
  for (const hour of cron.hours) {
    for (const minute of cron.minutes) {
      const civil = { ...date, hour, minute, second: 0 };
      // What the wall shows no later now has been for the first time already.
      if (asIfUtc(civil) <= wallAfter) continue;
      const instant = instantOf(civil, zone);
      if (instant !== undefined && instant > after) return instant;
    }
  }
  return undefined;
}

/** Lists, ranges, steps and names of one field, in ascending order; undefined when it is wrong. */
function numbers(text: string, field: Field): number[] | undefined {
  const found = new Set<number>();
  for (const item of text.split(',')) {
    const [, range = '', step] = /^([^/]+)(?:\/(\d+))?$/.exec(item) ?? [];
    const bounds = boundsOf(range, field, step !== undefined);
    const every = step === undefined ? 1 : Number(step);
    if (!bounds || every < 1) return undefined;
    for (let value = bounds[0]; value <= bounds[1]; value += every) found.add(value);
  }
  return [...found].toSorted((a, b) => a - b);
}

function boundsOf(range: string, field: Field, stepped: boolean): readonly [number, number] | undefined {
  if (range === '*') return [field.least, field.most];
  const ends = range.split('-').map((end) => numberOf(end, field));
  const [from, to] = ends;
  if (from === undefined || ends.length > 2 || (ends.length === 2 && (to === undefined || to < from))) return undefined;
  return [from, to ?? (stepped ? field.most : from)];
}

function numberOf(text: string, { least, most, names }: Field): number | undefined {
  const named = names.indexOf(text.toUpperCase());
  const value = named >= 0 ? named + least : /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= least && value <= most ? value : undefined;
}

type IsDay = Cron['isDay'];

function monthDays(text: string): IsDay | undefined {
  if (text === 'L') return (year, month, day) => day === daysIn(year, month);
  const near = /^(\d+)W$/.exec(text);
  if (near) {
    const wanted = numberOf(near[1] ?? '', fields.dayOfMonth);
    return wanted === undefined
      ? undefined
      : (year, month, day) => wanted <= daysIn(year, month) && day === nearestWeekday(year, month, wanted);
  }
  const days = numbers(text, fields.dayOfMonth);
  return days && ((_, __, day) => days.includes(day));
}

function weekdays(text: string): IsDay | undefined {
  const last = /^([^L]+)L$/.exec(text);
  if (last) {
    const wanted = numberOf(last[1] ?? '', fields.dayOfWeek);
    return wanted === undefined
      ? undefined
      : (year, month, day) => weekdayOf(year, month, day) === wanted && day > daysIn(year, month) - 7;
  }
  if (text === 'L') return (year, month, day) => weekdayOf(year, month, day) === 7;
  const nth = /^([^#]+)#([1-5])$/.exec(text);
  if (nth) {
    const wanted = numberOf(nth[1] ?? '', fields.dayOfWeek);
    return wanted === undefined
      ? undefined
      : (year, month, day) => weekdayOf(year, month, day) === wanted && Math.ceil(day / 7) === Number(nth[2]);
  }
  const days = numbers(text, fields.dayOfWeek);
  return days && ((year, month, day) => days.includes(weekdayOf(year, month, day)));
}

/** 1 is Sunday. */
function weekdayOf(year: number, month: number, day: number): number {
  return new Date(Date.UTC(year, month - 1, day)).getUTCDay() + 1;
}

function daysIn(year: number, month: number): number {
  return new Date(Date.UTC(year, month, 0)).getUTCDate();
}

/** The weekday nearest to the day, within its month. */
function nearestWeekday(year: number, month: number, day: number): number {
  const weekday = weekdayOf(year, month, day);
  if (weekday === 7) return day > 1 ? day - 1 : day + 2;
  if (weekday === 1) return day < daysIn(year, month) ? day + 1 : day - 2;
  return day;
}
