import type { Clock } from '../runtime/clock.ts';
import { TaskError } from '../runtime/errors.ts';
import type { Cases } from './cases.ts';
import type { Journal } from './journal.ts';

/** Takes what to tell, and the error that is its cause: a logger's `warn`. */
export type Warn = (text: string, details: { readonly error: TaskError }) => void;

/**
 * The cases for interrupted work, which goes on while the table cannot be reached: the node itself carries the fence.
 * Nothing is known then, and every claim is ours. Cases are opened and abandoned by intake, which leaves an event in its
 * inbox until its work is recorded: those errors are never swallowed.
 */
export function bestEffortCases(cases: Cases, warn: Warn): Cases {
  return {
    openOrJoin: (news) => cases.openOrJoin(news),
    abandon: (found) => cases.abandon(found),
    read: (subjects) => orElse(warn, 'its cases', () => cases.read(subjects), new Map()),
    claim: (news, execution) =>
      orElse(warn, `the claim of ${news.subject}`, () => cases.claim(news, execution), { claimed: true }),
    renew: (subjects, execution) => orElse(warn, 'its cases', () => cases.renew(subjects, execution), new Map()),
    close: (subject, execution, outcome) =>
      orElse(warn, `the close of ${subject}`, () => cases.close(subject, execution, outcome), undefined),
  };
}

/** As bestEffortCases: what cannot be written down is made all the same, and what was written down is not known. */
export function bestEffortJournal<Change>(
  journal: Journal<Change>,
  warn: Warn,
  clock: Pick<Clock, 'now'>,
): Journal<Change> {
  return {
    begin: (execution, scope) => orElse(warn, 'its scope', () => journal.begin(execution, scope), undefined),
    scopeOf: (execution) => orElse(warn, 'its scope', () => journal.scopeOf(execution), undefined),
    intend: (execution, key, change) =>
      orElse(warn, `the record of ${key}`, () => journal.intend(execution, key, change), {
        key,
        change,
        settled: false,
        at: clock.now(),
      }),
    settle: (execution, entry) =>
      orElse(warn, `the record of ${entry.key}`, () => journal.settle(execution, entry), undefined),
    changesOf: (execution) => orElse(warn, 'its changes', () => journal.changesOf(execution), []),
  };
}

/** The call's result, or `otherwise` after one warning when it fails with an error of ours. */
async function orElse<Result>(
  warn: Warn,
  what: string,
  call: () => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!(error instanceof TaskError)) throw error;
    warn(`interrupted work goes on without ${what}: the work table cannot be used`, { error });
    return otherwise;
  }
}
