/**
 * How long a holder may be silent. Every task renews, and the longest silence of a healthy run is a task of 60 s, its retry
 * and a wait of 45 s. Milliseconds.
 */
export const leaseLength = 120_000;

/** The open work on one instance. Times are epoch milliseconds. */
export interface Case {
  readonly instanceId: string;
  readonly cluster: string;
  /** Counts up each time the instance gets a new case; part of what names an execution. */
  readonly generation: number;
  readonly state: 'Open' | 'Closed';
  readonly openedAt: number;
  /** The strongest cause so far. */
  readonly cause: string;
  readonly forced: boolean;
  readonly deadline: number | null;
  /** The execution that works on it; null until one has claimed it. */
  readonly holder: string | null;
  /** Until when the holder need not be asked whether it is alive; 0 once it was found dead, null without a holder. */
  readonly leaseUntil: number | null;
  readonly closed: { readonly at: number; readonly outcome: string } | null;
}

/** Has the holder of the open case been silent for longer than its lease? */
export function leaseHasEnded({ state, holder, leaseUntil }: Case, now: number): boolean {
  return state === 'Open' && holder !== null && (leaseUntil ?? 0) <= now;
}

/** What an event tells about an instance. */
export interface CaseNews {
  readonly instanceId: string;
  readonly cluster: string;
  readonly cause: string;
  readonly forced: boolean;
  readonly deadline: number | null;
}
