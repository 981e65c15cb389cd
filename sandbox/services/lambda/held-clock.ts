import type { SandboxClock, Timer } from '../../clock.ts';

interface Sleep {
  readonly id: number;
  readonly due: number;
  timer: Timer | undefined;
}

export type ToProcess =
  | {
      readonly type: 'wake';
      readonly id: number;
      readonly sequence: number;
      readonly mode: string;
      readonly now: number;
    }
  | { readonly type: 'clock'; readonly id: number; readonly mode: string; readonly now: number };

/**
 * One process's part in the sandbox's clock: it holds the clock while the process computes, lets go while the process only sleeps or
 * waits for the sandbox itself, and wakes its sleeps.
 */
export class HeldClock {
  readonly #clock: SandboxClock;
  readonly #what: string;
  readonly #send: (message: ToProcess) => void;
  readonly #sleeps = new Map<number, Sleep>();
  #release: (() => void) | undefined;
  #running = false;
  #resting = false;
  #waits = 0;
  #lastWord = 0;
  /** What goes on when the process has heard what time it is. */
  readonly #hearing = new Map<number, () => void>();
  #sequence = 0;

  constructor(clock: SandboxClock, what: string, send: (message: ToProcess) => void) {
    this.#clock = clock;
    this.#what = what;
    this.#send = send;
  }

  /** The process has begun to work. Sleeps that an earlier invocation left behind go on. */
  start(): void {
    this.#running = true;
    this.#resting = false;
    for (const sleep of this.#sleeps.values()) this.#arm(sleep);
    this.#update();
  }

  /** The process has finished; Lambda freezes it, so its sleeps stand still. */
  stop(): void {
    this.#running = false;
    for (const sleep of this.#sleeps.values()) this.#clock.cancel(sleep.timer);
    for (const id of this.#hearing.keys()) this.heard(id);
    this.#update();
  }

  sleep(id: number, ms: number): void {
    this.#resting = false;
    const sleep: Sleep = { id, due: this.#clock.now() + ms, timer: undefined };
    this.#sleeps.set(id, sleep);
    if (this.#running) this.#arm(sleep);
    this.#update();
  }

  cancel(id: number): void {
    this.#clock.cancel(this.#sleeps.get(id)?.timer);
    this.#sleeps.delete(id);
    this.#resting = false;
    this.#update();
  }

  /** The process says that it only sleeps. A word that crossed with a wake-up no longer holds. */
  rest(sequence: number): void {
    if (sequence !== this.#sequence || this.#sleeps.size === 0) return;
    this.#resting = true;
    this.#update();
  }

  /**
   * The process waits for an answer of the sandbox, which may take time on this clock. Returns what ends the wait: the answer may go when that
   * resolves, because only then does the process know what time it is.
   */
  wait(): () => Promise<void> {
    const before = this.#clock.now();
    this.#waits += 1;
    this.#update();
    return async () => {
      this.#waits -= 1;
      this.#update();
      if (this.#clock.now() !== before && this.#running) await this.#tellTime();
    };
  }

  /** The process has set its clock. */
  heard(id: number): void {
    this.#hearing.get(id)?.();
    this.#hearing.delete(id);
  }

  #tellTime(): Promise<void> {
    this.#lastWord += 1;
    const id = this.#lastWord;
    return new Promise((resolve) => {
      this.#hearing.set(id, resolve);
      this.#send({ type: 'clock', id, mode: this.#clock.mode, now: this.#clock.now() });
    });
  }

  #arm(sleep: Sleep): void {
    this.#clock.cancel(sleep.timer);
    sleep.timer = this.#clock.after(sleep.due - this.#clock.now(), () => {
      this.#sleeps.delete(sleep.id);
      this.#sequence += 1;
      this.#resting = false;
      this.#update();
      this.#send({
        type: 'wake',
        id: sleep.id,
        sequence: this.#sequence,
        mode: this.#clock.mode,
        now: this.#clock.now(),
      });
    });
  }

  #update(): void {
    const hold = this.#running && !this.#resting && this.#waits === 0;
    if (hold) this.#release ??= this.#clock.begin(this.#what);
    else {
      this.#release?.();
      this.#release = undefined;
    }
  }
}
