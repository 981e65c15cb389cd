/** When a change was first written down, epoch milliseconds, and its key. */
interface Aged {
  readonly at: number;
  readonly key: string;
}

/** Oldest first; those of the same millisecond by key. */
export function byAge(left: Aged, right: Aged): number {
  return left.at - right.at || (left.key < right.key ? -1 : 1);
}
