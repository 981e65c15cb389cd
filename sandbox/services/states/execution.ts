import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { SandboxClock } from '../../clock.ts';
import type { Frame } from './frame.ts';
import { History } from './history.ts';
import type { Json } from './json.ts';
import type { Machine } from './machine.ts';

export type Status = 'RUNNING' | 'SUCCEEDED' | 'FAILED' | 'TIMED_OUT' | 'ABORTED';

/** The state machine as it was when an execution began: an update concerns later executions only. */
export interface Revision {
  readonly arn: string;
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
  readonly revisionId: string;
  readonly updated: Date;
  readonly machine: Machine;
}

export interface Redrive {
  readonly at: Date;
  readonly token: string | undefined;
}

/** One execution: what it is, where it stands, and what has happened. */
export class Execution {
  readonly arn: string;
  readonly name: string;
  readonly revision: Revision;
  /** The input as text, as it was given. */
  readonly input: string;
  readonly inputValue: Json;
  readonly started: Date;
  readonly history: History;
  status: Status = 'RUNNING';
  stopped: Date | undefined;
  output: Json | undefined;
  error: string | undefined;
  cause: string | undefined;
  redrives: Redrive[] = [];
  /** States entered, and attempts after the first. */
  transitions = 0;
  /** Where it goes on, also after a redrive. */
  root: Frame | undefined;
  /** Ends what is running. */
  control = new AbortController();
  /** Called once, when the execution ends. */
  readonly #whenEnded: (() => void)[] = [];

  constructor(options: {
    readonly arn: string;
    readonly name: string;
    readonly revision: Revision;
    readonly input: string;
    readonly clock: SandboxClock;
    readonly listener: (execution: Execution, event: HistoryEvent) => void;
  }) {
    this.arn = options.arn;
    this.name = options.name;
    this.revision = options.revision;
    this.input = options.input;
    this.inputValue = JSON.parse(options.input) as Json;
    this.started = options.clock.date();
    this.history = new History(options.clock, (event) => options.listener(this, event));
  }

  /** Resolves when the execution is no longer running. */
  ended(): Promise<void> {
    return this.status === 'RUNNING' ? new Promise((resolve) => this.#whenEnded.push(resolve)) : Promise.resolve();
  }

  /** Sets the end and tells those who wait for it. */
  end(status: Exclude<Status, 'RUNNING'>, at: Date): void {
    this.status = status;
    this.stopped = at;
    for (const tell of this.#whenEnded.splice(0)) tell();
  }

  /** Opens an ended execution again. */
  reopen(at: Date, token: string | undefined): void {
    this.status = 'RUNNING';
    this.stopped = undefined;
    this.error = undefined;
    this.cause = undefined;
    this.redrives.push({ at, token });
    this.control = new AbortController();
  }
}
