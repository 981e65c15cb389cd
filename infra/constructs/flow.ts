import { Duration } from 'aws-cdk-lib';
import type * as events from 'aws-cdk-lib/aws-events';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import * as sfn from 'aws-cdk-lib/aws-stepfunctions';
import * as tasks from 'aws-cdk-lib/aws-stepfunctions-tasks';
import type { Construct } from 'constructs';
import type * as z from 'zod';
import type { TaskContract, WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import type { OutcomeEvents } from '../../shared/workflow/outcome-event.ts';
import { type Expression, type Given, type Path, path, rendered } from './expression.ts';
import { transientErrors } from './transient-errors.ts';

/** A state that others can lead to. */
export type Step = sfn.IChainable;

/** What is kept of an answer or an error: values for the workflow's variables, and for no others. */
type Kept<Variables> = { readonly [Name in keyof Variables]?: Given<Variables[Name]> };
type Only<Variables, Keep> = Keep & {
  readonly [Name in keyof Keep]: Name extends keyof Variables ? Given<Variables[Name]> : never;
};

/** What an error tells: the function's name for it, and its message as JSON (Step Functions developer guide, "Error handling"). */
export interface StateError {
  readonly Error: string;
  readonly Cause: string;
}

/** Where errors lead, and what is kept of them. */
interface Otherwise<Variables, Keep> {
  readonly to: Step;
  readonly keep?: (error: Path<StateError>) => Only<Variables, Keep>;
}

export interface Call<Task extends TaskContract, Variables, Keep, KeepOfPause, KeepOfError> {
  /** The task's input. */
  readonly give: { readonly [Name in keyof z.input<Task['input']>]: Given<z.input<Task['input']>[Name]> };
  /** What is kept of its answer in variables. */
  readonly keep?: (answer: Path<z.output<Task['output']>>) => Only<Variables, Keep>;
  /** Where a pause leads, for tasks that stop when eks-steward is paused. */
  readonly whenPaused?: Otherwise<Variables, KeepOfPause>;
  /** Where every other terminal error leads. */
  readonly otherwise: Otherwise<Variables, KeepOfError>;
}

export interface FlowProps {
  readonly workflow: WorkflowContract;
  /** What is called for each task: a published version, so that a run keeps the code that its definition was made for. */
  readonly functions: Readonly<Record<string, lambda.IFunction>>;
  readonly bus: events.EventBus;
}

/** Longer than the functions' own 60 s, so that Lambda's timeout speaks first and by its name. Seconds. */
const taskTimeout = 75;
const publishTimeout = 30;

/** What the state that is entered knows of its execution (Step Functions developer guide, "Context object"). */
export const context = {
  executionArn: path<string>('$states.context.Execution.Id'),
  executionName: path<string>('$states.context.Execution.Name'),
  /** ISO 8601. */
  startTime: path<string>('$states.context.Execution.StartTime'),
  input: path<unknown>('$states.context.Execution.Input'),
  /** When this state was entered, ISO 8601. */
  enteredTime: path<string>('$states.context.State.EnteredTime'),
} as const;

/**
 * The states of one workflow, with types: inputs, answers, statuses and variables that the contract does not have are errors of
 * the compiler. State names are sentences that an operator reads in the console. `Variables` are what the states keep.
 */
export class Flow<Variables extends object> {
  /** The variables, as paths. */
  readonly v = variables<Variables>();
  readonly #scope: Construct;
  readonly #props: FlowProps;

  constructor(scope: Construct, props: FlowProps) {
    this.#scope = scope;
    this.#props = props;
  }

  /** Calls the function of a task; transient errors are retried, every other one leads somewhere. */
  call<
    Task extends TaskContract,
    const Keep extends object,
    const KeepOfPause extends object,
    const KeepOfError extends object,
  >(
    name: string,
    task: Task,
    { give, keep, whenPaused, otherwise }: Call<Task, Variables, Keep, KeepOfPause, KeepOfError>,
  ): sfn.TaskStateBase {
    const state = new tasks.LambdaInvoke(this.#scope, name, {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      lambdaFunction: this.#functionOf(task),
      payload: sfn.TaskInput.fromObject(rendered(give) as Record<string, unknown>),
      assign: rendered(keep?.(path('$states.result.Payload')) ?? {}) as Record<string, unknown>,
      outputs: {},
      taskTimeout: sfn.Timeout.duration(Duration.seconds(taskTimeout)),
      retryOnServiceExceptions: false,
    });
    this.#retry(state, transientErrors);
    if (whenPaused) this.#catch(state, ['PausedError'], whenPaused);
    this.#catch(state, ['States.ALL'], otherwise);
    return state;
  }

  /** Publishes an outcome event on our bus; `outputs` is what the state gives. */
  publish<Type extends keyof OutcomeEvents, const Keep extends object>(
    name: string,
    detailType: Type,
    detail: { readonly [Name in keyof OutcomeEvents[Type]]: Given<OutcomeEvents[Type][Name]> },
    { outputs, otherwise }: { readonly outputs?: object; readonly otherwise?: Otherwise<Variables, Keep> } = {},
  ): sfn.TaskStateBase {
    const state = new tasks.EventBridgePutEvents(this.#scope, name, {
      queryLanguage: sfn.QueryLanguage.JSONATA,
      entries: [
        {
          eventBus: this.#props.bus,
          source: 'eks-steward',
          detailType,
          detail: sfn.TaskInput.fromObject(rendered(detail) as Record<string, unknown>),
        },
      ],
      ...(outputs && { outputs: rendered(outputs) }),
      taskTimeout: sfn.Timeout.duration(Duration.seconds(publishTimeout)),
    });
    this.#retry(state, ['EventBridge.ThrottlingException', 'EventBridge.InternalException', 'States.Timeout']);
    if (otherwise) this.#catch(state, ['States.ALL'], otherwise);
    return state;
  }

  /** Leads to the first step whose condition holds, else to the last. */
  choose(
    name: string,
    branches: readonly (readonly [when: Expression<boolean>, to: Step, keep?: Kept<Variables>])[],
    otherwise: Step,
  ): sfn.Choice {
    const choice = sfn.Choice.jsonata(this.#scope, name);
    for (const [when, to, keep] of branches) {
      const options = keep && { assign: rendered(keep) as Record<string, unknown> };
      choice.when(sfn.Condition.jsonata(`{% ${when.jsonata} %}`), to, options);
    }
    return choice.otherwise(otherwise);
  }

  /** Lets so many seconds pass. */
  wait(name: string, seconds: number): sfn.Wait {
    return sfn.Wait.jsonata(this.#scope, name, { time: sfn.WaitTime.duration(Duration.seconds(seconds)) });
  }

  /** Ends the execution as failed. */
  fail(name: string, error: Expression<string>, cause: Expression<string>): sfn.Fail {
    return sfn.Fail.jsonata(this.#scope, name, {
      error: `{% ${error.jsonata} %}`,
      cause: `{% ${cause.jsonata} %}`,
    });
  }

  #functionOf(task: TaskContract): lambda.IFunction {
    const [name] = Object.entries(this.#props.workflow.tasks).find(([, known]) => known === task) ?? [];
    const called = name === undefined ? undefined : this.#props.functions[name];
    if (!called) throw new Error(`${this.#props.workflow.name} has no such task: ${task.does}`);
    return called;
  }

  #retry(state: sfn.TaskStateBase, errors: readonly string[]): void {
    state.addRetry({
      errors: [...errors],
      interval: Duration.seconds(1),
      backoffRate: 2,
      maxDelay: Duration.seconds(10),
      maxAttempts: 4,
      jitterStrategy: sfn.JitterType.FULL,
    });
  }

  #catch<Keep>(state: sfn.TaskStateBase, errors: string[], { to, keep }: Otherwise<Variables, Keep>): void {
    const assign = keep && (rendered(keep(path('$states.errorOutput'))) as Record<string, unknown>);
    state.addCatch(to, { errors, ...(assign && { assign }) });
  }
}

function variables<Variables extends object>(): { readonly [Name in keyof Variables]: Path<Variables[Name]> } {
  return new Proxy({} as { readonly [Name in keyof Variables]: Path<Variables[Name]> }, {
    get: (_, name) => path(`$${String(name)}`),
  });
}
