import type { Store } from '../store/store.ts';
import type { KubeObject } from '../types/objects.ts';
import type { ResourceDefinition } from '../types/resources.ts';
import { badRequest, expired, StatusError } from '../types/status.ts';
import { encoderFor, type ListMeta } from './encode.ts';
import { type Exchange, sendText } from './exchange.ts';
import { checkListOptions, integerOf } from './parameters.ts';
import { selectionOf } from './selection.ts';

/** How long a paged list can be continued: etcd is compacted every five minutes. */
const pageLifetime = 5 * 60_000;
const maxPagedLists = 64;

interface PagedList {
  readonly objects: readonly KubeObject[];
  readonly revision: number;
  readonly begun: number;
}

/** Lists that clients are reading in pages, as they were when the first page was sent. */
export class PagedLists {
  readonly #lists = new Map<string, PagedList>();
  #count = 0;

  /** Keeps a list and gives its id for continue tokens. */
  keep(list: PagedList): string {
    const id = String(++this.#count);
    this.#lists.set(id, list);
    const [oldest] = this.#lists.keys();
    if (this.#lists.size > maxPagedLists && oldest !== undefined) this.#lists.delete(oldest);
    return id;
  }

  /** Throws 410 when the list is too old. */
  get(id: string, now: number): PagedList {
    const list = this.#lists.get(id);
    if (list && now - list.begun <= pageLifetime) return list;
    throw expired(
      'The provided continue parameter is too old to display a consistent list result. You must start a new list without ' +
        'the continue parameter.',
    );
  }
}

interface Token {
  readonly id: string;
  readonly from: number;
}

function encodeToken(token: Token): string {
  return Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', ...token })).toString('base64url');
}

function decodeToken(text: string): Token {
  try {
    const token = JSON.parse(Buffer.from(text, 'base64url').toString()) as Token;
    if (typeof token.id === 'string' && typeof token.from === 'number') return token;
  } catch {
    // Falls through to the refusal below.
  }
  throw badRequest('continue key is not valid: encoded version is not recognized');
}

/** Source: k8s.io/apiserver/pkg/storage/errors.go, NewTooLargeResourceVersionError. */
function checkVersion(store: Store, query: URLSearchParams): void {
  const asked = query.get('resourceVersion') ?? '';
  if (asked === '') return;
  if (!/^[0-9]+$/.test(asked)) {
    throw badRequest(
      `resourceVersion: Invalid value: "${asked}": strconv.ParseUint: parsing "${asked}": invalid syntax`,
    );
  }
  if (Number(asked) > store.revision) {
    const causes = [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }];
    const message = `Timeout: Too large resource version: ${asked}, current: ${store.revision}`;
    throw new StatusError(504, 'Timeout', message, { causes, retryAfterSeconds: 1 });
  }
  const exact = query.get('resourceVersionMatch') === 'Exact';
  if (exact && Number(asked) !== store.revision) {
    throw expired('The resourceVersion for the provided list is too old.');
  }
}

interface Page {
  readonly items: readonly KubeObject[];
  readonly metadata: ListMeta;
}

function page(lists: PagedLists, found: PagedList, token: Token | undefined, limit: number, counted: boolean): Page {
  const from = token?.from ?? 0;
  const end = limit > 0 ? from + limit : found.objects.length;
  const items = found.objects.slice(from, end);
  const left = found.objects.length - end;
  const resourceVersion = String(found.revision);
  if (left <= 0) return { items, metadata: { resourceVersion } };
  const next = encodeToken({ id: token?.id ?? lists.keep(found), from: end });
  const metadata: ListMeta = { resourceVersion, continue: next, ...(counted ? { remainingItemCount: left } : {}) };
  return { items, metadata };
}

/** Answers a list, in pages when `limit` says so. */
export function sendList(exchange: Exchange, definition: ResourceDefinition, lists: PagedLists): void {
  const { api, query, info } = exchange;
  const encoder = encoderFor(exchange, definition);
  checkListOptions(query, false);
  const selection = selectionOf(definition, definition.namespaced ? info.namespace : undefined, query);
  const limit = integerOf(query, 'limit') ?? 0;
  const token = query.get('continue') ? decodeToken(query.get('continue') ?? '') : undefined;
  if (!token) checkVersion(api.store, query);
  const found = token
    ? lists.get(token.id, api.clock.now())
    : { objects: selection.all(api.store), revision: api.store.revision, begun: api.clock.now() };
  const { items, metadata } = page(lists, found, token, limit, !selection.selective);
  sendText(exchange, 200, encoder.list(items, metadata));
}
