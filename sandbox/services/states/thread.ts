import type { SandboxClock, Timer } from '../../clock.ts';

/** One thread's part in the clock: it holds the clock while it computes and lets go while it waits. */
export class Thread {
  readonly #clock: SandboxClock;
  readonly #what: string;
  #release: (() => void) | undefined;

  constructor(clock: SandboxClock, what: string) {
    this.#clock = clock;
    this.#what = what;
    this.hold();
  }

  hold(): void {
    this.#release ??= this.#clock.begin(this.#what);
  }

  release(): void {
    this.#release?.();
    this.#release = undefined;
  }

  /** Waits for what is not ours: whoever works on it holds the clock, or a timer is set. Rejects first when the signal aborts. */
  async wait<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
    this.release();
    try {
      return await untilAborted(signal, work);
    } finally {
      this.hold();
    }
  }

  sleep(signal: AbortSignal, ms: number): Promise<void> {
    return this.wait(signal, this.#clock.sleep(ms, signal));
  }

  /** Like `wait`, but rejects with `late()` when `ms` have passed first. */
  async waitAtMost<T>(signal: AbortSignal, work: Promise<T>, ms: number | undefined, late: () => Error): Promise<T> {
    if (ms === undefined) return this.wait(signal, work);
    let timer: Timer | undefined;
    const limit = new Promise<never>((_, reject) => {
      timer = this.#clock.after(ms, () => reject(late()));
    });
    try {
      return await this.wait(signal, Promise.race([work, limit]));
    } finally {
      this.#clock.cancel(timer);
    }
  }
}

/** `work`, or the signal's reason when it aborts first. */
function untilAborted<T>(signal: AbortSignal, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason as Error);
    if (signal.aborted) {
      work.catch(() => undefined);
      return abort();
    }
    signal.addEventListener('abort', abort, { once: true });
    const settle = () => signal.removeEventListener('abort', abort);
    work.then(
      (value) => {
        settle();
        resolve(value);
      },
      (error: unknown) => {
        settle();
        reject(error as Error);
      },
    );
  });
}
