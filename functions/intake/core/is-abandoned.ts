import { type Case, leaseHasEnded, leaseLength } from '../../../shared/domain/case.ts';

/**
 * Between the start of an execution and its first claim; later than that the start was lost. Less than the time after which an urgent
 * message comes again. Milliseconds.
 */
const claimedWithin = 10_000;
/** A holder that has renewed just now is alive: DescribeExecution is eventually consistent (API reference). Milliseconds. */
const surelyAlive = 10_000;

/** Was an execution started for the open case, or is about to be, that has not claimed it yet? */
export function isAboutToStart({ holder, leaseUntil }: Case): boolean {
  return holder === null || leaseUntil === 0;
}

/** Was the start that the case waits for lost? */
export function startWasLost({ openedAt }: Case, now: number): boolean {
  return now - openedAt > claimedWithin;
}

/**
 * Is it time to ask whether the holder is still running? An interrupted instance has two minutes, less than a lease: its holder is asked
 * for at once.
 */
export function maySuspect(open: Case, interrupted: boolean, now: number): boolean {
  const renewedAt = (open.leaseUntil ?? 0) - leaseLength;
  return interrupted ? now - renewedAt > surelyAlive : leaseHasEnded(open, now);
}
