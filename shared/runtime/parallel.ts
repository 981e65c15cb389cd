import pMap from 'p-map';
import { ApiUnavailableError } from './errors.ts';

/**
 * Runs `work` on every item, at most `limit` at a time; the results keep the order of the items. The first error ends it: what
 * is under way goes on, and nothing new is begun.
 *
 * @throws ApiUnavailableError at once when the signal aborts
 */
export async function inParallel<Item, Result>(
  items: readonly Item[],
  limit: number,
  work: (item: Item) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result[]> {
  try {
    return await pMap(items, work, { concurrency: limit, ...(signal && { signal }) });
  } catch (error) {
    if (!signal?.aborted || error !== signal.reason) throw error;
    throw new ApiUnavailableError('the time of this function is over', { cause: error });
  }
}
