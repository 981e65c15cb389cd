import { beforeAll, describe, expect, it } from '@jest/globals';
import { transientErrors } from '../../infra/constructs/workflow.ts';
import { taskErrors } from '../../shared/runtime/errors.ts';
import { synthesized, textOf } from '../infra/synthesized.ts';

interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName?: string };
  readonly ItemProcessor?: { readonly States: States };
  readonly Branches?: readonly { readonly States: States }[];
  readonly TimeoutSeconds?: number;
  readonly Seconds?: number;
  readonly Retry?: readonly {
    ErrorEquals: string[];
    MaxAttempts: number;
    MaxDelaySeconds: number;
    JitterStrategy: string;
  }[];
  readonly Catch?: readonly { ErrorEquals: string[] }[];
}

type States = Readonly<Record<string, State>>;

interface Machine {
  readonly name: string;
  readonly QueryLanguage: string;
  readonly TimeoutSeconds: number;
  readonly States: States;
}

let machines: Machine[] = [];
let tasks: { where: string; state: State }[] = [];
/** Seconds that each function may take, by its logical id. */
let functionTimeouts: ReadonlyMap<string, unknown>;

/** Every state, also those inside of Map and Parallel. */
function* statesIn(states: States): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    for (const inner of [state.ItemProcessor ?? [], state.Branches ?? []].flat()) yield* statesIn(inner.States);
  }
}

/** The function that a state calls, by its logical id: the text is the ARN's `Fn::GetAtt`. */
function functionOf({ Resource, Arguments }: State): string | undefined {
  if (!Resource?.includes('lambda:invoke')) return undefined;
  return /'Fn::GetAtt':\['(\w+)','Arn'\]/.exec(Arguments?.FunctionName ?? '')?.[1] ?? 'unknown';
}

beforeAll(async () => {
  const { resources } = await synthesized();
  machines = Object.entries(resources)
    .filter(([, { Type }]) => Type === 'AWS::StepFunctions::StateMachine')
    .map(([name, { Properties }]) => ({ name, ...JSON.parse(textOf(Properties['DefinitionString'])) }));
  functionTimeouts = new Map(
    Object.entries(resources)
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([name, { Properties }]) => [name, Properties['Timeout']]),
  );
  tasks = machines.flatMap(({ name, States }) =>
    [...statesIn(States)]
      .filter(([, { Type }]) => Type === 'Task')
      .map(([state, definition]) => ({ where: `${name}: ${state}`, state: definition })),
  );
}, 60_000);

describe('every state machine', () => {
  it('is in JSONata and has a timeout', () => {
    expect(machines.length).toBeGreaterThan(0);
    for (const machine of machines) {
      expect(machine).toMatchObject({ QueryLanguage: 'JSONata', TimeoutSeconds: expect.any(Number) });
    }
  });

  it('gives every Task a timeout, and one that calls a function a longer one than the function has', () => {
    for (const { where, state } of tasks) expect([where, state.TimeoutSeconds]).toEqual([where, expect.any(Number)]);
    const calls = tasks.flatMap(({ where, state }) => {
      const called = functionOf(state);
      return called === undefined
        ? []
        : [{ where, task: state.TimeoutSeconds ?? 0, own: functionTimeouts.get(called) }];
    });
    expect(calls.length).toBeGreaterThan(0);
    for (const { where, task, own } of calls) {
      expect([where, own]).toEqual([where, expect.any(Number)]);
      expect([where, task > Number(own)]).toEqual([where, true]);
    }
  });

  it('retries names that are transient, each with a cap and full jitter, and never all errors', () => {
    const known = [...transientErrors, 'EventBridge.ThrottlingException', 'EventBridge.InternalException'];
    for (const { where, state } of tasks) {
      expect([where, state.Retry?.length ?? 0]).toEqual([where, 1]);
      for (const retry of state.Retry ?? []) {
        expect(known).toEqual(expect.arrayContaining(retry.ErrorEquals));
        expect(retry).toMatchObject({
          JitterStrategy: 'FULL',
          MaxDelaySeconds: expect.any(Number),
          MaxAttempts: expect.any(Number),
        });
      }
    }
  });

  it('retries every transient error of ours wherever a function is called, and no terminal one', () => {
    for (const { state } of tasks.filter((task) => task.state.Resource?.includes('lambda:invoke'))) {
      const retried = new Set(state.Retry?.flatMap(({ ErrorEquals }) => ErrorEquals));
      for (const [name, kind] of Object.entries(taskErrors))
        expect([name, retried.has(name)]).toEqual([name, kind === 'transient']);
    }
  });

  it('catches what is left, so that every terminal error leads somewhere', () => {
    for (const { where, state } of tasks.filter((task) => task.state.Resource?.includes('lambda:invoke'))) {
      const caught = state.Catch?.flatMap(({ ErrorEquals }) => ErrorEquals) ?? [];
      expect([where, caught.at(-1)]).toEqual([where, 'States.ALL']);
      for (const name of caught.slice(0, -1))
        expect([where, name, (taskErrors as Record<string, string>)[name]]).toEqual([where, name, 'terminal']);
    }
  });

  it('ends before 25,000 events even if every wait takes as long as policy allows', () => {
    // A wait, a task and a choice: entered and exited, and for the task scheduled, started and succeeded.
    const eventsOfALook = 9;
    const seconds = (name: string) => machines[0]?.States[name]?.Seconds ?? Number.NaN;
    const hour = 3_600;
    // shared/config/node-replacement.ts: a drain of 12 h, a replacement of 1 h before and after.
    const looks =
      (12 * hour) / seconds('Wait for the blockers') +
      hour / seconds('Wait for the replacements') +
      hour / seconds('Wait for the new nodes');
    expect(looks * eventsOfALook).toBeLessThan(25_000 * 0.8);
  });
});
