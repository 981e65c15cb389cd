const day = 86_400;

/** Rows about a run outlive their last write by this long, for questions and duplicates. Seconds. */
export const runIsKept = 7 * day;

/**
 * A case outlives its last write by this long: its generation is part of execution names, and Step Functions refuses a name
 * for 90 days (StartExecution, API reference). A generation that began again sooner would make a second case's start look
 * like a repetition of the first one's. Seconds.
 */
export const caseIsKept = 100 * day;

/** The value of the table's TTL attribute, seconds since 1970; `now` in milliseconds. */
export function expiresAt(now: number, kept: number): number {
  return Math.floor(now / 1_000) + kept;
}
