import {
  AccessDeniedError,
  ApiThrottledError,
  ApiUnavailableError,
  RequestRejectedError,
  TaskError,
} from './errors.ts';

/** Names under which AWS services say "slow down" (SDK for JavaScript, @smithy/core retry constants). */
const throttling =
  /^(Throttl|RequestLimitExceeded|TooManyRequests|ProvisionedThroughputExceeded|RequestThrottled|SlowDown)/;
const denied = /^(AccessDenied|UnauthorizedOperation|AuthFailure|UnrecognizedClient|ExpiredToken|InvalidClientTokenId)/;

/** The name that an AWS error carries; empty when it is something else. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/** An error of an AWS call as the state machines know it; `what` says what was asked. */
export function awsTaskError(error: unknown, what: string): TaskError {
  if (error instanceof TaskError) return error;
  const name = awsErrorName(error);
  const text = `${what}: ${name} ${error instanceof Error ? error.message : String(error)}`;
  if (throttling.test(name)) return new ApiThrottledError(text, undefined, { cause: error });
  if (denied.test(name)) return new AccessDeniedError(text, [what], { cause: error });
  return isClientFault(error)
    ? new RequestRejectedError(text, { cause: error })
    : new ApiUnavailableError(text, { cause: error });
}

/** Runs an AWS call and gives its failure the shape of our errors. */
export async function asTask<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw awsTaskError(error, what);
  }
}

function isClientFault(error: unknown): boolean {
  return typeof error === 'object' && error !== null && '$fault' in error && error.$fault === 'client';
}
