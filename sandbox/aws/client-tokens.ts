import { isDeepStrictEqual } from 'node:util';
import type { AwsError } from './contract.ts';

interface Done {
  readonly parameters: object;
  readonly answer: unknown;
}

/**
 * What has been done for the client tokens of one service, so that a retry does nothing again. Tokens count as long as what was made is
 * there: EC2 names "at least 24 hours after the termination of the instance", other services name no time.
 */
export class ClientTokens {
  readonly #mismatch: () => AwsError;
  readonly #done = new Map<string, Done>();

  /** `mismatch` makes the error for a token that comes again with other parameters. */
  constructor(mismatch: () => AwsError) {
    this.#mismatch = mismatch;
  }

  /**
   * Acts, unless the token has been used in this scope: then gives what was given at that time.
   * An action that fails leaves its token unused.
   */
  once<Answer>(scope: string, token: string | undefined, parameters: object, act: () => Answer): Answer {
    if (token === undefined) return act();
    const key = `${scope} ${token}`;
    const before = this.#done.get(key);
    if (before) {
      if (!isDeepStrictEqual(before.parameters, parameters)) throw this.#mismatch();
      return before.answer as Answer;
    }
    const answer = act();
    this.#done.set(key, { parameters, answer });
    if (answer instanceof Promise) answer.catch(() => this.#done.delete(key));
    return answer;
  }

  /** Whoever made this, or ended it, may do so again with the same token. */
  forget(answer: unknown): void {
    for (const [key, done] of this.#done) if (done.answer === answer) this.#done.delete(key);
  }
}
