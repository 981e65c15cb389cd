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
  readonly closed: { readonly at: number; readonly outcome: string } | null;
}

/** What an event tells about an instance. */
export interface CaseNews {
  readonly instanceId: string;
  readonly cluster: string;
  readonly cause: string;
  readonly forced: boolean;
  readonly deadline: number | null;
}
