import { TaskError } from '../../shared/runtime/errors.ts';
import { logger } from '../../shared/runtime/telemetry.ts';

/**
 * Forced work goes on while the table of cases cannot be reached: the node itself carries the fence. Voluntary work stops.
 */
export async function evenWithoutTable<Result>(
  forced: boolean,
  call: () => Promise<Result>,
  otherwise: Result,
): Promise<Result> {
  try {
    return await call();
  } catch (error) {
    if (!forced || !(error instanceof TaskError)) throw error;
    logger.warn('forced work goes on without the table of cases', { error });
    return otherwise;
  }
}
