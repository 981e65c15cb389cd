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
  readonly #told: Entry[] = [];
  /** Lines of functions' logs: real time decides where they come among others of the same moment. */
  readonly #logged = new Set<Entry>();
  readonly #now: () => number;
  readonly #listener: Listener;
  #start: number;
  /** By instance, epoch milliseconds. */
  readonly #deadlines = new Map<string, number>();
  #severalDeadlines = false;

  constructor(now: () => number, listener: Listener) {
    this.#now = now;
    this.#listener = listener;
    this.#start = now();
  }

  /** All lines so far; those of logs after all others of the same moment, so that a seed gives one order. */
  get entries(): Entry[] {
    const rank = (entry: Entry) => (this.#logged.has(entry) ? 1 : 0);
    const text = ({ subject, what }: Entry) => `${subject} ${what}`;
    return this.#told.toSorted(
      (left, right) =>
        left.ms - right.ms ||
        rank(left) - rank(right) ||
        (rank(left) === 0 ? 0 : text(left).localeCompare(text(right))),
    );
  }

  /** What follows is counted from now. */
  restart(): void {
    this.#start = this.#now();
    this.#deadlines.clear();
    this.#severalDeadlines = false;
    this.#told.length = 0;
    this.#logged.clear();
  }

  /** From now on each line about the instance says how much time is left. Epoch milliseconds; undefined when its work has ended. */
  setDeadline(instance: string, deadline: number | undefined): void {
    if (deadline === undefined) {
      this.#deadlines.delete(instance);
      return;
    }
    this.#severalDeadlines ||= this.#deadlines.size > 0 && !this.#deadlines.has(instance);
    this.#deadlines.set(instance, deadline);
  }

  /** A line; `about` are the instances that it concerns. */
  add(subject: string, what: string, about: readonly string[] = []): void {
    const entry = { ms: this.#now() - this.#start, subject, what };
    this.#told.push(entry);
    this.#listener(entry, this.#deadlineFor(about));
  }

  /** A line that a function's log tells. */
  addLogged(subject: string, what: string, about: readonly string[] = []): void {
    this.add(subject, what, about);
    const entry = this.#told.at(-1);
    if (entry) this.#logged.add(entry);
  }

  seconds(): number {
    return (this.#now() - this.#start) / 1_000;
  }

  /** The nearest of the instances' own. As long as there has been one alone and it has not passed, it counts for every line. */
  #deadlineFor(about: readonly string[]): number | undefined {
    const own = about.flatMap((instance) => this.#deadlines.get(instance) ?? []);
    if (own.length > 0) return Math.min(...own);
    const [first] = this.#deadlines.values();
    return this.#severalDeadlines || first === undefined || first < this.#now() ? undefined : first;
  }
}
