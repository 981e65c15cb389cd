import type { Change } from '../store/store.ts';
import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, type ResourceDefinition } from '../types/resources.ts';
import { badRequest, expired } from '../types/status.ts';
import { type Encoder, encoderFor } from './encode.ts';
import type { Exchange } from './exchange.ts';
import { checkListOptions, flagOf, integerOf } from './parameters.ts';
import { type Selection, selectionOf } from './selection.ts';

class Watch {
  readonly #exchange: Exchange;
  readonly #definition: ResourceDefinition;
  readonly #selection: Selection;
  readonly #encoder: Encoder;

  constructor(exchange: Exchange, definition: ResourceDefinition) {
    this.#exchange = exchange;
    this.#definition = definition;
    this.#encoder = encoderFor(exchange, definition);
    this.#selection = selectionOf(
      definition,
      definition.namespaced ? exchange.info.namespace : undefined,
      exchange.query,
    );
  }

  run(): void {
    const { query, response, api } = this.#exchange;
    checkListOptions(query, true);
    const initial = flagOf(query, 'sendInitialEvents') ?? false;
    const asked = query.get('resourceVersion') ?? '';
    if (asked !== '' && !/^[0-9]+$/.test(asked)) throw badRequest(`resourceVersion: Invalid value: "${asked}"`);
    response.statusCode = 200;
    response.setHeader('Content-Type', 'application/json');
    response.setHeader('Cache-Control', 'no-cache, private');
    response.flushHeaders();
    if (initial || asked === '' || asked === '0') {
      for (const object of this.#selection.all(api.store)) this.#write('ADDED', object);
      if (initial) this.#bookmark(true);
    } else if (!this.#replay(Number(asked))) {
      return;
    }
    this.#follow();
  }

  #replay(revision: number): boolean {
    const { api, response } = this.#exchange;
    const changes = api.store.changesSince(this.#definition.key, revision);
    if (changes) {
      for (const change of changes) this.#tell(change);
      return true;
    }
    const error = expired(`too old resource version: ${revision} (${api.store.revision})`);
    response.end(`${JSON.stringify({ type: 'ERROR', object: error.toStatus() })}\n`);
    return false;
  }

  #follow(): void {
    const { api, response, query } = this.#exchange;
    const stop = api.store.subscribe((change) => {
      if (change.resource === this.#definition.key) this.#tell(change);
    });
    const seconds = integerOf(query, 'timeoutSeconds') ?? 0;
    const timer = seconds > 0 ? api.clock.after(seconds * 1000, () => this.#end()) : undefined;
    response.once('close', () => {
      stop();
      api.clock.cancel(timer);
    });
  }

  #end(): void {
    if (flagOf(this.#exchange.query, 'allowWatchBookmarks')) this.#bookmark(false);
    this.#exchange.response.end();
  }

  #bookmark(initialEventsEnd: boolean): void {
    const annotations = initialEventsEnd ? { annotations: { 'k8s.io/initial-events-end': 'true' } } : {};
    const metadata = {
      resourceVersion: String(this.#exchange.api.store.revision),
      creationTimestamp: null,
      ...annotations,
    };
    const { kind } = this.#definition;
    const object = { kind, apiVersion: apiVersionOf(this.#definition), metadata };
    this.#exchange.response.write(`${JSON.stringify({ type: 'BOOKMARK', object })}\n`);
  }

  /** An object that begins or ceases to match is added or deleted for this watch. */
  #tell(change: Change): void {
    const { object, previous, type } = change;
    const before = previous !== undefined && this.#selection.matches(previous);
    const after = type !== 'DELETED' && this.#selection.matches(object);
    if (after) this.#write(before ? 'MODIFIED' : 'ADDED', object);
    else if (before) this.#write('DELETED', object);
  }

  #write(type: string, object: KubeObject): void {
    this.#exchange.response.write(`{"type":"${type}","object":${this.#encoder.object(object)}}\n`);
  }
}

/** Answers a watch: what there is, or what changed since a version, and then every change until somebody ends it. */
export function sendWatch(exchange: Exchange, definition: ResourceDefinition): void {
  new Watch(exchange, definition).run();
}
