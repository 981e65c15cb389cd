import { isThrottlingError, isTransientError } from '@smithy/core/retry';
import {
  AccessDeniedError,
  ApiThrottledError,
  ApiUnavailableError,
  RequestRejectedError,
  TaskError,
} from './errors.ts';

const denied =
  /^(AccessDenied|UnauthorizedOperation|AuthFailure|UnrecognizedClient|ExpiredToken|InvalidClientTokenId|CredentialsProviderError)/;
/** Names for "slow down" that @smithy/core's list lacks: what SQS and Step Functions pass on from KMS (client-sqs and client-sfn, errors.js). */
const throttledByKms = ['KmsThrottled', 'KmsThrottlingException'];

/** An error with what the SDK, Node (`ECONNRESET`) and undici may have written on it. */
type SdkError = Parameters<typeof isTransientError>[0] & { readonly code?: unknown };

/** The name that an AWS error carries; empty when it is something else. */
export function awsErrorName(error: unknown): string {
  return error instanceof Error ? error.name : '';
}

/**
 * An error of an AWS call as the state machines know it; `what` says what was asked. What says nothing about the call, such as
 * a TypeError, is a bug and stays as it is: asking again would not fix it.
 */
export function awsTaskError(error: unknown, what: string): unknown {
  if (error instanceof TaskError || !(error instanceof Error)) return error;
  const text = `${what}: ${error.name} ${error.message}`;
  if (isThrottlingError(error as SdkError) || throttledByKms.includes(error.name)) {
    return new ApiThrottledError(text, undefined, { cause: error });
  }
  if (denied.test(error.name)) return new AccessDeniedError(text, [what], { cause: error });
  if (isTransient(error as SdkError)) return new ApiUnavailableError(text, { cause: error });
  return '$fault' in error ? new RequestRejectedError(text, { cause: error }) : error;
}

/** Runs an AWS call and gives its failure the shape of our errors. */
export async function asTask<Result>(what: string, call: () => Promise<Result>): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    throw awsTaskError(error, what);
  }
}

/**
 * May the same call succeed later? A server fault, a time limit (our own signal's too), a connection that failed, or an answer
 * that could not be read. The SDK's own list (@smithy/core, service-error-classification) knows timeouts and Node's network
 * codes; it leaves out what its retries do not repeat.
 */
function isTransient(error: SdkError): boolean {
  const status = error.$metadata?.httpStatusCode;
  if (error.$fault === 'server' || (status ?? 0) >= 500) return true;
  if (error.$fault === undefined && status !== undefined) return true;
  return error.name === 'AbortError' || hasUndiciCode(error) || isTransientError(error);
}

/** undici's own errors, wherever they stand in the chain of causes: https://undici.nodejs.org/#/docs/api/Errors */
function hasUndiciCode({ code, cause }: SdkError): boolean {
  if (typeof code === 'string' && code.startsWith('UND_ERR_')) return true;
  return cause instanceof Error && hasUndiciCode(cause as SdkError);
}
