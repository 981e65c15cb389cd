import { hex } from '../../random.ts';
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

/** Writes Events; a repeated one counts up. The oldest go when there are too many. */
export class Recorder {
  readonly #context: ApiContext;
  readonly #keys = new Map<string, string>();

  constructor(context: ApiContext) {
    this.#context = context;
  }

  record(object: KubeObject, event: NewEvent): void {
    const identity = [object.metadata.uid, event.reason, event.message, event.component].join('\n');
    const known = this.#context.store.byKey('events', this.#keys.get(identity) ?? '');
    if (known) this.#countUp(known);
    else this.#create(object, event, identity);
  }

  #countUp(event: EventObject): void {
    this.#context.store.put('events', { ...event, count: (event.count ?? 1) + 1, lastTimestamp: nowOf(this.#context) });
  }

  #create(object: KubeObject, event: NewEvent, identity: string): void {
    const { name, namespace, uid, resourceVersion } = object.metadata;
    const now = nowOf(this.#context);
    const { apiVersion, kind } = object;
    const involved = { kind, namespace, name, uid: kind === 'Node' ? name : uid, apiVersion, resourceVersion };
    const created = createTrusted(this.#context, 'events', {
      metadata: { name: `${name}.${hex(this.#context.random, 16)}`, namespace: namespace ?? 'default' },
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
