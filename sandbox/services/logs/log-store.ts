import type { SandboxClock } from '../../clock.ts';

export interface LogEvent {
  readonly id: string;
  readonly stream: string;
  readonly timestamp: number;
  readonly ingested: number;
  readonly message: string;
}

interface Stream {
  readonly name: string;
  readonly created: number;
}

export interface LogGroup {
  readonly name: string;
  readonly created: number;
  readonly streams: Map<string, Stream>;
  events: LogEvent[];
  retentionDays: number | undefined;
}

/** Beyond this the oldest events of a group go, so that a sandbox that runs for days keeps its memory. */
const mostEvents = 50_000;

/** All log groups. Functions write here, and so does PutLogEvents. */
export class LogStore {
  readonly #clock: SandboxClock;
  readonly #groups = new Map<string, LogGroup>();
  readonly #listeners: ((group: string, event: LogEvent) => void)[] = [];
  #sequence = 0;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
  }

  /** Calls `listener` with every event that is written from now on. */
  listen(listener: (group: string, event: LogEvent) => void): void {
    this.#listeners.push(listener);
  }

  /** Writes a line as Lambda does: group and stream are made when they are not there. */
  write(entry: {
    readonly group: string;
    readonly stream: string;
    readonly timestamp: number;
    readonly message: string;
  }): void {
    const group = this.#groups.get(entry.group) ?? this.create(entry.group);
    if (!group.streams.has(entry.stream)) this.createStream(group, entry.stream);
    this.#sequence += 1;
    const event: LogEvent = {
      // Event ids are 56 digits on AWS and grow with time.
      id: String(this.#sequence).padStart(56, '3'),
      stream: entry.stream,
      timestamp: entry.timestamp,
      ingested: this.#clock.now(),
      message: entry.message,
    };
    group.events.push(event);
    if (group.events.length > mostEvents) group.events.splice(0, group.events.length - mostEvents);
    for (const listener of this.#listeners) listener(entry.group, event);
  }

  create(name: string): LogGroup {
    const group: LogGroup = {
      name,
      created: this.#clock.now(),
      streams: new Map(),
      events: [],
      retentionDays: undefined,
    };
    this.#groups.set(name, group);
    return group;
  }

  createStream(group: LogGroup, name: string): void {
    group.streams.set(name, { name, created: this.#clock.now() });
  }

  /** The group without events beyond its retention. */
  get(name: string): LogGroup | undefined {
    const group = this.#groups.get(name);
    if (group?.retentionDays !== undefined) {
      const oldest = this.#clock.now() - group.retentionDays * 86_400_000;
      group.events = group.events.filter((event) => event.timestamp > oldest);
    }
    return group;
  }

  remove(name: string): void {
    this.#groups.delete(name);
  }

  all(): readonly LogGroup[] {
    return [...this.#groups.values()].sort((left, right) => (left.name < right.name ? -1 : 1));
  }
}
