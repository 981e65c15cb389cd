import type { SandboxClock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import type { Execution } from './execution.ts';
import type { Bindings } from './expression.ts';
import type { Frame } from './frame.ts';
import type { Caller } from './integration.ts';
import type { Integrations } from './integrations.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import type { Field, State } from './machine.ts';
import type { TaskTokens } from './tokens.ts';

/** What all executions share. */
export interface Engine {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly functions: Bindings;
  readonly tokens: TaskTokens;
  readonly integrations: Integrations;
  /** Resolves when that execution has ended. */
  readonly ended: (executionArn: string) => Promise<void>;
  /** Calls an operation of Step Functions as the caller. */
  readonly call: (operation: string, input: object, caller: Caller) => Promise<Readonly<Record<string, unknown>>>;
}

/** One execution and its engine. */
export interface Run {
  readonly engine: Engine;
  readonly execution: Execution;
}

/** What a phase of a state adds to `$states`. */
export interface Phase {
  readonly result?: Json;
  readonly errorOutput?: Json;
  readonly token?: string;
  readonly item?: JsonObject;
}

/** Everything that an expression of a state can see in a phase. */
export function bindingsOf(run: Run, frame: Frame, state: State, phase: Phase = {}): Bindings {
  const { result, errorOutput } = phase;
  return {
    ...run.engine.functions,
    ...frame.variables.visible(),
    states: {
      input: frame.input,
      context: contextObject(run, frame, state, phase),
      ...(result === undefined ? {} : { result }),
      ...(errorOutput === undefined ? {} : { errorOutput }),
    },
  };
}

/**
 * Only states that can have a Retry count their retries: measured on AWS for Task, Map and Pass in localstack/localstack,
 * tests/aws/services/stepfunctions/v2/, context_object and test_state; the developer guide shows a Task.
 */
const retried: ReadonlySet<State['type']> = new Set(['Task', 'Parallel', 'Map']);

/** https://docs.aws.amazon.com/step-functions/latest/dg/input-output-contextobject.html */
function contextObject({ execution }: Run, frame: Frame, state: State, phase: Phase): JsonObject {
  const redriven = execution.redrives.at(-1)?.at;
  const item = phase.item ?? frame.item;
  return {
    Execution: {
      Id: execution.arn,
      Input: execution.inputValue,
      Name: execution.name,
      RoleArn: execution.revision.roleArn,
      StartTime: execution.started.toISOString(),
      RedriveCount: execution.redrives.length,
      ...(redriven && { RedriveTime: redriven.toISOString() }),
    },
    StateMachine: { Id: execution.revision.arn, Name: execution.revision.name },
    State: {
      Name: state.name,
      EnteredTime: frame.visit?.enteredTime ?? '',
      ...(retried.has(state.type) && { RetryCount: frame.visit?.retryCount ?? 0 }),
    },
    ...(phase.token === undefined ? {} : { Task: { Token: phase.token } }),
    ...(item && { Map: item }),
  };
}

export function callerOf({ execution }: Run): Caller {
  const { roleArn, arn } = execution.revision;
  return {
    principal: { kind: 'role', roleArn, sessionName: execution.name },
    stateMachineArn: arn,
    executionArn: execution.arn,
  };
}

/** The value of a field that must be a number or text; undefined when the state does not have it. Throws `StateFailure`. */
export async function fieldValue(
  field: Field | undefined,
  type: 'number' | 'string',
  bindings: () => Bindings,
): Promise<Json | undefined> {
  if (!field) return undefined;
  return 'value' in field ? field.value : field.expression.evaluateAs(type, bindings());
}

/** The members of an object, or none. */
export function membersOf(value: Json): JsonObject {
  return isObject(value) ? (value as JsonObject) : {};
}
