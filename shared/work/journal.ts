import type { Subject } from '../domain/subject.ts';

/** What a run works on. */
export interface Scope {
  readonly cluster: string;
  readonly subjects: readonly Subject[];
  /** Other things that it may change, such as Auto Scaling groups. */
  readonly things: readonly string[];
}

/** One change of a run, as it was meant, and whether the world has confirmed it. */
export interface Entry<Change> {
  readonly key: string;
  readonly change: Change;
  readonly settled: boolean;
  /** When it was written down. Epoch milliseconds. */
  readonly at: number;
}

/**
 * What the runs of one workflow work on and change, written down before they do: what was meant, which may not be what
 * happened. `Change` is the workflow's own and read by its schema. Every method throws the TaskErrors of shared/runtime/errors.ts.
 */
export interface Journal<Change> {
  /** Notes what an execution works on, so that it can be rolled back when it is stopped from outside. May be written again. */
  begin(execution: string, scope: Scope): Promise<void>;
  scopeOf(execution: string): Promise<Scope | undefined>;
  /** Writes a change down; gives back the one written first when this key of this execution was written before. */
  intend(execution: string, key: string, change: Change): Promise<Entry<Change>>;
  /** Notes that the world has confirmed the change; one that could not be written down before it was made is written now. */
  settle(execution: string, entry: Entry<Change>): Promise<void>;
  /** Every change of the execution, oldest first; those of the same millisecond by key. */
  changesOf(execution: string): Promise<readonly Entry<Change>[]>;
}
