import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import type { V1ListMeta } from '@kubernetes/client-node/dist/gen/models/V1ListMeta.js';
import { ApiUnavailableError } from '../runtime/errors.ts';
import type { Connection } from './connection.ts';
import type { Wire } from './wire.ts';

export interface WireList<Item> {
  readonly items: readonly Item[];
  readonly metadata?: Wire<V1ListMeta>;
}

/** Items in one page of a list, as kubectl asks for. */
export const page = 500;

/** One invocation's use of a cluster. */
export interface Session {
  readonly connection: Connection;
  readonly signal: AbortSignal | undefined;
}

/**
 * All items of a list, page by page.
 *
 * @param build the request for the page that a `continue` token names
 * @param first the first page, when it is there already
 */
export async function listAll<Item>(
  session: Session,
  build: (token: string | undefined) => Promise<RequestContext>,
  what: string,
  first?: WireList<Item>,
): Promise<Item[]> {
  const items: Item[] = [];
  let list = first ?? (await nextPage(session, build, what, undefined));
  for (;;) {
    items.push(...list.items);
    const token = list.metadata?.continue;
    if (!token) return items;
    list = await nextPage(session, build, what, token);
  }
}

/** A 404 on a list, or an answer without items, comes from something between us and the API server: it never means "none". */
export async function nextPage<Item>(
  { connection, signal }: Session,
  build: (token: string | undefined) => Promise<RequestContext>,
  what: string,
  token: string | undefined,
): Promise<WireList<Item>> {
  const list = await connection.read<Partial<WireList<Item>>>(() => build(token), what, signal);
  if (!Array.isArray(list?.items)) throw new ApiUnavailableError(`${what}: the answer is no list`);
  return { ...list, items: list.items };
}
