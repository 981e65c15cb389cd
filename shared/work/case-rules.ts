import { type Case, type CaseNews, leaseLength } from '../domain/case.ts';

/** A lease is written again when a quarter of it is over. */
const renewedBelow = (leaseLength * 3) / 4;

/** What of an open case news can change. */
export type Tightening = Pick<Case, 'interrupted' | 'cause' | 'endsAt'>;

/** A voluntary case only ever becomes an interruption, and an end only ever comes forward; undefined when nothing changes. */
export function tightening(known: Case, news: CaseNews): Tightening | undefined {
  if (!news.interrupted) return undefined;
  const sooner = news.endsAt !== null && (known.endsAt === null || news.endsAt < known.endsAt);
  if (known.interrupted && !sooner) return undefined;
  return { interrupted: true, cause: news.cause, endsAt: sooner ? news.endsAt : known.endsAt };
}

/** May the execution renew its lease on the case, or take the case that nobody holds, and is it time to? */
export function isDueForRenewal({ state, holder, leaseUntil }: Case, execution: string, now: number): boolean {
  if (state !== 'Open' || (holder ?? execution) !== execution) return false;
  return holder === null || (leaseUntil ?? 0) - now <= renewedBelow;
}
