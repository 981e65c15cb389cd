/** A timer that has been set and can be cancelled. */
export interface Timer {
  readonly due: number;
  readonly order: number;
  readonly run: () => void;
  cancelled: boolean;
}

export interface ClockOptions {
  /** `real` follows the wall clock; `skip` stands still and jumps to the next timer when nothing is running. */
  readonly mode: 'real' | 'skip';
  /** Epoch milliseconds at which the sandbox begins; the wall clock's now by default. */
  readonly start?: number;
  /** In `skip` mode: may the clock jump? Asked each time nothing is running. Yes, always, by default. */
  readonly mayJump?: () => boolean;
  /** `false`: everything is in this process, and no reply can be on its way on a socket. `true` by default. */
  readonly sockets?: boolean;
}

/** Real milliseconds of quiet before a jump: a reply on a loopback socket may still be on its way to its reader. */
const quietBeforeJump = 2;

/** Turns of the event loop without a stir before a jump, when there are no sockets: promises and ticks come to their end within one. */
const quietTurns = 3;

/**
 * The one clock of the sandbox. Every wait, retry, heartbeat, grace period and boot time is a timer on it.
 *
 * In `skip` mode time is frozen while anything runs, so behaviour does not depend on the machine's speed. Whatever works
 * with real I/O therefore holds the clock with `begin()` until it is done.
 */
export class SandboxClock {
  #mode: 'real' | 'skip';
  #offset: number;
  #frozen: number;
  #order = 0;
  #cancelWake: () => void = () => undefined;
  #closed = false;
  readonly #mayJump: () => boolean;
  /** See {@link ClockOptions.sockets}. */
  readonly sockets: boolean;
  readonly #resting: (() => void)[] = [];
  readonly #advancing: ((now: number) => void)[] = [];
  readonly #timers: Timer[] = [];
  readonly #running = new Map<symbol, string>();

  constructor(options: ClockOptions) {
    const wall = Date.now();
    this.#mode = options.mode;
    this.#frozen = options.start ?? wall;
    this.#offset = this.#frozen - wall;
    this.#mayJump = options.mayJump ?? (() => true);
    this.sockets = options.sockets ?? true;
  }

  get mode(): 'real' | 'skip' {
    return this.#mode;
  }

  /** Epoch milliseconds on the sandbox's clock. */
  now(): number {
    return this.#mode === 'skip' ? this.#frozen : Date.now() + this.#offset;
  }

  date(): Date {
    return new Date(this.now());
  }

  /** Goes on in the other mode from the moment reached. */
  setMode(mode: 'real' | 'skip'): void {
    const now = this.now();
    this.#mode = mode;
    this.#frozen = now;
    this.#offset = now - Date.now();
    this.#arm();
  }

  /** Runs `run` once, `ms` milliseconds from now on this clock. Timers of the same moment run in the order they were set. */
  after(ms: number, run: () => void): Timer {
    const timer: Timer = { due: this.now() + Math.max(0, ms), order: this.#order++, run, cancelled: false };
    insert(this.#timers, timer);
    this.#arm();
    return timer;
  }

  cancel(timer: Timer | undefined): void {
    if (timer) timer.cancelled = true;
  }

  /** Resolves after `ms` milliseconds on this clock; rejects with the signal's reason when it aborts first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(signal.reason);
      const timer = this.after(ms, () => {
        signal?.removeEventListener('abort', abort);
        resolve();
      });
      const abort = () => {
        this.cancel(timer);
        reject(signal?.reason);
      };
      signal?.addEventListener('abort', abort, { once: true });
    });
  }

  /** Holds the clock: no jump until the returned function is called. `what` names the holder for diagnosis. */
  begin(what: string): () => void {
    const key = Symbol(what);
    this.#running.set(key, what);
    return () => {
      if (this.#running.delete(key)) this.#arm();
    };
  }

  /** Holds the clock while `work` runs. */
  async hold<T>(what: string, work: () => Promise<T>): Promise<T> {
    const end = this.begin(what);
    try {
      return await work();
    } finally {
      end();
    }
  }

  /** Who holds the clock now. */
  running(): string[] {
    return [...this.#running.values()];
  }

  /** Looks again whether a jump is allowed; for owners of `mayJump` whose answer has changed. */
  poke(): void {
    this.#arm();
  }

  /** Calls `listener` with the time that has been, each time before it jumps forward. */
  onAdvance(listener: (now: number) => void): void {
    this.#advancing.push(listener);
  }

  /** Something moves in this process that holds nothing: the quiet before a jump begins anew. */
  stir(): void {
    if (!this.sockets) this.#arm();
  }

  /** Without sockets: resolves when nothing has moved for some turns of the event loop and the clock may not jump, or has nothing to jump to. */
  atRest(): Promise<void> {
    return new Promise((resolve) => {
      this.#resting.push(resolve);
      this.#arm();
    });
  }

  close(): void {
    this.#closed = true;
    this.#cancelWake();
    this.#timers.length = 0;
  }

  #arm(): void {
    this.#cancelWake();
    if (this.#closed) return;
    this.#dropCancelled();
    const next = this.#timers[0];
    if (!next && this.#resting.length === 0) return;
    if (this.#mode === 'real') {
      if (!next) return;
      const delay = Math.min(Math.max(0, next.due - this.now()), 2 ** 31 - 1);
      this.#cancelWake = inTime(delay, () => this.#fire());
      return;
    }
    if (this.#running.size > 0) return;
    const due = next !== undefined && next.due <= this.#frozen;
    const jump = () => this.#jump();
    this.#cancelWake = this.sockets ? inTime(due ? 0 : quietBeforeJump, jump) : inTurns(due ? 1 : quietTurns, jump);
  }

  #jump(): void {
    if (this.#running.size > 0) return;
    this.#dropCancelled();
    const next = this.#timers[0];
    if (next === undefined || (next.due > this.#frozen && !this.#mayJump())) {
      this.#rest();
      return;
    }
    if (next.due > this.#frozen) for (const listener of this.#advancing) listener(this.#frozen);
    this.#frozen = Math.max(this.#frozen, next.due);
    this.#fire();
  }

  #rest(): void {
    for (const resolve of this.#resting.splice(0)) resolve();
  }

  #fire(): void {
    const now = this.now();
    for (let next = this.#timers[0]; next && next.due <= now && !this.#closed; next = this.#timers[0]) {
      this.#timers.shift();
      if (!next.cancelled) next.run();
    }
    this.#arm();
  }

  #dropCancelled(): void {
    while (this.#timers[0]?.cancelled) this.#timers.shift();
  }
}

/** Runs after so many real milliseconds; returns what cancels it. */
function inTime(milliseconds: number, run: () => void): () => void {
  const timer = setTimeout(run, milliseconds);
  return () => clearTimeout(timer);
}

/** Runs after so many turns of the event loop; returns what cancels it. */
function inTurns(turns: number, run: () => void): () => void {
  let left = turns;
  const turn = () => {
    left -= 1;
    if (left > 0) next = setImmediate(turn);
    else run();
  };
  let next = setImmediate(turn);
  return () => clearImmediate(next);
}

function insert(timers: Timer[], timer: Timer): void {
  let low = 0;
  let high = timers.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = timers[middle] as Timer;
    if (other.due < timer.due || (other.due === timer.due && other.order < timer.order)) low = middle + 1;
    else high = middle;
  }
  timers.splice(low, 0, timer);
}
