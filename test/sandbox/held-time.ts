import type { SandboxClock } from '../../sandbox/clock.ts';

export interface Awaited {
  /** How often it is looked at. Milliseconds. */
  readonly every?: number;
  /** How long at most. Milliseconds. */
  readonly within?: number;
}

/**
 * The time of a clock that skips, held for a test: it passes only inside of `during`, `letPass` and `until`. Between them nothing moves, so
 * that a test that looks or acts cannot be overtaken, however busy the machine is.
 */
export class HeldTime {
  readonly #clock: SandboxClock;
  #goOn: () => void;
  #letting = 0;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.#goOn = clock.begin('the test');
  }

  /** Lets time pass as long as `work` is under way. It stands still again before anybody who waits for the answer goes on. */
  async during<T>(work: () => Promise<T>): Promise<T> {
    this.#letting += 1;
    this.#goOn();
    try {
      return await work();
    } finally {
      this.#letting -= 1;
      // Jumps are made in a turn of the event loop of their own, so none comes between the end of the work and this.
      if (this.#letting === 0) this.#goOn = this.#clock.begin('the test');
    }
  }

  /** Lets so many milliseconds pass. */
  async letPass(milliseconds: number): Promise<void> {
    await this.during(async () => await this.#clock.sleep(milliseconds));
  }

  /** Lets time pass until something holds, which is looked at in every turn of the event loop; in that very turn time stands still again. */
  async goUntil(holds: () => boolean): Promise<void> {
    await this.during(async () => {
      while (!holds()) await new Promise((resolve) => setImmediate(resolve));
    });
  }

  /** Lets time pass until something holds, which is looked at every so often while time stands still. Throws with `what` when it never does. */
  async until(
    what: string,
    holds: () => boolean | Promise<boolean>,
    { every = 100, within = 3_600_000 }: Awaited = {},
  ): Promise<void> {
    for (const end = this.#clock.now() + within; !(await holds()); await this.letPass(every)) {
      if (this.#clock.now() >= end) throw new Error(`it never came to this: ${what}`);
    }
  }
}
