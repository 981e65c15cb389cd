import type { Random } from '../../random.ts';
import { handles, type StateFailure } from './failure.ts';
import type { Visit } from './frame.ts';
import type { Retrier } from './machine.ts';

/**
 * Milliseconds until the next attempt, or undefined when no retrier has one left; counts the attempt. The first retrier that names the
 * error decides. Full jitter draws from the whole of the delay: https://docs.aws.amazon.com/step-functions/latest/dg/concepts-error-handling.html
 */
export function retryDelay(
  retriers: readonly Retrier[],
  visit: Visit,
  failure: StateFailure,
  random: Random,
): number | undefined {
  const index = retriers.findIndex(({ errorEquals }) => handles(errorEquals, failure));
  const retrier = retriers[index];
  if (!retrier) return undefined;
  const attempts = visit.retries[index] ?? 0;
  if (attempts >= retrier.maxAttempts) return undefined;
  visit.retries[index] = attempts + 1;
  visit.retryCount += 1;
  const seconds = Math.min(retrier.intervalSeconds * retrier.backoffRate ** attempts, retrier.maxDelaySeconds);
  return Math.round(seconds * 1000 * (retrier.fullJitter ? random() : 1));
}
