import type { CurrentTarget } from './targets.ts';

/** How long a round waits at the most before it looks again while budgets hold pods back: less and less often while nothing happens. */
const lookAgain = [1_000, 1_000, 1_500, 2_500, 4_000, 5_000];
/** Never a busy loop. Milliseconds. */
const shortest = 50;

export interface Outlook {
  readonly now: number;
  readonly targets: readonly CurrentTarget[];
  /** Does a budget hold pods back? */
  readonly held: boolean;
  /** When the plan changes by the passing of time alone; undefined when never. */
  readonly changesAt: number | undefined;
  /** Rounds in a row in which nothing was evicted. */
  readonly idleRounds: number;
  /** Milliseconds until the pods are due to be listed again. */
  readonly nextRead: number;
}

/** Milliseconds until the next round of a drain. */
export function nextLook({ now, targets, held, changesAt, idleRounds, nextRead }: Outlook): number {
  const ends = targets.flatMap(({ drainBy }) => drainBy ?? []).filter((moment) => moment > now);
  const moments = [...(changesAt === undefined ? [] : [changesAt]), ...ends].map((moment) => moment - now);
  const look = lookAgain[Math.min(idleRounds, lookAgain.length - 1)] ?? 0;
  return Math.max(shortest, Math.min(held ? look : nextRead, ...moments));
}
