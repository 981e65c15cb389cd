import * as z from 'zod';
import { isInstanceId } from '../../../shared/domain/instance-id.ts';
import { drillSource, eventTypes, type QuarantineCode, quarantineCodes } from '../contract.ts';

/** An event as far as it is understood. Times are epoch milliseconds. */
export type Parsed =
  | {
      readonly kind: 'Instance';
      readonly instanceId: string;
      readonly about: 'SpotInterruption' | 'RebalanceRecommendation' | 'StateChange';
      readonly time: number;
      /** For a spot interruption: what EC2 will do. */
      readonly action?: 'terminate' | 'stop' | 'hibernate';
      /** For a state change: the new state. */
      readonly state?: string;
    }
  | {
      readonly kind: 'ExecutionEnded';
      readonly execution: string;
      /** ARN of its state machine. */
      readonly machine: string;
      readonly endedAt: number;
    }
  | { readonly kind: 'Quarantine'; readonly code: QuarantineCode; readonly reason: string };

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

const instanceId = z.string().refine(isInstanceId, 'must be an EC2 instance id');
const account = z.string().regex(/^\d{12}$/);

const envelope = z.looseObject({
  source: z.string(),
  'detail-type': z.enum(Object.values(eventTypes) as [string, ...string[]]),
  account,
  region: z.string(),
  time: z.iso.datetime({ offset: true }),
  detail: z.record(z.string(), z.unknown()),
});

const details = {
  [eventTypes.spotInterruption]: z.looseObject({
    'instance-id': instanceId,
    'instance-action': z.enum(['terminate', 'stop', 'hibernate']),
  }),
  [eventTypes.rebalance]: z.looseObject({ 'instance-id': instanceId }),
  [eventTypes.stateChange]: z.looseObject({
    'instance-id': instanceId,
    state: z.enum(['pending', 'running', 'stopping', 'stopped', 'shutting-down', 'terminated']),
  }),
  [eventTypes.executionStatus]: z.looseObject({
    name: z.string().min(1).max(80),
    stateMachineArn: z.string(),
    status: z.enum(['ABORTED', 'TIMED_OUT', 'FAILED']),
    stopDate: z.int().nonnegative().optional(),
  }),
} as const;

const sources: Record<string, readonly string[]> = {
  [eventTypes.spotInterruption]: ['aws.ec2', drillSource],
  [eventTypes.rebalance]: ['aws.ec2', drillSource],
  [eventTypes.stateChange]: ['aws.ec2', drillSource],
  [eventTypes.executionStatus]: ['aws.states'],
};

/** Reads one message of the inbox. Never throws: what cannot be understood says why. */
export function parseEvent(body: string, receiver: Receiver): Parsed {
  if (Buffer.byteLength(body) > largest) return quarantine('TooLarge', `${Buffer.byteLength(body)} bytes`);
  const json = parseJson(body);
  if ('code' in json) return quarantine(json.code, json.reason);
  const event = envelope.safeParse(json.value);
  if (!event.success) return quarantine('WrongEnvelope', z.prettifyError(event.error));
  const { source, 'detail-type': type, time, detail } = event.data;
  if (!sources[type]?.includes(source)) return quarantine('WrongEnvelope', `'${source}' does not send '${type}'`);
  if (event.data.account !== receiver.account || event.data.region !== receiver.region) {
    return quarantine('WrongAccount', `${event.data.account} in ${event.data.region}`);
  }
  const sent = Date.parse(time);
  if (sent > receiver.now + aheadAtMost) return quarantine('FutureTime', time);
  if (sent < receiver.now - behindAtMost) return quarantine('StaleTime', time);
  return parseDetail(type as keyof typeof details, detail, sent);
}

function parseDetail(type: keyof typeof details, detail: unknown, time: number): Parsed {
  const parsed = details[type].safeParse(detail);
  if (!parsed.success) return quarantine('WrongField', z.prettifyError(parsed.error));
  const fields = parsed.data as Record<string, unknown>;
  const about = { kind: 'Instance', instanceId: String(fields['instance-id']), time } as const;
  switch (type) {
    case eventTypes.spotInterruption: {
      const action = fields['instance-action'] as 'terminate' | 'stop' | 'hibernate';
      return { ...about, about: 'SpotInterruption', action };
    }
    case eventTypes.rebalance:
      return { ...about, about: 'RebalanceRecommendation' };
    case eventTypes.stateChange:
      return { ...about, about: 'StateChange', state: String(fields['state']) };
    case eventTypes.executionStatus: {
      const machine = String(fields['stateMachineArn']);
      return { kind: 'ExecutionEnded', execution: String(fields['name']), machine, endedAt: endOf(fields, time) };
    }
  }
}

/** `stopDate` is in milliseconds, the time of the event in seconds. */
function endOf({ stopDate }: Record<string, unknown>, time: number): number {
  return typeof stopDate === 'number' ? stopDate : time;
}

type Json = { readonly value: unknown } | { readonly code: QuarantineCode; readonly reason: string };

function parseJson(body: string): Json {
  let value: unknown;
  try {
    value = JSON.parse(body);
  } catch (error) {
    // A body of nothing but brackets overflows the parser's stack.
    if (error instanceof RangeError) return { code: 'TooDeep', reason: error.message };
    return { code: 'NotJson', reason: error instanceof Error ? error.message : String(error) };
  }
  return inspect(value) ?? { value };
}

/** Depth and keys, without recursion: the depth is what is in doubt. */
function inspect(root: unknown): Json | undefined {
  let level: unknown[] = [root];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > deepest) return { code: 'TooDeep', reason: `more than ${deepest} levels` };
    const next: unknown[] = [];
    for (const value of level) {
      if (typeof value !== 'object' || value === null) continue;
      for (const [key, member] of Object.entries(value)) {
        if (forbidden.includes(key)) return { code: 'ForbiddenKey', reason: `'${key}'` };
        next.push(member);
      }
    }
    level = next;
  }
  return undefined;
}

const forbidden = ['__proto__', 'constructor', 'prototype'];

function quarantine(code: QuarantineCode, detail: string): Parsed {
  return { kind: 'Quarantine', code, reason: `${quarantineCodes[code]}: ${detail.slice(0, 500)}` };
}
