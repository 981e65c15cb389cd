import { workflows } from '../../functions/workflows.ts';
import { kebab, type TaskContract, type WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import { type Resources, textOf } from './resources.ts';

/** A state of the Amazon States Language, as far as the tests look at it. */
export interface State {
  readonly Type: string;
  readonly Resource?: string;
  readonly Arguments?: { readonly FunctionName?: string; readonly Payload?: Readonly<Record<string, unknown>> };
  readonly Assign?: Readonly<Record<string, unknown>>;
  readonly Output?: unknown;
  readonly Next?: string;
  readonly End?: boolean;
  readonly Default?: string;
  readonly Choices?: readonly Branch[];
  readonly ItemProcessor?: { readonly States: States };
  readonly Branches?: readonly { readonly States: States }[];
  readonly TimeoutSeconds?: number;
  readonly Seconds?: number;
  readonly Retry?: readonly {
    readonly ErrorEquals: string[];
    readonly MaxAttempts: number;
    readonly MaxDelaySeconds: number;
    readonly JitterStrategy: string;
  }[];
  readonly Catch?: readonly (Branch & { readonly ErrorEquals: string[] })[];
}

export interface Branch {
  readonly Next: string;
  readonly Condition?: string;
  readonly Assign?: Readonly<Record<string, unknown>>;
}

export type States = Readonly<Record<string, State>>;

/** A Task that calls a function of its workflow. */
interface Call {
  readonly where: string;
  readonly state: State;
  readonly name: string;
  readonly task: TaskContract;
  /** Seconds that the function may take. */
  readonly functionTimeout: unknown;
}

export interface Machine {
  readonly name: string;
  readonly workflow: WorkflowContract;
  readonly QueryLanguage: string;
  readonly TimeoutSeconds: number;
  readonly StartAt: string;
  readonly States: States;
  readonly tasks: readonly { readonly where: string; readonly state: State }[];
  readonly calls: readonly Call[];
}

/** Every state machine of a stack with the contract of its workflow. */
export function machinesOf(stack: Resources): Machine[] {
  return stack.ofType('AWS::StepFunctions::StateMachine').map(({ Properties }) => {
    const name = textOf(Properties['StateMachineName']);
    const workflow = workflows.find((known) => name.endsWith(`-${known.name}`));
    if (!workflow) throw new Error(`${name} is the machine of no workflow`);
    const definition = JSON.parse(textOf(Properties['DefinitionString'])) as Pick<
      Machine,
      'QueryLanguage' | 'TimeoutSeconds' | 'StartAt' | 'States'
    >;
    const tasks = [...statesIn(definition.States)]
      .filter(([, { Type }]) => Type === 'Task')
      .map(([state, found]) => ({ where: `${name}: ${state}`, state: found }));
    const calls = tasks.flatMap(({ where, state }) => callOf(stack, workflow, where, state));
    return { name, workflow, ...definition, tasks, calls };
  });
}

/** Every state, also those inside of Map and Parallel. */
function* statesIn(states: States): Generator<[string, State]> {
  for (const [name, state] of Object.entries(states)) {
    yield [name, state];
    for (const inner of [state.ItemProcessor ?? [], state.Branches ?? []].flat()) yield* statesIn(inner.States);
  }
}

/** The function that a state calls is named by a version's `Ref`; the version refers to the function, whose name ends as the task's. */
function callOf({ resources }: Resources, workflow: WorkflowContract, where: string, state: State): Call[] {
  if (!state.Resource?.includes('lambda:invoke')) return [];
  const version = resources[/'Ref':'(\w+)'/.exec(state.Arguments?.FunctionName ?? '')?.[1] ?? ''];
  if (version?.Type !== 'AWS::Lambda::Version') throw new Error(`${where} calls no version of a function`);
  const { Ref = '' } = version.Properties['FunctionName'] as { Ref?: string };
  const fn = resources[Ref];
  const [name, task] =
    Object.entries(workflow.tasks).find(([known]) =>
      textOf(fn?.Properties['FunctionName']).endsWith(`-${workflow.name}-${kebab(known)}`),
    ) ?? [];
  if (name === undefined || !task) throw new Error(`${where} calls a function of no task`);
  return [{ where, state, name, task, functionTimeout: fn?.Properties['Timeout'] }];
}
