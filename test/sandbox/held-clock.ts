import { SandboxClock } from '../../sandbox/clock.ts';
import { type Awaited, HeldTime } from './held-time.ts';

/** The sandbox's clock in the hands of a test: it skips, and only while the test lets it. */
export class HeldClock extends SandboxClock {
  readonly #time: HeldTime;

  constructor(start: number, sockets = true) {
    super({ mode: 'skip', start, sockets });
    this.#time = new HeldTime(this);
  }

  /** See {@link HeldTime.during}. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    return await this.#time.during(work);
  }

  /** See {@link HeldTime.letPass}. */
  async letPass(milliseconds: number): Promise<void> {
    await this.#time.letPass(milliseconds);
  }

  /** See {@link HeldTime.goUntil}. */
  async goUntil(holds: () => boolean): Promise<void> {
    await this.#time.goUntil(holds);
  }

  /** See {@link HeldTime.until}. */
  async until(what: string, holds: () => boolean | Promise<boolean>, options?: Awaited): Promise<void> {
    await this.#time.until(what, holds, options);
  }
}
