import type { Timer } from '../../clock.ts';
import type { Execution } from './execution.ts';
import { Interrupted, StateFailure } from './failure.ts';
import { type Frame, newFrame } from './frame.ts';
import { whole } from './history.ts';
import type { Json } from './json.ts';
import type { State } from './machine.ts';
import type { Run } from './run-context.ts';
import { runState } from './run-state.ts';
import { Thread } from './thread.ts';

/** Runs a thread from where its frame stands to its end, and gives its output. */
async function runFrame(run: Run, frame: Frame, signal: AbortSignal): Promise<Json> {
  const thread = new Thread(run.engine.clock, `execution ${run.execution.name}`);
  try {
    for (;;) {
      // Ends a loop of states that never waits when the execution is stopped.
      if (signal.aborted) throw signal.reason as Error;
      const state = frame.machine.states.get(frame.at) as State;
      const { next, output } = await runState({ run, frame, state, thread, signal, runFrame });
      frame.visit = undefined;
      frame.input = output;
      if (next === undefined) return output;
      frame.at = next;
    }
  } finally {
    thread.release();
  }
}

/** Runs an execution from its start, or from where it failed, and writes its end. Never throws. */
export async function runExecution(run: Run, onEnd: () => void): Promise<void> {
  const { engine, execution } = run;
  const { control, revision } = execution;
  const seconds = revision.machine.timeoutSeconds;
  let limit: Timer | undefined;
  if (seconds !== undefined) {
    limit = engine.clock.after(seconds * 1000, () => control.abort(new Interrupted('timed-out')));
  }
  execution.root ??= newFrame(revision.machine, execution.inputValue);
  const { root } = execution;
  const release = engine.clock.begin(`execution ${execution.name}`);
  try {
    const work = runFrame(run, root, control.signal);
    release();
    succeed(run, root, await work);
  } catch (error) {
    release();
    if (error instanceof Interrupted && error.kind === 'closed') return;
    close(execution, root, error, engine.clock.date());
  } finally {
    engine.clock.cancel(limit);
  }
  onEnd();
}

function succeed({ engine, execution }: Run, root: Frame, output: Json): void {
  execution.output = output;
  execution.history.close('ExecutionSucceeded', root.previous, {
    executionSucceededEventDetails: { output: JSON.stringify(output), outputDetails: whole },
  });
  execution.end('SUCCEEDED', engine.clock.date());
}

function close(execution: Execution, root: Frame, error: unknown, at: Date): void {
  if (error instanceof Interrupted && error.kind === 'timed-out') {
    execution.error = 'States.Timeout';
    execution.history.close('ExecutionTimedOut', root.previous, {
      executionTimedOutEventDetails: { error: 'States.Timeout' },
    });
    execution.end('TIMED_OUT', at);
    return;
  }
  if (error instanceof Interrupted) {
    const { error: name, cause } = execution;
    const details = { ...(name !== undefined && { error: name }), ...(cause !== undefined && { cause }) };
    execution.history.close('ExecutionAborted', root.previous, { executionAbortedEventDetails: details });
    execution.end('ABORTED', at);
    return;
  }
  // Anything else is a mistake of the sandbox, which must not look like one of the machine.
  const failure =
    error instanceof StateFailure ? error : new StateFailure('States.Runtime', `The sandbox failed: ${String(error)}`);
  const { details } = failure;
  execution.error = details.error;
  execution.cause = details.cause;
  execution.history.close('ExecutionFailed', root.previous, { executionFailedEventDetails: details });
  execution.end('FAILED', at);
}
