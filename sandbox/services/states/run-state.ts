import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { handles, Interrupted, StateFailure } from './failure.ts';
import type { Frame, Visit } from './frame.ts';
import { whole } from './history.ts';
import { type Json, type JsonObject, jsonBytes } from './json.ts';
import type { Catcher, Results, State } from './machine.ts';
import { retryDelay } from './retry.ts';
import { type RunFrame, runMap, runParallel } from './run-children.ts';
import { bindingsOf, membersOf, type Phase, type Run } from './run-context.ts';
import { choose, fail, pause } from './run-flow.ts';
import { largestPayload, runTask } from './run-task.ts';
import type { Thread } from './thread.ts';
import { Variables } from './variables.ts';

/** Where a state leads. */
export interface Outcome {
  readonly next: string | undefined;
  readonly output: Json;
  readonly assigned: JsonObject;
}

export interface Work {
  readonly run: Run;
  readonly frame: Frame;
  readonly state: State;
  readonly thread: Thread;
  readonly signal: AbortSignal;
  readonly runFrame: RunFrame;
}

/** Runs one state with its retries and catchers, from Entered to Exited. Throws `StateFailure` when nothing handles a failure. */
export async function runState(work: Work): Promise<Outcome> {
  const { run, frame, state } = work;
  if (!frame.visit) enter(run, frame, state);
  const outcome = await attempts(work);
  exit(run, frame, state, outcome);
  return outcome;
}

/** What one attempt of a state came to. */
export type Attempted =
  | { readonly kind: 'succeeded' | 'caught'; readonly outcome: Outcome; readonly failure?: StateFailure }
  | { readonly kind: 'retriable' | 'failed'; readonly failure: StateFailure };

/** Enters a state and attempts it once; says what would come of a failure. */
export async function attemptOnce(work: Work): Promise<Attempted> {
  const { run, frame, state } = work;
  enter(run, frame, state);
  try {
    return { kind: 'succeeded', outcome: await attempt(work) };
  } catch (error) {
    if (!(error instanceof StateFailure)) throw error;
    const failure = recorded(run, frame, state, error);
    const retries = retryDelay(state.retry, frame.visit as Visit, failure, run.engine.random) !== undefined;
    if (retries) return { kind: 'retriable', failure };
    const catches = state.catch.some(({ errorEquals }) => handles(errorEquals, failure));
    return catches ? { kind: 'caught', outcome: await caught(work, failure), failure } : { kind: 'failed', failure };
  }
}

function enter({ engine, execution }: Run, frame: Frame, state: State): void {
  execution.transitions += 1;
  const details = { name: state.name, input: JSON.stringify(frame.input), inputDetails: whole };
  frame.previous = execution.history.add(`${state.type}StateEntered` as HistoryEventType, frame.previous, {
    stateEnteredEventDetails: details,
  });
  frame.visit = {
    enteredEvent: frame.previous,
    enteredTime: engine.clock.date().toISOString(),
    retries: state.retry.map(() => 0),
    retryCount: 0,
    children: undefined,
  };
}

/** Variables take their values when the state exits: `Assign` and `Output` have seen those from before. */
function exit({ execution }: Run, frame: Frame, state: State, { output, assigned }: Outcome): void {
  const names = Object.keys(assigned);
  frame.previous = execution.history.add(`${state.type}StateExited` as HistoryEventType, frame.previous, {
    stateExitedEventDetails: {
      name: state.name,
      output: JSON.stringify(output),
      outputDetails: whole,
      ...(names.length > 0 && {
        assignedVariables: Variables.describe(assigned),
        assignedVariablesDetails: whole,
      }),
    },
  });
}

async function attempts(work: Work): Promise<Outcome> {
  const { run, frame, state } = work;
  for (;;) {
    try {
      return await attempt(work);
    } catch (error) {
      if (!(error instanceof StateFailure)) throw aborted(run, frame, state, error);
      const failure = recorded(run, frame, state, error);
      const visit = frame.visit as Visit;
      const delay = retryDelay(state.retry, visit, failure, run.engine.random);
      if (delay === undefined) {
        recordEnd(run, frame, state);
        return await caught(work, failure);
      }
      run.execution.transitions += 1;
      visit.children = undefined;
      await work.thread.sleep(work.signal, delay);
    }
  }
}

async function attempt(work: Work): Promise<Outcome> {
  const { run, frame, state, thread, signal } = work;
  switch (state.type) {
    case 'Task':
      return finish(run, frame, state, state.next, { result: await runTask(run, frame, state, thread, signal) });
    case 'Parallel':
      return finish(run, frame, state, state.next, { result: ended(work, await runParallel(work)) });
    case 'Map':
      return finish(run, frame, state, state.next, { result: ended(work, await runMap(work)) });
    case 'Choice': {
      const { next, results } = await choose(run, frame, state);
      return finish(run, frame, results, next, {});
    }
    case 'Wait':
      await pause(run, frame, state, thread, signal);
      return finish(run, frame, state, state.next, {});
    case 'Fail':
      return fail(run, frame, state);
    default:
      return finish(run, frame, state, state.next, {});
  }
}

/** `StateExited` follows from what this follows from (measured on AWS: see `run-children.ts`). */
function ended({ run, frame, state }: Work, result: Json): Json {
  run.execution.history.add(`${state.type}StateSucceeded` as HistoryEventType, frame.previous);
  return result;
}

/** `Assign` and `Output` of a state, of a choice rule or of a catcher, both from the same values. */
async function finish(
  run: Run,
  frame: Frame,
  results: Results,
  next: string | undefined,
  phase: Phase,
): Promise<Outcome> {
  const state = frame.machine.states.get(frame.at) as State;
  const bindings = results.output || results.assign ? bindingsOf(run, frame, state, phase) : {};
  const assigned = results.assign ? membersOf(await results.assign(bindings)) : {};
  const output = results.output ? await results.output(bindings) : (phase.result ?? phase.errorOutput ?? frame.input);
  if (jsonBytes(output) > largestPayload) {
    const reason = `The state/task '${state.name}' returned a result with a size exceeding the maximum number of bytes service limit.`;
    throw new StateFailure('States.DataLimitExceeded', reason);
  }
  frame.variables.assign(assigned);
  return { next, output, assigned };
}

async function caught(work: Work, failure: StateFailure): Promise<Outcome> {
  const { run, frame, state } = work;
  const catcher: Catcher | undefined = state.catch.find((candidate) => handles(candidate.errorEquals, failure));
  if (!catcher) throw failure;
  try {
    return await finish(run, frame, catcher, catcher.next, { errorOutput: failure.output });
  } catch (error) {
    throw error instanceof StateFailure ? recorded(run, frame, state, error) : error;
  }
}

/** Writes the event of a failed expression, and names the state in the cause of a failed expression. */
function recorded(run: Run, frame: Frame, state: State, failure: StateFailure): StateFailure {
  const { history } = run.execution;
  const { enteredEvent } = frame.visit as Visit;
  let named = failure;
  if (failure.location !== undefined) {
    const cause = `An error occurred while executing the state '${state.name}' (entered at the event id #${enteredEvent}). ${failure.reason}`;
    named = new StateFailure(failure.error, cause);
    const location = failure.location !== '' && { location: failure.location };
    frame.previous = history.add('EvaluationFailed', frame.previous, {
      evaluationFailedEventDetails: { error: failure.error, cause, ...location, state: state.name },
    });
  }
  return named;
}

/**
 * Whatever the number of attempts, a Parallel or Map state fails once, when none is left and before any catcher (measured on AWS:
 * localstack/localstack, v2/scenarios `test_parallel_state_retry`, `test_parallel_state_catch`, `test_map_state_retry`).
 */
function recordEnd({ execution }: Run, frame: Frame, state: State): void {
  if (state.type === 'Parallel' || state.type === 'Map')
    frame.previous = execution.history.add(`${state.type}StateFailed` as HistoryEventType, frame.previous);
}

/** A state that ends because a sibling has failed has an event of its own. */
function aborted(run: Run, frame: Frame, state: State, error: unknown): unknown {
  const types: readonly string[] = ['Task', 'Wait', 'Parallel', 'Map'];
  if (error instanceof Interrupted && error.kind === 'sibling-failed' && types.includes(state.type)) {
    frame.previous = run.execution.history.add(`${state.type}StateAborted` as HistoryEventType, frame.previous);
  }
  return error;
}
