import { Interrupted, StateFailure } from './failure.ts';
import { type Frame, newFrame, type Visit } from './frame.ts';
import type { Json, JsonObject } from './json.ts';
import type { State } from './machine.ts';
import { bindingsOf, fieldValue, type Run } from './run-context.ts';
import type { Thread } from './thread.ts';

/** Runs a frame to its end; given from outside because states and their threads call each other. */
export type RunFrame = (run: Run, frame: Frame, signal: AbortSignal) => Promise<Json>;

/** Concurrent iterations of an inline Map: https://docs.aws.amazon.com/step-functions/latest/dg/state-map-inline.html */
const mostIterations = 40;

interface Children {
  readonly run: Run;
  readonly frame: Frame;
  readonly state: State;
  readonly thread: Thread;
  readonly signal: AbortSignal;
  readonly runFrame: RunFrame;
}

/** Runs the branches of a Parallel state and gives their outputs in order. After a redrive only those that had not succeeded run. */
export async function runParallel(given: Children): Promise<Json> {
  const { run, frame, state } = given;
  const visit = frame.visit as Visit;
  if (!visit.children) {
    const input = state.arguments ? await state.arguments(bindingsOf(run, frame, state)) : frame.input;
    visit.children = state.branches.map((branch) => newFrame(branch, input, frame.variables));
    started(given, visit.children, 'ParallelStateStarted');
  } else resume(frame, visit.children);
  return together(given, visit.children, visit.children.length, given.runFrame);
}

/** Runs the iterations of an inline Map state, at most `MaxConcurrency` at once, and gives their outputs in order. */
export async function runMap(given: Children): Promise<Json> {
  const { run, frame, state } = given;
  const visit = frame.visit as Visit;
  const limit = await fieldValue(state.fields['MaxConcurrency'], 'number', () => bindingsOf(run, frame, state));
  if (!visit.children) {
    visit.children = await iterations(run, frame, state);
    started(given, visit.children, 'MapStateStarted');
  } else resume(frame, visit.children);
  await checkTolerance(given);
  const atOnce = Math.min(Number(limit ?? 0) || mostIterations, mostIterations);
  return together(given, visit.children, atOnce, (inner, child, signal) => iteration(given, inner, child, signal));
}

async function iterations(run: Run, frame: Frame, state: State): Promise<Frame[]> {
  const [processor] = state.branches;
  const items = state.items ? await state.items(bindingsOf(run, frame, state)) : frame.input;
  if (!Array.isArray(items) || !processor) {
    const reason = `Map state input must be an array but was: ${JSON.stringify(items)}`;
    throw new StateFailure('States.QueryEvaluationError', reason, '');
  }
  const children: Frame[] = [];
  for (const [Index, Value] of (items as readonly Json[]).entries()) {
    const item: JsonObject = { Item: { Index, Value } };
    const input = state.itemSelector ? await state.itemSelector(bindingsOf(run, frame, state, { item })) : Value;
    children.push(newFrame(processor, input, frame.variables, item));
  }
  return children;
}

/**
 * An inline Map takes the fields of tolerance and evaluates them after its start, in these words when they are wrong (measured on AWS:
 * localstack/localstack, v2/evaluate_jsonata `test_base_map` and v2/scenarios `test_map_state_tolerated_failure_*`). They change nothing:
 * the developer guide has thresholds for a Map Run only ("Failure threshold for Distributed Map state"), and an inline Map has none. What
 * AWS does with failures below a threshold in an inline Map is not documented and was not measured.
 */
async function checkTolerance({ run, frame, state }: Children): Promise<void> {
  const value = (field: string) => fieldValue(state.fields[field], 'number', () => bindingsOf(run, frame, state));
  const wrong = (what: string) =>
    new StateFailure(
      'States.Runtime',
      `An error occurred while executing the state '${state.name}' (entered at the event id #${frame.visit?.enteredEvent}). ${what}`,
    );
  if (Number((await value('ToleratedFailureCount')) ?? 0) < 0) throw wrong('ToleratedFailureCount cannot be negative.');
  const percentage = Number((await value('ToleratedFailurePercentage')) ?? 0);
  if (percentage < 0 || percentage > 100) throw wrong('ToleratedFailurePercentage must be between 0 and 100.');
}

/**
 * One iteration with its events. Nothing follows from the event of its end: the next one follows from its last state (measured on AWS:
 * localstack/localstack, v2/scenarios `test_map_state`, `test_map_state_retry`).
 */
async function iteration(given: Children, run: Run, child: Frame, signal: AbortSignal): Promise<Json> {
  const { history } = run.execution;
  const index = Number(((child.item?.['Item'] ?? {}) as JsonObject)['Index']);
  const details = { name: given.state.name, index };
  child.previous = history.add('MapIterationStarted', child.previous, { mapIterationStartedEventDetails: details });
  try {
    const output = await given.runFrame(run, child, signal);
    given.frame.previous = history.add('MapIterationSucceeded', child.previous, {
      mapIterationSucceededEventDetails: details,
    });
    return output;
  } catch (error) {
    if (error instanceof StateFailure)
      history.add('MapIterationFailed', child.previous, { mapIterationFailedEventDetails: details });
    else if (error instanceof Interrupted && error.kind === 'sibling-failed')
      history.add('MapIterationAborted', child.previous, { mapIterationAbortedEventDetails: details });
    throw error;
  }
}

function started(
  { run, frame }: Children,
  children: readonly Frame[],
  type: 'ParallelStateStarted' | 'MapStateStarted',
) {
  const details = type === 'MapStateStarted' ? { mapStateStartedEventDetails: { length: children.length } } : {};
  frame.previous = run.execution.history.add(type, frame.previous, details);
  for (const child of children) child.previous = frame.previous;
}

/** After a redrive the unfinished threads go on from the event of the redrive. */
function resume(frame: Frame, children: readonly Frame[]): void {
  for (const child of children) if (!child.result) child.previous = frame.previous;
}

/** Runs what is not finished, `limit` at a time. The first failure ends the others and is thrown. */
async function together(given: Children, children: readonly Frame[], limit: number, work: RunFrame): Promise<Json> {
  const { run, frame, thread, signal } = given;
  const control = new AbortController();
  const passOn = () => control.abort(signal.reason);
  signal.addEventListener('abort', passOn, { once: true });
  const waiting = children.filter((child) => !child.result);
  let failure: unknown;
  const worker = async () => {
    let last: Frame | undefined;
    for (let child = waiting.shift(); child && failure === undefined; child = waiting.shift()) {
      // Who comes after another in the same place follows from it.
      child.previous = last?.previous ?? child.previous;
      last = child;
      try {
        child.result = { output: await work(run, child, control.signal) };
      } catch (error) {
        failure ??= error;
        control.abort(new Interrupted('sibling-failed'));
      }
      frame.previous = Math.max(frame.previous, child.previous);
    }
  };
  // Threads hold the clock themselves; they all end when the signal aborts, so nothing is left behind.
  thread.release();
  await Promise.all(Array.from({ length: Math.min(limit, waiting.length) }, worker));
  thread.hold();
  signal.removeEventListener('abort', passOn);
  if (failure !== undefined) throw failure as Error;
  return children.map((child) => (child.result as { output: Json }).output);
}
