import type { SandboxClock } from './clock.ts';

/** Real milliseconds between two looks at whether work is open, and how often it must be quiet in a row. */
const look = { every: 5, quietLooks: 4 };

/** How the time of a sandbox passes: only as long as work is open or somebody asks for it. */
export class Passage {
  readonly #clock: SandboxClock;
  readonly #settled: () => boolean;
  #asked = 0;

  constructor(clock: SandboxClock, settled: () => boolean) {
    this.#clock = clock;
    this.#settled = settled;
  }

  /** Is there a reason for time to pass? */
  get open(): boolean {
    return this.#asked > 0 || !this.#settled();
  }

  /** Resolves when no work is open. */
  async untilIdle(): Promise<void> {
    // A clock that goes with the wall clock is never at rest.
    if (!this.#clock.sockets && this.#clock.mode === 'skip') {
      do await this.#clock.atRest();
      while (this.open);
      return;
    }
    for (let quiet = 0; quiet < look.quietLooks; ) {
      this.#clock.poke();
      await new Promise((resolve) => setTimeout(resolve, look.every));
      quiet = this.open || this.#clock.running().length > 0 ? 0 : quiet + 1;
    }
  }

  /** Lets so much time pass although no work is open. Milliseconds. */
  async letPass(milliseconds: number): Promise<void> {
    this.#asked += 1;
    this.#clock.poke();
    await this.#clock.sleep(milliseconds);
    this.#asked -= 1;
  }

  /** Goes on with the wall clock: lets time pass until the sandbox's shows the same, if it is not ahead. */
  async followWallClock(): Promise<void> {
    const behind = Date.now() - this.#clock.now();
    if (behind > 0) await this.letPass(behind);
    this.#clock.setMode('real');
  }
}
