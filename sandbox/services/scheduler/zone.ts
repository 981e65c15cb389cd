/** A date and time as a calendar and a clock on the wall show it. */
export interface CivilTime {
  readonly year: number;
  /** 1 to 12. */
  readonly month: number;
  readonly day: number;
  readonly hour: number;
  readonly minute: number;
  readonly second: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

/** Does the tz database know the zone? */
export function isZone(zone: string): boolean {
  try {
    return formatOf(zone) !== undefined;
  } catch {
    return false;
  }
}

/** What the wall shows in the zone at an instant (epoch milliseconds). */
export function civilAt(instant: number, zone: string): CivilTime {
  const parts = new Map(
    formatOf(zone)
      .formatToParts(instant)
      .map(({ type, value }) => [type, Number(value)]),
  );
  const part = (name: Intl.DateTimeFormatPartTypes) => parts.get(name) ?? 0;
  return {
    year: part('year'),
    month: part('month'),
    day: part('day'),
    hour: part('hour'),
    minute: part('minute'),
    second: part('second'),
  };
}

const day = 86_400_000;

/** The instant at which a wall in UTC shows that. */
export function asIfUtc({ year, month, day: date, hour, minute, second }: CivilTime): number {
  return Date.UTC(year, month - 1, date, hour, minute, second);
}

/** The first instant at which the wall shows that; undefined where the clocks jump over it in spring. */
export function instantOf(civil: CivilTime, zone: string): number | undefined {
  const asUtc = asIfUtc(civil);
  const offsets = new Set([asUtc - day, asUtc + day].map((instant) => offsetAt(instant, zone)));
  const instants = [...offsets]
    .map((offset) => asUtc - offset)
    .filter((instant) => offsetAt(instant, zone) === asUtc - instant);
  return instants.length > 0 ? Math.min(...instants) : undefined;
}

function offsetAt(instant: number, zone: string): number {
  return asIfUtc(civilAt(instant, zone)) - Math.floor(instant / 1_000) * 1_000;
}

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone);
  if (known) return known;
  const numeric = { year: 'numeric', month: 'numeric', day: 'numeric', hour: 'numeric', minute: 'numeric' } as const;
  const format = new Intl.DateTimeFormat('en-US', { timeZone: zone, hourCycle: 'h23', second: 'numeric', ...numeric });
  formats.set(zone, format);
  return format;
}
