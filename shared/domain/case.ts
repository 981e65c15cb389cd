import type { Subject } from './subject.ts';

/**
 * How long a holder may be silent. A claim or a renewal is not repeated within a quarter of it; after that a healthy run is silent for
 * the three tries of a cordon, which renews nothing, or for a task of 60 s and a wait of 45 s. Milliseconds.
 */
export const leaseLength = 360_000;

/** What an event or a person tells about a subject. Times are epoch milliseconds. */
export interface CaseNews {
  readonly subject: Subject;
  readonly cluster: string;
  /** Why there is work, in the words of the workflow that opened the case; another one may not know it. */
  readonly cause: string;
  /** Does EC2 take the instance away whatever we do? */
  readonly interrupted: boolean;
  /** When EC2 takes the instance; null when nobody knows, or when nothing is taken. */
  readonly endsAt: number | null;
}

/** The open work about one subject; its cause is the strongest so far. */
export interface Case extends CaseNews {
  /** Counts up each time the subject gets a new case; part of what names an execution. */
  readonly generation: number;
  readonly state: 'Open' | 'Closed';
  readonly openedAt: number;
  /** The execution that works on it; null until one has claimed it. */
  readonly holder: string | null;
  /** Until when others leave the case to its holder; 0 once it was found dead, null without a holder. */
  readonly leaseUntil: number | null;
  readonly closed: { readonly at: number; readonly outcome: string } | null;
}

/** Has the holder of the open case been silent for longer than its lease? */
export function leaseHasEnded({ state, holder, leaseUntil }: Case, now: number): boolean {
  return state === 'Open' && holder !== null && (leaseUntil ?? 0) <= now;
}
