import { type Cron, nextOf, parseCron } from './cron.ts';
import { type CivilTime, instantOf } from './zone.ts';

/** A schedule expression that was understood. */
export type Expression =
  | { readonly kind: 'at'; readonly civil: CivilTime }
  | { readonly kind: 'rate'; readonly every: number }
  | { readonly kind: 'cron'; readonly cron: Cron };

const units: Readonly<Record<string, number>> = { minute: 60_000, hour: 3_600_000, day: 86_400_000 };

/**
 * `at(yyyy-mm-ddThh:mm:ss)`, `rate(value unit)` or `cron(fields)`; undefined when it is none of them. A rate in days is of
 * 24 hours each, also where a day has 23 or 25 (EventBridge Scheduler user guide, "Schedule types").
 */
export function parseExpression(text: string): Expression | undefined {
  const [, kind, inside = ''] = /^(at|rate|cron)\((.*)\)$/.exec(text.trim()) ?? [];
  if (kind === 'at') {
    const civil = parseAt(inside);
    return civil && { kind, civil };
  }
  if (kind === 'rate') {
    const every = parseRate(inside);
    return every === undefined ? undefined : { kind, every };
  }
  const cron = kind === 'cron' ? parseCron(inside) : undefined;
  return cron && { kind: 'cron', cron };
}

/** The first instant of the schedule after `after`; a rate counts from `origin`. Epoch milliseconds. */
export function nextTime(expression: Expression, zone: string, after: number, origin: number): number | undefined {
  switch (expression.kind) {
    case 'at': {
      const instant = instantOf(expression.civil, zone);
      return instant !== undefined && instant > after ? instant : undefined;
    }
    case 'rate': {
      const { every } = expression;
      return after < origin ? origin : origin + (Math.floor((after - origin) / every) + 1) * every;
    }
    case 'cron':
      return nextOf(expression.cron, zone, after);
  }
}

function parseAt(text: string): CivilTime | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})$/.exec(text);
  if (!match) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = match.slice(1).map(Number);
  const date = new Date(Date.UTC(year, month - 1, day, hour, minute, second));
  const same = date.toISOString().startsWith(text);
  return same ? { year, month, day, hour, minute, second } : undefined;
}

function parseRate(text: string): number | undefined {
  const [, value = '', unit = ''] = /^(\d+)\s+(minute|hour|day)s?$/.exec(text.trim()) ?? [];
  const length = units[unit];
  return length === undefined || Number(value) < 1 ? undefined : Number(value) * length;
}
