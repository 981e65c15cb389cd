import type { NormalizedSchema } from '@smithy/core/schema';

export type TimestampFormat = 'date-time' | 'http-date' | 'epoch-seconds';

/** The format of a timestamp's own trait, else the protocol's (https://smithy.io/2.0/spec/protocol-traits.html#timestampformat-trait). */
export function timestampFormat(schema: NormalizedSchema, fallback: TimestampFormat): TimestampFormat {
  const code = schema.getSchema();
  if (code === 5) return 'date-time';
  if (code === 6) return 'http-date';
  return code === 7 ? 'epoch-seconds' : fallback;
}

/** The timestamp as text; epoch seconds carry milliseconds as a fraction. */
export function formatTimestamp(date: Date, format: TimestampFormat): string {
  if (format === 'date-time') return date.toISOString().replace('.000Z', 'Z');
  if (format === 'http-date') return date.toUTCString();
  return String(date.getTime() / 1000);
}

/** Reads epoch seconds or any date text; gives the value itself when it is neither, so that validation names the member. */
export function parseTimestamp(value: unknown): unknown {
  if (typeof value === 'number') return new Date(Math.round(value * 1000));
  if (typeof value !== 'string') return value;
  const date = /^-?\d+(\.\d+)?$/.test(value) ? new Date(Math.round(Number(value) * 1000)) : new Date(value);
  return Number.isNaN(date.getTime()) ? value : date;
}
