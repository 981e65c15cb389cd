import type { Json, JsonObject } from './json.ts';
import type { Machine } from './machine.ts';
import { Variables } from './variables.ts';

/**
 * Where one thread of an execution stands: the machine itself, a branch, or an iteration. A redrive goes on from the frames that the
 * failed run has left.
 */
export interface Frame {
  readonly machine: Machine;
  readonly variables: Variables;
  /** `$states.context.Map` of an iteration. */
  readonly item: JsonObject | undefined;
  at: string;
  input: Json;
  /** Id of the thread's last event. */
  previous: number;
  /** The visit of the state `at`; undefined before it is entered. */
  visit: Visit | undefined;
  /** Set when the thread has ended well. */
  result: { readonly output: Json } | undefined;
}

/** One visit of a state. */
export interface Visit {
  readonly enteredEvent: number;
  readonly enteredTime: string;
  /** Attempts made by each retrier. */
  readonly retries: number[];
  retryCount: number;
  /** Threads of a Parallel or Map state. */
  children: Frame[] | undefined;
}

export function newFrame(machine: Machine, input: Json, outer?: Variables, item?: JsonObject): Frame {
  return {
    machine,
    variables: new Variables(outer),
    item,
    at: machine.startAt,
    input,
    previous: 0,
    visit: undefined,
    result: undefined,
  };
}
