import type { SandboxClock, Timer } from '../../../clock.ts';
import { realm } from '../../../network/realm.ts';

/** As in Node: anything that is not between 1 and 2^31-1 is 1. */
const delayOf = (milliseconds: unknown) => {
  const given = Number(milliseconds);
  return given >= 1 && given <= 2_147_483_647 ? Math.trunc(given) : 1;
};

type Callback = (...args: unknown[]) => void;

/**
 * All timers of one function on the sandbox's clock. They stand still while the function is frozen, and what fell due meanwhile runs when it
 * goes on.
 */
export class VirtualTimers {
  readonly #clock: SandboxClock;
  readonly #onError: (error: unknown) => void;
  readonly #pending = new Map<number, VirtualTimeout>();
  #lastId = 0;
  #running = false;
  #ended = false;

  /** @param onError takes what a callback throws, which would end a process */
  constructor(clock: SandboxClock, onError: (error: unknown) => void) {
    this.#clock = clock;
    this.#onError = onError;
  }

  readonly setTimeout = (callback: Callback, milliseconds?: number, ...args: unknown[]): VirtualTimeout =>
    this.#add(callback, milliseconds, args, false);

  readonly setInterval = (callback: Callback, milliseconds?: number, ...args: unknown[]): VirtualTimeout =>
    this.#add(callback, milliseconds, args, true);

  readonly clearTimeout = (timer: unknown): void => {
    const id = timer instanceof VirtualTimeout ? timer.id : Number(timer);
    this.#pending.get(id)?.close();
  };

  readonly setImmediate = (callback: Callback, ...args: unknown[]): NodeJS.Immediate => {
    this.#clock.stir();
    return setImmediate(() => this.run(() => callback(...args)));
  };

  /** `setTimeout` of node:timers/promises. */
  readonly sleep = <Value>(milliseconds = 1, value?: Value, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise<Value | undefined>((resolve, reject) => {
      const aborted = () =>
        Object.assign(new realm.Error('The operation was aborted', { cause: signal?.reason }), {
          name: 'AbortError',
          code: 'ABORT_ERR',
        });
      if (signal?.aborted) return reject(aborted());
      const timer = this.setTimeout(() => {
        signal?.removeEventListener('abort', abort);
        resolve(value);
      }, milliseconds);
      const abort = () => {
        timer.close();
        reject(aborted());
      };
      signal?.addEventListener('abort', abort, { once: true });
    });

  thaw(): void {
    this.#running = true;
    for (const timer of this.#pending.values()) timer.arm();
  }

  freeze(): void {
    this.#running = false;
    for (const timer of this.#pending.values()) timer.suspend();
  }

  /** Nothing of the function runs any more. */
  end(): void {
    this.#ended = true;
    this.freeze();
    this.#pending.clear();
  }

  /** Runs something of the function, if it still runs. */
  run(work: () => void): void {
    if (this.#ended) return;
    this.#clock.stir();
    try {
      work();
    } catch (error) {
      this.#onError(error);
    }
  }

  #add(callback: Callback, milliseconds: unknown, args: unknown[], repeats: boolean): VirtualTimeout {
    this.#lastId += 1;
    const id = this.#lastId;
    const timer: VirtualTimeout = new VirtualTimeout(id, delayOf(milliseconds), {
      clock: this.#clock,
      running: () => this.#running && !this.#ended,
      pending: this.#pending,
      fire: () => this.run(() => callback(...args)),
      repeats,
    });
    return timer.refresh();
  }
}

interface Owner {
  readonly clock: SandboxClock;
  readonly running: () => boolean;
  readonly pending: Map<number, VirtualTimeout>;
  readonly fire: () => void;
  readonly repeats: boolean;
}

/** What `setTimeout` gives, with the methods of Node's own. */
class VirtualTimeout {
  readonly id: number;
  readonly #milliseconds: number;
  readonly #owner: Owner;
  #due = 0;
  #timer: Timer | undefined;

  constructor(id: number, milliseconds: number, owner: Owner) {
    this.id = id;
    this.#milliseconds = milliseconds;
    this.#owner = owner;
  }

  refresh(): this {
    this.suspend();
    this.#due = this.#owner.clock.now() + this.#milliseconds;
    this.#owner.pending.set(this.id, this);
    this.arm();
    return this;
  }

  arm(): void {
    const { clock, running } = this.#owner;
    if (!running()) return;
    this.suspend();
    this.#timer = clock.after(this.#due - clock.now(), () => {
      if (this.#owner.repeats) this.refresh();
      else this.close();
      this.#owner.fire();
    });
  }

  suspend(): void {
    this.#owner.clock.cancel(this.#timer);
    this.#timer = undefined;
  }

  close(): this {
    this.suspend();
    this.#owner.pending.delete(this.id);
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  hasRef(): boolean {
    return true;
  }

  [Symbol.toPrimitive](): number {
    return this.id;
  }

  [Symbol.dispose](): void {
    this.close();
  }
}
