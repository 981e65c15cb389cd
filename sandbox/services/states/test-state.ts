import { AwsError, account, region } from '../../aws/contract.ts';
import { uuid } from '../../random.ts';
import { Execution, type Revision } from './execution.ts';
import { newFrame } from './frame.ts';
import { isObject, type Json, type JsonObject } from './json.ts';
import { compileMachine, type State } from './machine.ts';
import type { Engine } from './run-context.ts';
import { type Attempted, attemptOnce } from './run-state.ts';
import { Thread } from './thread.ts';
import { validateDefinition } from './validate.ts';

export interface TestStateInput {
  readonly definition: string;
  readonly roleArn?: string;
  readonly input?: string;
  readonly variables?: string;
  readonly stateName?: string;
  readonly inspectionLevel?: string;
}

const statuses = {
  succeeded: 'SUCCEEDED',
  caught: 'CAUGHT_ERROR',
  retriable: 'RETRIABLE',
  failed: 'FAILED',
} as const satisfies Record<Attempted['kind'], string>;

/**
 * TestState: one attempt of one state, by the same code that runs executions. Sources: API reference; developer guide, "Testing a
 * state with the TestState API". Mocks and states with branches are refused.
 */
export async function testState(engine: Engine, given: TestStateInput) {
  const { name, definition } = stateToTest(given);
  const machine = compileMachine(definition);
  const state = machine.states.get(name) as State;
  if (state.type === 'Parallel' || state.type === 'Map')
    throw new AwsError('NotImplementedInSandbox', `The sandbox does not test states of type ${state.type}.`, 501);
  if (state.type === 'Task' && given.roleArn === undefined)
    throw new AwsError('ValidationException', 'A roleArn is required to test a Task state.');
  const execution = executionOf(engine, given, { machine, definition: JSON.stringify(definition) });
  const frame = newFrame(machine, execution.inputValue);
  frame.variables.assign(parseText('variables', given.variables) as JsonObject);
  const thread = new Thread(engine.clock, 'TestState');
  const { signal } = new AbortController();
  try {
    const work = { run: { engine, execution }, frame, state, thread, signal, runFrame: noBranches };
    const attempted = await attemptOnce(work);
    return { ...result(attempted), ...inspection(given.inspectionLevel, execution, frame.variables.visible()) };
  } finally {
    thread.release();
  }
}

/** The state as the only one of a machine, with an end in place of each state that it leads to. */
function stateToTest({ definition, stateName }: TestStateInput): { name: string; definition: JsonObject } {
  const given = parseText('definition', definition) as JsonObject;
  const states = given['States'];
  const whole = isObject(states) ? (states as JsonObject) : undefined;
  if (whole && stateName === undefined)
    throw new AwsError(
      'ValidationException',
      'A stateName is required when the definition is of a whole state machine.',
    );
  const name = stateName ?? 'State';
  const state = whole ? whole[name] : given;
  if (!isObject(state)) throw new AwsError('ValidationException', `The definition has no state '${name}'.`);
  const language = (state as JsonObject)['QueryLanguage'] ?? (whole ? given['QueryLanguage'] : undefined);
  const ends = [...targetsOf(state as JsonObject)].map((target) => [target, { Type: 'Succeed' }]);
  const machine = {
    ...(language !== undefined && { QueryLanguage: language }),
    StartAt: name,
    States: { ...Object.fromEntries(ends), [name]: state },
  } as JsonObject;
  const findings = validateDefinition(JSON.stringify(machine));
  if (findings.length > 0) {
    const text = findings.map(({ message, location }) => `${message} at ${location}`).join(', ');
    throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${text}'`);
  }
  return { name, definition: machine };
}

/** Every state that a state names, in `Next`, `Default`, and those of choices and catchers. */
function targetsOf(state: JsonObject): Set<string> {
  const found = new Set<string>();
  JSON.stringify(state, (key, value: unknown) => {
    if ((key === 'Next' || key === 'Default') && typeof value === 'string') found.add(value);
    return value;
  });
  return found;
}

function executionOf(engine: Engine, given: TestStateInput, of: Pick<Revision, 'machine' | 'definition'>): Execution {
  const id = uuid(engine.random);
  const revision: Revision = {
    ...of,
    arn: `arn:aws:states:${region}:${account}:stateMachine:TestState`,
    name: 'TestState',
    roleArn: given.roleArn ?? '',
    revisionId: id,
    updated: engine.clock.date(),
  };
  parseText('input', given.input);
  const arn = `arn:aws:states:${region}:${account}:execution:TestState:${id}`;
  return new Execution({
    arn,
    name: id,
    revision,
    input: given.input ?? '{}',
    clock: engine.clock,
    listener: () => undefined,
  });
}

function result(attempted: Attempted) {
  const outcome = 'outcome' in attempted && {
    output: JSON.stringify(attempted.outcome.output),
    nextState: attempted.outcome.next,
  };
  return { status: statuses[attempted.kind], ...attempted.failure?.details, ...outcome };
}

/** What the state saw and made on its way, as its own history tells. */
function inspection(level: string | undefined, { history, input }: Execution, variables: JsonObject) {
  if (level === undefined || level === 'INFO') return {};
  const scheduled = history.events.find(({ taskScheduledEventDetails }) => taskScheduledEventDetails !== undefined);
  const succeeded = history.events.find(({ taskSucceededEventDetails }) => taskSucceededEventDetails !== undefined);
  return {
    inspectionData: {
      input,
      afterArguments: scheduled?.taskScheduledEventDetails?.parameters,
      result: succeeded?.taskSucceededEventDetails?.output,
      variables: JSON.stringify(variables),
    },
  };
}

function parseText(what: string, text = '{}'): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    const code = what === 'definition' ? 'InvalidDefinition' : 'InvalidExecutionInput';
    throw new AwsError(code, `The ${what} is not JSON.`);
  }
}

function noBranches(): never {
  throw new AwsError('InternalFailure', 'A tested state has no branches.', 500);
}
