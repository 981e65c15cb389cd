import type { Outcome, PlannedPod, Reason, Target } from '../../../functions/node-replacement/contract.ts';
import type { StateError } from '../../constructs/flow.ts';

/** What the states keep. Times are epoch milliseconds. */
export interface Variables {
  readonly cluster: string;
  readonly subject: string;
  readonly why: string;
  readonly execution: string;
  readonly startedAt: number;
  readonly verdict: Assessment['verdict'];
  readonly outcome: Outcome;
  readonly targets: Target[];
  readonly plan: PlannedPod[];
  /** The execution whose changes are put back. */
  readonly of: string;
  /** Dead executions that this one has rolled back. */
  readonly rolledBack: string[];
  readonly launch: 'Ready' | 'Waiting' | 'Failed';
  readonly drain: 'Drained' | 'Draining' | 'Waiting' | 'GiveUp';
  readonly blocked: boolean;
  readonly blockedReported: boolean;
  readonly ended: boolean;
  readonly failure: StateError;
  /** Why it stands as it does, by the part of the run that says so. */
  readonly reasons: Reason[];
  readonly drainDone: Reason[];
  readonly drainReasons: Reason[];
  readonly endReasons: Reason[];
}

type Assessment = { readonly verdict: 'Interrupted' | 'Voluntary' | 'RollBack' | 'TakeOver' | 'DryRun' | 'Nothing' };
