import { AwsError } from '../../aws/contract.ts';
import { Interrupted, StateFailure } from './failure.ts';
import type { Frame } from './frame.ts';
import type { Integration } from './integration.ts';
import { type Json, jsonBytes } from './json.ts';
import type { State } from './machine.ts';
import { bindingsOf, callerOf, fieldValue, membersOf, type Run } from './run-context.ts';
import { type TaskEvents, taskEvents } from './task-events.ts';
import type { Thread } from './thread.ts';
import { TokenWait } from './token-wait.ts';

/** https://docs.aws.amazon.com/step-functions/latest/dg/service-quotas.html: input or result of a task, state or execution. */
export const largestPayload = 256 * 1024;

/** One attempt of a task. */
interface Attempt {
  readonly run: Run;
  readonly state: State;
  readonly integration: Integration;
  readonly thread: Thread;
  readonly signal: AbortSignal;
  readonly events: TaskEvents;
  readonly parameters: Json;
  readonly deadline: number | undefined;
  readonly tokenWait: TokenWait | undefined;
}

/** Runs a Task state once and gives `$states.result`; throws `StateFailure`. */
export async function runTask(
  run: Run,
  frame: Frame,
  state: State,
  thread: Thread,
  signal: AbortSignal,
): Promise<Json> {
  const { engine, execution } = run;
  const integration = await known(engine.integrations.get(state.resource));
  const token = integration.pattern === 'token' ? engine.tokens.create() : undefined;
  const bindings = () => bindingsOf(run, frame, state, token === undefined ? {} : { token });
  const parameters = state.arguments ? await state.arguments(bindings()) : frame.input;
  const timeoutSeconds = await seconds(state, 'TimeoutSeconds', bindings);
  const heartbeatSeconds = await seconds(state, 'HeartbeatSeconds', bindings);
  if (jsonBytes(parameters) > largestPayload) throw tooLarge(`The state/task '${state.name}' was given parameters`);
  const events = taskEvents(execution.history, frame, integration);
  events.scheduled(parameters, timeoutSeconds, heartbeatSeconds);
  const tokenWait = token === undefined ? undefined : new TokenWait(engine, token, heartbeatSeconds);
  const deadline = timeoutSeconds === undefined ? undefined : engine.clock.now() + timeoutSeconds * 1000;
  try {
    return await attempt({ run, state, integration, thread, signal, events, parameters, deadline, tokenWait });
  } catch (error) {
    if (error instanceof StateFailure) events.failed(error);
    throw error;
  } finally {
    tokenWait?.close();
  }
}

async function attempt(task: Attempt): Promise<Json> {
  const { run, integration, events } = task;
  events.started();
  const answer = await within(task, integration.call(task.parameters, callerOf(run)));
  limited(answer, integration);
  if (integration.pattern !== 'response') events.submitted(answer);
  const result = await completed(task, answer);
  limited(result, integration);
  events.succeeded(result);
  return result;
}

/** What the task waits for after its call was answered. */
async function completed(task: Attempt, answer: Json): Promise<Json> {
  const { pattern } = task.integration;
  if (task.tokenWait) return within(task, task.tokenWait.returned);
  return pattern === 'sync' || pattern === 'sync:2' ? childResult(task, answer, pattern === 'sync:2') : answer;
}

/** The end of the execution that was started; it is stopped when the task ends early. */
async function childResult(task: Attempt, answer: Json, parse: boolean): Promise<Json> {
  const { engine } = task.run;
  const executionArn = String(membersOf(answer)['ExecutionArn']);
  const caller = callerOf(task.run);
  try {
    await within(task, engine.ended(executionArn));
  } catch (error) {
    const stop = { executionArn };
    const early = error instanceof Interrupted || error instanceof StateFailure;
    if (early) await engine.call('StopExecution', stop, caller).catch(() => undefined);
    throw error;
  }
  const described = await engine.call('DescribeExecution', { executionArn }, caller).catch((error: unknown) => {
    throw error instanceof AwsError
      ? new StateFailure('StepFunctions.AWSStepFunctionsException', error.message)
      : error;
  });
  const result = describedChild(described, parse);
  if (described['status'] !== 'SUCCEEDED') throw new StateFailure('States.TaskFailed', JSON.stringify(result));
  return result;
}

/** DescribeExecution as the optimised integration gives it: `.sync:2` has input and output as JSON, `.sync` as text. */
function describedChild(described: Readonly<Record<string, unknown>>, parse: boolean): Json {
  const entries = Object.entries(described).filter(([, value]) => value !== undefined);
  return Object.fromEntries(
    entries.map(([name, value]): [string, Json] => {
      const key = name.charAt(0).toUpperCase() + name.slice(1);
      if (value instanceof Date) return [key, value.getTime()];
      const text = (name === 'input' || name === 'output') && parse;
      return [key, text ? (JSON.parse(String(value)) as Json) : (value as Json)];
    }),
  );
}

function within<T>(task: Attempt, work: Promise<T>): Promise<T> {
  const { clock } = task.run.engine;
  const left = task.deadline === undefined ? undefined : task.deadline - clock.now();
  return task.thread.waitAtMost(task.signal, work, left, () => new StateFailure('States.Timeout'));
}

/** A whole number of seconds up to the longest time of a task (99,999,999, same page as above). */
async function seconds(
  state: State,
  field: 'TimeoutSeconds' | 'HeartbeatSeconds',
  bindings: () => ReturnType<typeof bindingsOf>,
): Promise<number | undefined> {
  const value = await fieldValue(state.fields[field], 'number', bindings);
  if (value === undefined) return undefined;
  if (typeof value === 'number' && Number.isInteger(value) && value > 0 && value <= 99_999_999) return value;
  const reason = `The ${field} field must be an integer from 1 to 99999999, not ${JSON.stringify(value)}.`;
  throw new StateFailure('States.QueryEvaluationError', reason, field);
}

function limited(value: Json, integration: Integration): void {
  const what = integration.functionArn ?? integration.resourceType;
  if (jsonBytes(value) > largestPayload) throw tooLarge(`The state/task '${what}' returned a result`);
}

function tooLarge(what: string): StateFailure {
  const reason = `${what} with a size exceeding the maximum number of bytes service limit.`;
  return new StateFailure('States.DataLimitExceeded', reason);
}

async function known<T>(found: Promise<T>): Promise<T> {
  return found.catch((error: unknown) => {
    throw error instanceof AwsError ? new StateFailure('States.Runtime', error.message) : error;
  });
}
