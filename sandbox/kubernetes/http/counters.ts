import type { RequestCount } from '../contract.ts';
import type { RequestInfo } from './request-info.ts';

/** How many requests came, by user, verb, resource and status. */
export class Counters {
  readonly #counts = new Map<string, RequestCount>();

  add(user: string, info: RequestInfo, status: number): void {
    const resource = info.isResource ? [info.resource, info.subresource].filter(Boolean).join('/') : info.path;
    const key = [user, info.verb, resource, status].join('\n');
    const count = (this.#counts.get(key)?.count ?? 0) + 1;
    this.#counts.set(key, { user, verb: info.verb, resource, status, count });
  }

  list(): RequestCount[] {
    return [...this.#counts.values()];
  }

  clear(): void {
    this.#counts.clear();
  }
}
