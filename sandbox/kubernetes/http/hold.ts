import type { SandboxClock } from '../../clock.ts';

/** The hold of a request on the clock, which it can let go for a while. */
export class Hold {
  readonly #clock: SandboxClock;
  readonly #what: string;
  #release: () => void;
  #ended = false;

  constructor(clock: SandboxClock, what: string) {
    this.#clock = clock;
    this.#what = what;
    this.#release = clock.begin(what);
  }

  /** Time may pass while `wait` is under way. */
  async without(wait: () => Promise<void>): Promise<void> {
    this.#release();
    await wait();
    if (!this.#ended) this.#release = this.#clock.begin(this.#what);
  }

  end(): void {
    this.#ended = true;
    this.#release();
  }
}
