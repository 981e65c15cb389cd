import * as z from 'zod';
import { type QuarantineCode, quarantineCodes } from '../contract.ts';

/** An event of EventBridge as far as every event is alike. */
export interface Envelope {
  readonly source: string;
  readonly type: string;
  /** When it was sent. Epoch milliseconds. */
  readonly time: number;
  readonly detail: unknown;
}

export interface Quarantine {
  readonly kind: 'Quarantine';
  readonly code: QuarantineCode;
  readonly reason: string;
}

export interface Receiver {
  readonly now: number;
  readonly account: string;
  readonly region: string;
}

/** PutEvents takes entries of up to 256 KiB (EventBridge quotas). */
const largest = 256 * 1_024;
/** AWS's own events are fewer than ten levels deep. */
const deepest = 32;
/** Clocks differ; minutes do not. Milliseconds. */
const aheadAtMost = 5 * 60_000;
/** EventBridge retries a target for 24 h (eb-rule-retry-policy). Milliseconds. */
const behindAtMost = 24 * 3_600_000;

const envelope = z.looseObject({
  source: z.string(),
  'detail-type': z.string(),
  account: z.string().regex(/^\d{12}$/),
  region: z.string(),
  time: z.iso.datetime({ offset: true }),
  detail: z.record(z.string(), z.unknown()),
});

/** Reads the envelope of one message. Never throws: what cannot be understood says why. */
export function openEnvelope(body: string, receiver: Receiver): Envelope | Quarantine {
  if (Buffer.byteLength(body) > largest) return quarantine('TooLarge', `${Buffer.byteLength(body)} bytes`);
  const json = parseJson(body);
  if ('kind' in json) return json;
  const event = envelope.safeParse(json.value);
  if (!event.success) return quarantine('WrongEnvelope', z.prettifyError(event.error));
  const { source, 'detail-type': type, time, detail, account, region } = event.data;
  if (account !== receiver.account || region !== receiver.region)
    return quarantine('WrongAccount', `${account} in ${region}`);
  const sent = Date.parse(time);
  if (sent > receiver.now + aheadAtMost) return quarantine('FutureTime', time);
  if (sent < receiver.now - behindAtMost) return quarantine('StaleTime', time);
  return { source, type, time: sent, detail };
}

/** What goes to quarantine, with the reason in words. */
export function quarantine(code: QuarantineCode, detail: string): Quarantine {
  return { kind: 'Quarantine', code, reason: `${quarantineCodes[code]}: ${detail.slice(0, 500)}` };
}

function parseJson(body: string): { readonly value: unknown } | Quarantine {
  try {
    const value: unknown = JSON.parse(body);
    return inspect(value) ?? { value };
  } catch (error) {
    // A body of nothing but brackets overflows the parser's stack.
    if (error instanceof RangeError) return quarantine('TooDeep', error.message);
    return quarantine('NotJson', error instanceof Error ? error.message : String(error));
  }
}

const forbidden = ['__proto__', 'constructor', 'prototype'];

/** Depth and keys, without recursion: the depth is what is in doubt. */
function inspect(root: unknown): Quarantine | undefined {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return quarantine('TooDeep', `more than ${deepest} levels`);
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const [key, member] of Object.entries(value)) {
        if (forbidden.includes(key)) return quarantine('ForbiddenKey', `'${key}'`);
        next.push(member);
      }
    }
    level = next;
  }
  return undefined;
}
