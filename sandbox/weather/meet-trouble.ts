import type { SandboxClock } from '../clock.ts';
import type { Trouble } from './contract.ts';

/** Instead of an answer: what becomes of the connection, or of the caller. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';
  readonly how: 'reset' | 'hang' | 'kill';

  constructor(how: NoAnswer['how']) {
    super(`the weather: ${how}`);
    this.how = how;
  }
}

/**
 * Does what a call asks for in the given trouble.
 *
 * @param emptied what is left of an answer when there is nothing in it
 * @throws NoAnswer when nothing is to be answered, and the trouble's own error
 */
export async function meetTrouble<Result>(
  trouble: Trouble<Error>,
  clock: SandboxClock,
  act: () => Promise<Result>,
  emptied: (answer: Result) => Result,
): Promise<Result> {
  if (trouble.kind === 'empty') return emptied(await act());
  if (trouble.kind === 'slow') {
    await clock.sleep(trouble.milliseconds);
    return await act();
  }
  if (trouble.moment === 'after') await act();
  throw trouble.kind === 'error' ? trouble.error : new NoAnswer(trouble.kind);
}
