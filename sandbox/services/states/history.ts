import type { HistoryEvent, HistoryEventType } from '@aws-sdk/client-sfn';
import type { SandboxClock } from '../../clock.ts';
import { StateFailure } from './failure.ts';

/** The events of a history may not be more: https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html */
const mostEvents = 25_000;

export type EventDetails = Omit<HistoryEvent, 'id' | 'type' | 'timestamp' | 'previousEventId'>;

/** Text in an event with the member that says whether it is whole. Nothing here exceeds AWS's own limit for events. */
export const whole = { truncated: false } as const;

/** The history of one execution, in the shape of GetExecutionHistory. */
export class History {
  readonly events: HistoryEvent[] = [];
  readonly #clock: SandboxClock;
  readonly #listener: (event: HistoryEvent) => void;

  constructor(clock: SandboxClock, listener: (event: HistoryEvent) => void) {
    this.#clock = clock;
    this.#listener = listener;
  }

  /** Adds an event and gives its id. Throws `StateFailure` when only the place for the last event is left. */
  add(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    if (this.events.length >= mostEvents - 1) {
      throw new StateFailure(
        'States.Runtime',
        `The execution reached the maximum number of history events (${mostEvents}).`,
      );
    }
    return this.close(type, previousEventId, details);
  }

  /** Adds an event that may be the last one. */
  close(type: HistoryEventType, previousEventId: number, details: EventDetails = {}): number {
    const id = this.events.length + 1;
    const event = { id, type, previousEventId, timestamp: this.#clock.date(), ...details };
    this.events.push(event);
    this.#listener(event);
    return id;
  }
}
