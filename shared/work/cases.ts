import type { Case, CaseNews } from '../domain/case.ts';
import type { Subject } from '../domain/subject.ts';

/** `holder` is who has the case instead, or null while an execution of its own is about to start. */
export type Claim = { readonly claimed: true } | { readonly claimed: false; readonly holder: string | null };

/** The cases: at most one open for each subject. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Cases {
  /**
   * Opens a case for the subject, or joins the open one: its end is only ever brought forward, a voluntary case only ever
   * becomes an interruption.
   */
  openOrJoin(news: CaseNews): Promise<{ readonly case: Case; readonly opened: boolean }>;
  /** Those of the subjects that have or had a case. */
  read(subjects: readonly Subject[]): Promise<ReadonlyMap<Subject, Case>>;
  /**
   * Makes the execution the holder of the open case, and opens one for a person's execution that has none. A holder whose
   * lease has ended loses the case.
   */
  claim(news: CaseNews, execution: string): Promise<Claim>;
  /** Reads the cases and renews the execution's leases on them; cases that another execution holds are left as they are. */
  renew(subjects: readonly Subject[], execution: string): Promise<ReadonlyMap<Subject, Case>>;
  /**
   * Ends the lease of a holder that was found dead, or of a start that was lost, and counts the generation up, so that the
   * next execution gets a name of its own. Undefined when the case has changed meanwhile.
   */
  abandon(found: Case): Promise<Case | undefined>;
  /** Closes the case if the execution holds it; otherwise it is left as it is. */
  close(subject: Subject, execution: string, outcome: string): Promise<void>;
}
