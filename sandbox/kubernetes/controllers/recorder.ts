import { type ApiContext, nowOf } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { keyOf } from '../store/collection.ts';
import type { EventObject } from '../types/cluster-objects.ts';
import type { KubeObject } from '../types/objects.ts';

export interface NewEvent {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
  readonly component: string;
  readonly host?: string;
  readonly fieldPath?: string;
}

/** Events that are kept; a real server keeps them for an hour. */
const maxEvents = 2000;

/** Different messages of one reason about one object that get an event each, and how long they are remembered. */
const maxAlike = 10;
const alikeFor = 600_000;

interface Alike {
  readonly messages: Set<string>;
  last: number;
}

/**
 * Writes Events; a repeated one counts up, and many that differ in their message alone become one. The oldest go when there are too
 * many. Source: k8s.io/client-go/tools/record/events_cache.go.
 */
export class Recorder {
  readonly #context: ApiContext;
  readonly #keys = new Map<string, string>();
  readonly #alike = new Map<string, Alike>();
  #count = 0;

  constructor(context: ApiContext) {
    this.#context = context;
  }

  record(object: KubeObject, event: NewEvent): void {
    const kind = [object.metadata.uid, event.type, event.reason, event.component, event.host].join('\n');
    const many = this.#isOneOfMany(kind, event.message);
    const told = many ? { ...event, message: `(combined from similar events): ${event.message}` } : event;
    const identity = many ? kind : [kind, event.fieldPath, event.message].join('\n');
    const known = this.#context.store.byKey('events', this.#keys.get(identity) ?? '');
    if (known) this.#countUp(known, told.message);
    else this.#create(object, told, identity);
  }

  #isOneOfMany(kind: string, message: string): boolean {
    const now = this.#context.clock.now();
    const before = this.#alike.get(kind);
    const alike = before && now - before.last <= alikeFor ? before : { messages: new Set<string>(), last: now };
    alike.messages.add(message);
    alike.last = now;
    this.#alike.delete(kind);
    this.#alike.set(kind, alike);
    const [oldest] = this.#alike.keys();
    if (this.#alike.size > maxEvents && oldest !== undefined) this.#alike.delete(oldest);
    if (alike.messages.size < maxAlike) return false;
    alike.messages.delete(message);
    return true;
  }

  #countUp(event: EventObject, message: string): void {
    const count = (event.count ?? 1) + 1;
    this.#context.store.put('events', { ...event, message, count, lastTimestamp: nowOf(this.#context) });
  }

  /** As client-go makes it, of the time in nanoseconds; no two events share one. */
  #nameOf(object: string): string {
    const nanoseconds = BigInt(Math.floor(this.#context.clock.now())) * 1_000_000n + BigInt(this.#count++ % 1_000_000);
    return `${object}.${nanoseconds.toString(16)}`;
  }

  #create(object: KubeObject, event: NewEvent, identity: string): void {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const now = nowOf(this.#context);
    const { apiVersion, kind } = object;
    const involved = { kind, namespace, name, uid: kind === 'Node' ? name : uid, apiVersion, resourceVersion };
    const created = createTrusted(this.#context, 'events', {
      metadata: { name: this.#nameOf(name), namespace: namespace ?? 'default' },
      involvedObject: event.fieldPath ? { ...involved, fieldPath: event.fieldPath } : involved,
      reason: event.reason,
      message: event.message,
      source: { component: event.component, ...(event.host ? { host: event.host } : {}) },
      reportingComponent: event.component,
      reportingInstance: event.host ?? '',
      firstTimestamp: now,
      lastTimestamp: now,
      eventTime: null,
      count: 1,
      type: event.type,
    });
    if (!created) return;
    this.#keys.set(identity, keyOf(created.metadata.namespace, created.metadata.name));
    if (this.#keys.size > maxEvents) this.#forgetOldest();
  }

  #forgetOldest(): void {
    const [oldest] = this.#keys;
    if (!oldest) return;
    this.#keys.delete(oldest[0]);
    const event = this.#context.store.byKey('events', oldest[1]);
    if (event) this.#context.store.remove('events', event);
  }
}
