/** What stops a state: an error name and a cause in Step Functions' words, which `Retry` and `Catch` may handle. */
export class StateFailure extends Error {
  override readonly name = 'StateFailure';
  /** Empty for a failure without a name, as a Fail state without `Error` makes it: AWS then shows no `error` anywhere. */
  readonly error: string;
  readonly reason: string | undefined;
  /** The field whose expression failed, such as `Output/v`; empty when the value has no field. */
  readonly location: string | undefined;

  constructor(error: string, reason?: string, location?: string) {
    super([error, reason].filter(Boolean).join(': '));
    this.error = error;
    this.reason = reason;
    this.location = location;
  }

  /** `$states.errorOutput`. */
  get output(): { readonly Error?: string; readonly Cause?: string } {
    const { error, cause } = this.details;
    return { ...(error !== undefined && { Error: error }), ...(cause !== undefined && { Cause: cause }) };
  }

  /** Error and cause as the details of events and descriptions have them: without a member that there is nothing for. */
  get details(): { readonly error?: string; readonly cause?: string } {
    return {
      ...(this.error !== '' && { error: this.error }),
      ...(this.reason !== undefined && { cause: this.reason }),
    };
  }
}

/** Why an execution ends from outside: somebody stops it, its time is over, or a sibling branch has failed. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
  readonly kind: 'stopped' | 'timed-out' | 'sibling-failed' | 'closed';

  constructor(kind: Interrupted['kind']) {
    super(kind);
    this.kind = kind;
  }
}

/** Errors that `States.ALL` does not match (https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html). */
const terminal = new Set(['States.Runtime', 'States.DataLimitExceeded']);

/**
 * Whether an `ErrorEquals` handles the error. `States.TaskFailed` matches every error of a task except a timeout (same page);
 * `States.Timeout` is also the name of a missed heartbeat in histories, so both names match a failure of heartbeat.
 */
export function handles(errorEquals: readonly string[], failure: StateFailure): boolean {
  return errorEquals.some((name) => {
    if (name === failure.error) return true;
    if (name === 'States.ALL') return !terminal.has(failure.error);
    if (name === 'States.HeartbeatTimeout') return failure instanceof HeartbeatFailure;
    if (name === 'States.TaskFailed') return failure.error !== 'States.Timeout' && !terminal.has(failure.error);
    return false;
  });
}

/** A task that sent no heartbeat in time. */
export class HeartbeatFailure extends StateFailure {
  constructor() {
    super('States.Timeout');
  }
}
