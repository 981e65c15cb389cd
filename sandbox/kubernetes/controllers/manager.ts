import type { SandboxClock, Timer } from '../../clock.ts';
import type { Change, Store } from '../store/store.ts';

/** A control loop: names what a change touches, and later brings each touched thing to its desired state. */
export interface Controller {
  readonly name: string;
  /** Calls `enqueue` with the key of everything that the change may have touched. */
  observe(change: Change, enqueue: (key: string) => void): void;
  reconcile(key: string): void;
}

/** Controllers of a real cluster see a change after some milliseconds; evictions of one burst outrun them here as there. */
const latency = 20;

/**
 * Runs controllers on the clock: changes mark keys, and one timer for all works through the marked keys. By name, because
 * requests that a client sends at the same time arrive in an order that no seed decides.
 */
export class ControllerManager {
  readonly #clock: SandboxClock;
  readonly #queues = new Map<Controller, Set<string>>();
  readonly #stop: () => void;
  #timer: Timer | undefined;

  constructor(clock: SandboxClock, store: Store, controllers: readonly Controller[]) {
    this.#clock = clock;
    for (const controller of controllers) this.#queues.set(controller, new Set());
    this.#stop = store.subscribe((change) => {
      for (const [controller, keys] of this.#queues) {
        controller.observe(change, (key) => {
          keys.add(key);
          this.#arm();
        });
      }
    });
  }

  close(): void {
    this.#stop();
    this.#clock.cancel(this.#timer);
    this.#queues.clear();
  }

  #arm(): void {
    this.#timer ??= this.#clock.after(latency, () => this.#flush());
  }

  #flush(): void {
    this.#timer = undefined;
    for (const [controller, keys] of this.#queues) {
      const batch = [...keys].toSorted();
      keys.clear();
      for (const key of batch) controller.reconcile(key);
    }
  }
}

/** Asks for a key again at a later time; an earlier request for the same key stays. */
export class Rechecks {
  readonly #clock: SandboxClock;
  readonly #reconcile: (key: string) => void;
  readonly #timers = new Map<string, Timer>();

  constructor(clock: SandboxClock, reconcile: (key: string) => void) {
    this.#clock = clock;
    this.#reconcile = reconcile;
  }

  /** `at` is in epoch milliseconds. */
  at(key: string, at: number): void {
    const known = this.#timers.get(key);
    if (known && !known.cancelled && known.due <= at) return;
    this.#clock.cancel(known);
    const run = () => {
      this.#timers.delete(key);
      this.#reconcile(key);
    };
    this.#timers.set(key, this.#clock.after(at - this.#clock.now(), run));
  }

  /** Nothing is waited for any more: an idle clock would otherwise jump to the timer. */
  cancel(key: string): void {
    this.#clock.cancel(this.#timers.get(key));
    this.#timers.delete(key);
  }

  close(): void {
    for (const timer of this.#timers.values()) this.#clock.cancel(timer);
    this.#timers.clear();
  }
}
