/** One line of the story. */
export interface Entry {
  /** Milliseconds since the drill began, on the sandbox's clock. */
  readonly ms: number;
  /** What it is about: an instance, a node, a workflow, a group. */
  readonly subject: string;
  readonly what: string;
}

export type Listener = (entry: Entry, deadline: number | undefined) => void;

/** Collects what happens, in order, and passes it on. Repeated lines are joined by the recorders, not here. */
export class Timeline {
  readonly entries: Entry[] = [];
  readonly #now: () => number;
  readonly #listener: Listener;
  #start: number;
  #deadline: number | undefined;

  constructor(now: () => number, listener: Listener) {
    this.#now = now;
    this.#listener = listener;
    this.#start = now();
  }

  /** What follows is counted from now. */
  restart(): void {
    this.#start = this.#now();
    this.#deadline = undefined;
    this.entries.length = 0;
  }

  /** From now on each line says how much time is left. Epoch milliseconds. */
  setDeadline(deadline: number | undefined): void {
    this.#deadline = deadline;
  }

  add(subject: string, what: string): void {
    const entry = { ms: this.#now() - this.#start, subject, what };
    this.entries.push(entry);
    this.#listener(entry, this.#deadline);
  }

  seconds(): number {
    return (this.#now() - this.#start) / 1_000;
  }
}
