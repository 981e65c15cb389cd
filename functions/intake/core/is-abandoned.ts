import { type Case, leaseHasEnded, leaseLength } from '../../../shared/domain/case.ts';

/** Between the start of an execution and its first claim; later than that the start was lost. Milliseconds. */
const claimedWithin = 15_000;
/** A holder that has renewed just now is alive: DescribeExecution is eventually consistent (API reference). Milliseconds. */
const surelyAlive = 10_000;

/** Does nobody work on the open case any more? */
export function isAbandoned(open: Case, now: number): boolean {
  const aboutToStart = open.holder === null || open.leaseUntil === 0;
  return aboutToStart ? now - open.openedAt > claimedWithin : leaseHasEnded(open, now);
}

/** Is it worth asking whether the holder is still running? */
export function maySuspect({ leaseUntil }: Case, now: number): boolean {
  const renewedAt = (leaseUntil ?? 0) - leaseLength;
  return leaseUntil !== 0 && now - renewedAt > surelyAlive;
}
