import { StateFailure } from './failure.ts';
import type { Frame } from './frame.ts';
import type { Results, State } from './machine.ts';
import { bindingsOf, fieldValue, type Run } from './run-context.ts';
import type { Thread } from './thread.ts';

/** The next state of a Choice and what that choice makes of the data. Throws `States.NoChoiceMatched`. */
export async function choose(
  run: Run,
  frame: Frame,
  state: State,
): Promise<{ readonly next: string; readonly results: Results }> {
  const bindings = bindingsOf(run, frame, state);
  for (const rule of state.choices) {
    const { condition } = rule;
    const holds = typeof condition === 'boolean' ? condition : await condition.evaluateAs('boolean', bindings);
    if (holds === true) return { next: rule.next, results: rule };
  }
  if (state.next !== undefined) return { next: state.next, results: state };
  const cause = `Failed to transition out of the state '${state.name}' (entered at the event id #${frame.visit?.enteredEvent}). The state does not point to a next state.`;
  throw new StateFailure('States.NoChoiceMatched', cause);
}

/** Waits for `Seconds` or until `Timestamp`, on the sandbox's clock. */
export async function pause(run: Run, frame: Frame, state: State, thread: Thread, signal: AbortSignal): Promise<void> {
  const bindings = () => bindingsOf(run, frame, state);
  const seconds = await fieldValue(state.fields['Seconds'], 'number', bindings);
  if (seconds !== undefined) {
    const valid = typeof seconds === 'number' && Number.isInteger(seconds) && seconds >= 0 && seconds <= 99_999_999;
    if (!valid) throw wrong('Seconds', `must be an integer from 0 to 99999999, not ${JSON.stringify(seconds)}`);
    return thread.sleep(signal, seconds * 1000);
  }
  const timestamp = await fieldValue(state.fields['Timestamp'], 'string', bindings);
  if (!isTimestamp(timestamp))
    throw wrong('Timestamp', `must be a timestamp of RFC 3339, not ${JSON.stringify(timestamp)}`);
  return thread.sleep(signal, Math.max(0, Date.parse(timestamp) - run.engine.clock.now()));
}

/** Throws the error that a Fail state names. */
export async function fail(run: Run, frame: Frame, state: State): Promise<never> {
  const bindings = () => bindingsOf(run, frame, state);
  const error = await fieldValue(state.fields['Error'], 'string', bindings);
  const cause = await fieldValue(state.fields['Cause'], 'string', bindings);
  throw new StateFailure(error === undefined ? '' : String(error), cause === undefined ? undefined : String(cause));
}

/** Whether the text is a timestamp as ASL wants it: https://states-language.net/spec.html#timestamps */
function isTimestamp(value: unknown): value is string {
  const form = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})$/;
  return typeof value === 'string' && form.test(value) && !Number.isNaN(Date.parse(value));
}

function wrong(field: string, what: string): StateFailure {
  return new StateFailure('States.QueryEvaluationError', `The field '${field}' ${what}.`, field);
}
