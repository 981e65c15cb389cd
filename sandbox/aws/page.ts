import { AwsError } from './contract.ts';

export interface Page<Item> {
  readonly items: readonly Item[];
  /** Where the next page begins, or undefined at the end. */
  readonly next: string | undefined;
}

/** One page of a list; `token` is what an earlier page gave. Throws an error of the given code for any other token. */
export function pageOf<Item>(
  all: readonly Item[],
  size: number,
  token: string | undefined,
  invalidToken: string,
): Page<Item> {
  const start = token === undefined ? 0 : Number(/^page-(\d+)$/.exec(token)?.[1] ?? Number.NaN);
  if (Number.isNaN(start)) throw new AwsError(invalidToken, `The token '${token}' is not valid.`);
  const end = start + size;
  return { items: all.slice(start, end), next: end < all.length ? `page-${end}` : undefined };
}
