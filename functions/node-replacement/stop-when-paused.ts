import { PausedError } from '../../shared/runtime/errors.ts';
import type { Ports } from './ports.ts';

/**
 * Stands before the first change of a task.
 *
 * @throws PausedError with the reason in the pause switch
 */
export async function stopWhenPaused({ settings }: Ports): Promise<void> {
  const paused = await settings.paused();
  if (paused !== undefined) throw new PausedError(paused);
}
