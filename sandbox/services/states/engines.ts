import type { HistoryEvent } from '@aws-sdk/client-sfn';
import type { LocalCloud } from '../../aws/cloud.ts';
import { AwsError, account, region } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import type { NewEvent } from '../events/contract.ts';
import { Execution, type Revision, type Status } from './execution.ts';
import { Interrupted } from './failure.ts';
import { whole } from './history.ts';
import { Integrations } from './integrations.ts';
import type { JsonObject } from './json.ts';
import { compileMachine } from './machine.ts';
import { queryFunctions } from './query-functions.ts';
import type { Engine } from './run-context.ts';
import { runExecution } from './run-execution.ts';
import { largestPayload } from './run-task.ts';
import { TaskTokens } from './tokens.ts';
import { validateDefinition } from './validate.ts';

export interface StatesParts {
  readonly cloud: LocalCloud;
  readonly clock: SandboxClock;
  readonly random: Random;
  /** Says on the default event bus how executions begin and end. */
  readonly emit: (event: NewEvent) => void;
}

export type TransitionListener = (execution: Execution, event: HistoryEvent) => void;

export interface NewMachine {
  readonly name: string;
  readonly definition: string;
  readonly roleArn: string;
}

/** Of machines and executions: 1 to 80 characters, none of these (API reference). */
const badName = /[\s<>{}[\]?*"#%\\^|~`$&,;:/]|\p{Cc}/u;

/** "The last 10 client tokens [...] are valid for up to 15 minutes after they are first used" (RedriveExecution API reference). */
const redriveTokens = { kept: 10, validFor: 900_000 };

/** State machines and their executions. */
export class Engines {
  readonly machines = new Map<string, Revision>();
  readonly executions = new Map<string, Execution>();
  readonly tokens: TaskTokens;
  readonly parts: StatesParts;
  readonly listeners: TransitionListener[] = [];
  readonly engine: Engine;

  constructor(parts: StatesParts) {
    this.parts = parts;
    const { cloud, clock, random } = parts;
    this.tokens = new TaskTokens(random);
    this.engine = {
      clock,
      random,
      functions: queryFunctions(clock, random),
      tokens: this.tokens,
      integrations: new Integrations({ cloud, requestId: () => uuid(random) }),
      ended: (arn) => this.execution(arn).ended(),
      call: (operation, input, caller) => cloud.call('states', operation, input, caller.principal),
    };
  }

  machine(arn: string): Revision {
    const found = this.machines.get(arn);
    if (!found) throw new AwsError('StateMachineDoesNotExist', `State Machine Does Not Exist: '${arn}'`);
    return found;
  }

  execution(arn: string): Execution {
    const found = this.executions.get(arn);
    if (!found) throw new AwsError('ExecutionDoesNotExist', `Execution Does Not Exist: '${arn}'`);
    return found;
  }

  /** CreateStateMachine: the same machine again is the same, another one of its name is refused (API reference). */
  async create(given: NewMachine): Promise<Revision> {
    checkName(given.name);
    const known = this.machines.get(machineArn(given.name));
    if (!known) return await this.define(given);
    if (known.definition === given.definition && known.roleArn === given.roleArn) return known;
    throw new AwsError('StateMachineAlreadyExists', `State Machine Already Exists: '${known.arn}'`);
  }

  /** Makes a machine, or a new revision of it. Throws `InvalidDefinition` naming everything that is wrong. */
  async define({ name, definition, roleArn }: NewMachine): Promise<Revision> {
    const findings = validateDefinition(definition);
    if (findings.length > 0) {
      const text = findings.map(({ code, message, location }) => `${code}: ${message} at ${location}`).join(', ');
      throw new AwsError('InvalidDefinition', `Invalid State Machine Definition: '${text}'`);
    }
    const parsed = JSON.parse(definition) as JsonObject;
    for (const resource of resourcesIn(parsed)) await this.engine.integrations.get(resource);
    const revision: Revision = {
      arn: machineArn(name),
      name,
      definition,
      roleArn,
      revisionId: uuid(this.parts.random),
      updated: this.parts.clock.date(),
      machine: compileMachine(parsed),
    };
    this.machines.set(revision.arn, revision);
    return revision;
  }

  /** Starts an execution. The same name with the same input, while it runs, is the same execution. */
  start(machineArn: string, given: string | undefined, input: string): Execution {
    const revision = this.machine(machineArn);
    const name = given ?? uuid(this.parts.random);
    checkName(name);
    if (Buffer.byteLength(input) > largestPayload)
      throw new AwsError('InvalidExecutionInput', 'Invalid State Machine Execution Input: too large');
    try {
      JSON.parse(input);
    } catch (error) {
      throw new AwsError('InvalidExecutionInput', `Invalid State Machine Execution Input: '${String(error)}'`);
    }
    const arn = `arn:aws:states:${region}:${account}:execution:${revision.name}:${name}`;
    const known = this.executions.get(arn);
    if (known?.status === 'RUNNING' && known.input === input) return known;
    if (known) throw new AwsError('ExecutionAlreadyExists', `Execution Already Exists: '${arn}'`);
    const listener: TransitionListener = (execution, event) => {
      for (const listen of this.listeners) listen(execution, event);
    };
    const execution = new Execution({ arn, name, revision, input, clock: this.parts.clock, listener });
    this.executions.set(arn, execution);
    execution.history.add('ExecutionStarted', 0, {
      executionStartedEventDetails: { input, inputDetails: whole, roleArn: revision.roleArn },
    });
    this.#run(execution);
    return execution;
  }

  stop(execution: Execution, error: string | undefined, cause: string | undefined): void {
    if (execution.status !== 'RUNNING') return;
    execution.error = error;
    execution.cause = cause;
    execution.control.abort(new Interrupted('stopped'));
  }

  /** Goes on from the state that failed, once for a token; throws `ExecutionNotRedrivable`. */
  redrive(execution: Execution, token: string | undefined): Date {
    const before = execution.redrives.slice(-redriveTokens.kept).findLast((redrive) => redrive.token === token);
    if (token !== undefined && before && this.parts.clock.now() - before.at.getTime() < redriveTokens.validFor)
      return before.at;
    if (execution.status === 'RUNNING' || execution.status === 'SUCCEEDED') {
      throw new AwsError(
        'ExecutionNotRedrivable',
        `Execution Not Redrivable: '${execution.arn}' is ${execution.status}`,
      );
    }
    const at = this.parts.clock.date();
    execution.reopen(at, token);
    execution.history.add('ExecutionRedriven', 0, {
      executionRedrivenEventDetails: { redriveCount: execution.redrives.length },
    });
    this.#run(execution);
    return at;
  }

  close(): void {
    for (const execution of this.executions.values()) execution.control.abort(new Interrupted('closed'));
  }

  #run(execution: Execution): void {
    this.#announce(execution, 'RUNNING');
    void runExecution({ engine: this.engine, execution }, () => this.#announce(execution, execution.status));
  }

  /** Shape: EventBridge schema aws.states@StepFunctionsExecutionStatusChange. */
  #announce(execution: Execution, status: Status): void {
    const { arn, name, revision, input, started, stopped, output, error, cause } = execution;
    this.parts.emit({
      source: 'aws.states',
      detailType: 'Step Functions Execution Status Change',
      resources: [arn],
      detail: {
        executionArn: arn,
        stateMachineArn: revision.arn,
        name,
        status,
        startDate: started.getTime(),
        stopDate: stopped?.getTime() ?? null,
        input,
        inputDetails: { included: true },
        output: output === undefined ? null : JSON.stringify(output),
        outputDetails: output === undefined ? null : { included: true },
        error: error ?? null,
        cause: cause ?? null,
      },
    });
  }
}

/** Every `Resource` of a definition, also inside branches. */
function resourcesIn(definition: JsonObject): string[] {
  const found = new Set<string>();
  JSON.stringify(definition, (key, value: unknown) => {
    if (key === 'Resource' && typeof value === 'string') found.add(value);
    return value;
  });
  return [...found];
}

function machineArn(name: string): string {
  return `arn:aws:states:${region}:${account}:stateMachine:${name}`;
}

function checkName(name: string): void {
  if (name.length > 80 || name === '' || badName.test(name))
    throw new AwsError('InvalidName', `Invalid Name: '${name}'`);
}
