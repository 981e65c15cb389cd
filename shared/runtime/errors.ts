/**
 * Every error name that a state machine can see from our functions. `transient` names may stand in a `Retry`,
 * `terminal` names must be caught. A contract test compares this list with the synthesized state machines both ways.
 */
export const taskErrors = {
  ApiThrottledError: 'transient',
  ApiUnavailableError: 'transient',
  ClusterUnreachableError: 'transient',
  OutOfTimeError: 'transient',
  InvalidInputError: 'terminal',
  UnknownClusterError: 'terminal',
  AccessDeniedError: 'terminal',
  RequestRejectedError: 'terminal',
  InvalidSettingsError: 'terminal',
  CorruptRowError: 'terminal',
  PausedError: 'terminal',
  UnexpectedError: 'terminal',
} as const;

export type TaskErrorName = keyof typeof taskErrors;

/** The base of all errors that leave a function. `name` is literal: Step Functions matches it in `ErrorEquals`. */
export abstract class TaskError extends Error {
  abstract override readonly name: TaskErrorName;
}

/** An AWS or Kubernetes API asked us to slow down (HTTP 429 that is not a budget, Throttling). */
export class ApiThrottledError extends TaskError {
  override readonly name = 'ApiThrottledError';
  readonly retryAfterSeconds: number | undefined;

  constructor(message: string, retryAfterSeconds?: number, options?: ErrorOptions) {
    super(message, options);
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

/** An API answered 5xx, or the connection broke in the middle. The call may or may not have taken effect. */
export class ApiUnavailableError extends TaskError {
  override readonly name = 'ApiUnavailableError';
}

/** No connection to the cluster's endpoint could be made. */
export class ClusterUnreachableError extends TaskError {
  override readonly name = 'ClusterUnreachableError';
}

/** The function stopped itself before Lambda would have: something that it called was slow. It may run again. */
export class OutOfTimeError extends TaskError {
  override readonly name = 'OutOfTimeError';
}

/** The input of an execution or a task does not fit its schema; the message names every path. */
export class InvalidInputError extends TaskError {
  override readonly name = 'InvalidInputError';
}

/** The input names a cluster that steward.yaml does not name, or that EKS does not know. */
export class UnknownClusterError extends TaskError {
  override readonly name = 'UnknownClusterError';
}

/** AWS or Kubernetes refused our identity; `missing` names the rights in words that an operator can grant. */
export class AccessDeniedError extends TaskError {
  override readonly name = 'AccessDeniedError';
  readonly missing: readonly string[];

  constructor(message: string, missing: readonly string[] = [], options?: ErrorOptions) {
    super(message, options);
    this.missing = missing;
  }
}

/** An API refused the request itself (400, 422): asking again cannot help. */
export class RequestRejectedError extends TaskError {
  override readonly name = 'RequestRejectedError';
}

/** A deployed parameter is missing or does not fit the schema of steward.yaml. */
export class InvalidSettingsError extends TaskError {
  override readonly name = 'InvalidSettingsError';
}

/** A row of the work table is not what we write; the message names it and every path that does not fit. */
export class CorruptRowError extends TaskError {
  override readonly name = 'CorruptRowError';
}

/** eks-steward was paused before this task had changed anything; the message says why. */
export class PausedError extends TaskError {
  override readonly name = 'PausedError';
}

/** A bug of ours, or an error that no list knows; its cause is what was thrown. */
export class UnexpectedError extends TaskError {
  override readonly name = 'UnexpectedError';
}

/** The error by which a function may end: a known one as it is, any other as an UnexpectedError with its cause. */
export function knownError(error: unknown): TaskError {
  if (error instanceof TaskError) return error;
  const text = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  return new UnexpectedError(text, { cause: error });
}
