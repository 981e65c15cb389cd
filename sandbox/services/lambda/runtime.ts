import { AwsError } from '../../aws/contract.ts';
import { AsyncInvocations } from './async-invocations.ts';
import type { FunctionConfig, InvokeResult } from './contract.ts';
import { LambdaFunction } from './lambda-function.ts';
import { RuntimeServer } from './runtime-server.ts';
import type { RuntimeOptions, RuntimeTools } from './runtime-tools.ts';

/** All functions of the sandbox, each in processes of its own. */
export class LambdaRuntime {
  readonly #tools: RuntimeTools;
  readonly #functions = new Map<string, LambdaFunction>();
  readonly #async: AsyncInvocations;

  constructor(options: RuntimeOptions) {
    this.#tools = { ...options, server: new RuntimeServer(), maximumEnvironments: options.maximumEnvironments ?? 10 };
    this.#async = new AsyncInvocations(options.clock, options.onDrop ?? (() => undefined));
  }

  /** Deploys a function; throws for limits that Lambda itself has. Its role must be registered. */
  define(config: FunctionConfig): LambdaFunction {
    checkConfig(config);
    if (!this.#tools.roles.knows(config.roleArn))
      throw new Error(`The role ${config.roleArn} of the function ${config.name} is not registered.`);
    this.#functions.get(config.name)?.close();
    const defined = new LambdaFunction(config, this.#tools);
    this.#functions.set(config.name, defined);
    return defined;
  }

  /** The function by name, by ARN or by `name:$LATEST`; throws `ResourceNotFoundException`. */
  get(nameOrArn: string): LambdaFunction {
    const name = nameOrArn.startsWith('arn:') ? (nameOrArn.split(':')[6] ?? '') : (nameOrArn.split(':')[0] ?? '');
    const found = this.#functions.get(name);
    const qualifier = nameOrArn.startsWith('arn:') ? nameOrArn.split(':')[7] : nameOrArn.split(':')[1];
    if (!found || (qualifier !== undefined && qualifier !== '$LATEST')) {
      throw new AwsError('ResourceNotFoundException', `Function not found: ${nameOrArn}`, 404, { Type: 'User' });
    }
    return found;
  }

  all(): readonly LambdaFunction[] {
    return [...this.#functions.values()].sort((left, right) => left.config.name.localeCompare(right.config.name));
  }

  invoke(nameOrArn: string, payload: Buffer): Promise<InvokeResult> {
    return this.get(nameOrArn).invoke(payload);
  }

  /** Changes a function's configuration within Lambda's limits. */
  reconfigure(target: LambdaFunction, change: Partial<FunctionConfig>): void {
    checkConfig({ ...target.config, ...change });
    target.reconfigure(change);
  }

  /** Queues an asynchronous invocation. */
  invokeLater(nameOrArn: string, payload: Buffer): void {
    this.#async.add(this.get(nameOrArn), payload);
  }

  /** Asynchronous events that are not finished. */
  get queued(): number {
    return this.#async.size;
  }

  /** For the AWS front end: the environment that signs with that key waits for the sandbox. */
  readonly whileServing = (accessKeyId: string): (() => void) => {
    const environment = this.all()
      .flatMap((candidate) => candidate.environments())
      .find((candidate) => candidate.accessKeyId === accessKeyId);
    return environment?.wait() ?? (() => undefined);
  };

  /** Ends every process. */
  close(): void {
    this.#async.close();
    for (const candidate of this.#functions.values()) candidate.close();
    this.#tools.server.close();
  }
}

function checkConfig(config: FunctionConfig): void {
  const range = (what: string, value: number | undefined, least: number, most: number) => {
    if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
    throw new AwsError(
      'InvalidParameterValueException',
      `${what} of function ${config.name} must be between ${least} and ${most}, not ${value}.`,
    );
  };
  range('Timeout', config.timeoutSeconds, 1, 900);
  range('MemorySize', config.memoryMegabytes, 128, 10_240);
  range('MaximumRetryAttempts', config.maximumRetryAttempts, 0, 2);
  range('MaximumEventAgeInSeconds', config.maximumEventAgeSeconds, 60, 21_600);
}
