import type { Case, CaseNews } from '../domain/case.ts';

/** The table of cases: at most one open case for each instance. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Cases {
  /**
   * Opens a case for the instance, or joins the open one: a deadline is only ever brought forward, a voluntary case only
   * ever becomes forced.
   */
  openOrJoin(news: CaseNews): Promise<{ readonly case: Case; readonly opened: boolean }>;
  read(instanceIds: readonly string[]): Promise<ReadonlyMap<string, Case>>;
  /**
   * Makes the execution the holder of the open case, and opens one for a person's execution that has none. A holder whose
   * lease has ended loses the case.
   */
  claim(news: CaseNews, execution: string): Promise<{ readonly claimed: boolean; readonly case: Case }>;
  /** Reads the cases and renews the execution's leases on them; cases that another execution holds are left as they are. */
  renew(instanceIds: readonly string[], execution: string): Promise<ReadonlyMap<string, Case>>;
  /**
   * Ends the lease of a holder that was found dead, or of a start that was lost, and counts the generation up, so that the
   * next execution gets a name of its own. Undefined when the case has changed meanwhile.
   */
  abandon(found: Case): Promise<Case | undefined>;
  close(instanceId: string, execution: string, outcome: string): Promise<void>;
  /** Notes what an execution works on, so that it can be tidied up when it is stopped from outside. */
  recordExecution(scope: ExecutionScope): Promise<void>;
  scopeOf(execution: string): Promise<ExecutionScope | undefined>;
  /** Writes a resize down before the group is asked; gives back the one recorded first when it was recorded before. */
  recordResize(resize: Resize): Promise<Resize>;
  settleResize(resize: Resize): Promise<void>;
  readResizes(execution: string, groups: readonly string[]): Promise<readonly Resize[]>;
  /** Writes down, before the group is asked, which instances an execution ends. */
  recordEndings(execution: string, instanceIds: readonly string[]): Promise<void>;
  endingsOf(execution: string): Promise<ReadonlySet<string>>;
  /** A short lock on the size of a group; false when another execution has it. */
  lockGroup(group: string, execution: string): Promise<boolean>;
  unlockGroup(group: string, execution: string): Promise<void>;
}

export interface ExecutionScope {
  readonly execution: string;
  readonly cluster: string;
  readonly instanceIds: readonly string[];
  readonly groups: readonly string[];
}

/** A change of a group's desired capacity by an execution: out for replacements, and back when it rolls back. */
export interface Resize {
  readonly execution: string;
  readonly group: string;
  readonly direction: 'Out' | 'Back';
  readonly from: number;
  readonly to: number;
  /** The instances that are replaced by it. */
  readonly instanceIds: readonly string[];
  /** The group has confirmed it. */
  readonly settled: boolean;
}
