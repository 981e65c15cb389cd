/** Source of the rules and words: github.com/robfig/cron/v3, parser.go and spec.go, which Kubernetes uses. */
interface Bounds {
  readonly from: number;
  readonly to: number;
  readonly names: readonly string[];
}

const months = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const days = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];
const bounds: readonly Bounds[] = [
  { from: 0, to: 59, names: [] },
  { from: 0, to: 23, names: [] },
  { from: 1, to: 31, names: [] },
  { from: 1, to: 12, names: months },
  { from: 0, to: 6, names: days },
];
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
};

interface Field {
  readonly values: ReadonlySet<number>;
  /** Written as `*`: days of the month and of the week then both have to match. */
  readonly any: boolean;
}

function numberOf(text: string, { names, from }: Bounds): number {
  const named = names.indexOf(text.toLowerCase());
  if (named >= 0) return named + from;
  if (!/^[+-]?[0-9]+$/.test(text))
    throw new Error(`failed to parse int from ${text}: strconv.Atoi: parsing "${text}": invalid syntax`);
  if (Number(text) < 0) throw new Error(`negative number (${text}) not allowed: ${text}`);
  return Number(text);
}

function limitsOf(range: string, expression: string, of: Bounds): [number, number] {
  if (range === '*' || range === '?') return [of.from, of.to];
  const parts = range.split('-');
  if (parts.length > 2) throw new Error(`too many hyphens: ${expression}`);
  const start = numberOf(parts[0] ?? '', of);
  return [start, parts[1] === undefined ? start : numberOf(parts[1], of)];
}

function checkRange(start: number, end: number, step: number, expression: string, { from, to }: Bounds): void {
  if (start < from) throw new Error(`beginning of range (${start}) below minimum (${from}): ${expression}`);
  if (end > to) throw new Error(`end of range (${end}) above maximum (${to}): ${expression}`);
  if (start > end) throw new Error(`beginning of range (${start}) beyond end of range (${end}): ${expression}`);
  if (step === 0) throw new Error(`step of range should be a positive number: ${expression}`);
}

function rangeOf(expression: string, of: Bounds): Field {
  const [range = '', written, ...more] = expression.split('/');
  if (more.length > 0) throw new Error(`too many slashes: ${expression}`);
  const [start, last] = limitsOf(range, expression, of);
  const step = written === undefined ? 1 : numberOf(written, { ...of, names: [] });
  const end = written !== undefined && !range.includes('-') ? of.to : last;
  checkRange(start, end, step, expression, of);
  const values = new Set<number>();
  for (let value = start; value <= end; value += step) values.add(value);
  return { values, any: /^[*?]/.test(range) && step <= 1 };
}

function fieldOf(text: string, of: Bounds): Field {
  const ranges = text
    .split(',')
    .filter(Boolean)
    .map((part) => rangeOf(part, of));
  return { values: new Set(ranges.flatMap(({ values }) => [...values])), any: ranges.some(({ any }) => any) };
}

interface WallTime {
  readonly minute: number;
  readonly hour: number;
  readonly day: number;
  readonly month: number;
  readonly weekday: number;
}

function wallClock(timeZone: string): (at: number) => WallTime {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone,
    hourCycle: 'h23',
    minute: 'numeric',
    hour: 'numeric',
    day: 'numeric',
    month: 'numeric',
    weekday: 'short',
  });
  return (at) => {
    const parts = new Map(format.formatToParts(at).map(({ type, value }) => [type as string, value]));
    const weekday = days.indexOf((parts.get('weekday') ?? '').toLowerCase());
    const [minute = 0, hour = 0, day = 0, month = 0] = ['minute', 'hour', 'day', 'month'].map((name) =>
      Number(parts.get(name)),
    );
    return { minute, hour, day, month, weekday };
  };
}

const minuteLength = 60_000;
/** No schedule is looked for beyond: 31 February never comes. */
const horizon = 5 * 366 * 24 * 60 * minuteLength;

/** When a CronJob's schedule comes round. */
export class CronSchedule {
  readonly #fields: readonly Field[];
  readonly #every: number | undefined;
  readonly #wall: (at: number) => WallTime;

  /** @throws Error in the words of the server */
  constructor(schedule: string, timeZone = 'UTC') {
    this.#wall = wallClock(timeZone);
    this.#every = everyOf(schedule);
    this.#fields = this.#every === undefined ? fieldsOf(schedule) : [];
  }

  /** The first time after another, both in epoch milliseconds. */
  next(after: number): number | undefined {
    if (this.#every !== undefined) return Math.floor(after / 1000) * 1000 + this.#every;
    let at = Math.floor(after / minuteLength + 1) * minuteLength;
    while (at < after + horizon) {
      const wall = this.#wall(at);
      if (!this.#dayMatches(wall) || !this.#fields[1]?.values.has(wall.hour)) at += (60 - wall.minute) * minuteLength;
      else if (this.#fields[0]?.values.has(wall.minute)) return at;
      else at += minuteLength;
    }
    return undefined;
  }

  #dayMatches({ day, month, weekday }: WallTime): boolean {
    const [, , ofMonth, ofYear, ofWeek] = this.#fields;
    if (!ofMonth || !ofWeek || !ofYear?.values.has(month)) return false;
    const [inMonth, inWeek] = [ofMonth.values.has(day), ofWeek.values.has(weekday)];
    return ofMonth.any || ofWeek.any ? inMonth && inWeek : inMonth || inWeek;
  }
}

function fieldsOf(schedule: string): Field[] {
  if (schedule.startsWith('@') && !descriptors[schedule]) throw new Error(`unrecognized descriptor: ${schedule}`);
  const texts = (descriptors[schedule] ?? schedule).split(/\s+/).filter(Boolean);
  if (texts.length !== 5) throw new Error(`expected exactly 5 fields, found ${texts.length}: [${texts.join(' ')}]`);
  return bounds.map((of, at) => fieldOf(texts[at] ?? '', of));
}

const units: Readonly<Record<string, number>> = { h: 3600_000, m: 60_000, s: 1000 };

/** `@every 1h30m`. Source: constantdelay.go. */
function everyOf(schedule: string): number | undefined {
  const text = /^@every (.*)$/.exec(schedule)?.[1];
  if (text === undefined) return undefined;
  if (!/^(?:[0-9]+[hms])+$/.test(text))
    throw new Error(`failed to parse duration ${schedule}: time: invalid duration "${text}"`);
  const parts = [...text.matchAll(/([0-9]+)([hms])/g)];
  return Math.max(
    1000,
    parts.reduce((sum, [, count, unit = '']) => sum + Number(count) * (units[unit] ?? 0), 0),
  );
}
