import type { Settings } from '../aws/settings.ts';
import { PausedError } from '../runtime/errors.ts';

/**
 * Stands before the first change of a task: the one way in which anything is paused.
 *
 * @throws PausedError with the reason in the pause switch
 */
export async function stopWhenPaused({ settings }: { readonly settings: Pick<Settings, 'paused'> }): Promise<void> {
  const paused = await settings.paused();
  if (paused !== undefined) throw new PausedError(paused);
}
