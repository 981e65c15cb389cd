import { AwsError, notImplemented } from '../../aws/contract.ts';
import { AsyncInvocations } from './async-invocations.ts';
import type { FunctionConfig, InvokeResult } from './contract.ts';
import { DeployedFunction, notFound } from './deployed-function.ts';
import type { Environment, EnvironmentOptions } from './environment.ts';
import { functionArn, functionName } from './function-name.ts';
import { InProcessEnvironment } from './in-process/in-process-environment.ts';
import type { LambdaFunction } from './lambda-function.ts';
import { ProcessEnvironment } from './process-environment.ts';
import { RuntimeServer } from './runtime-server.ts';
import type { RuntimeOptions, RuntimeTools } from './runtime-tools.ts';

/** All functions of the sandbox. */
export class LambdaRuntime {
  readonly #tools: RuntimeTools;
  readonly #server = new RuntimeServer();
  readonly #functions = new Map<string, DeployedFunction>();
  readonly #async: AsyncInvocations;

  constructor(options: RuntimeOptions) {
    const newEnvironment = (environment: EnvironmentOptions) => this.#newEnvironment(options, environment);
    this.#tools = { ...options, newEnvironment, maximumEnvironments: options.maximumEnvironments ?? 10 };
    this.#async = new AsyncInvocations(options.clock, options.onDrop ?? (() => undefined));
  }

  /** Deploys a function; throws for limits that Lambda itself has. Its role must be registered. */
  define(config: FunctionConfig): LambdaFunction {
    checkConfig(config);
    this.#checkRole(config);
    if (config.vpc && !this.#tools.networks) throw notImplemented('VpcConfig without the networks of a world');
    if (config.vpc) this.#tools.networks?.check(config.vpc, config.roleArn);
    this.#functions.get(config.name)?.close();
    const defined = new DeployedFunction(config, this.#tools);
    this.#functions.set(config.name, defined);
    return defined.latest;
  }

  /** A version of a function, or its `$LATEST`, by any name that a call may give it; throws `ResourceNotFoundException`. */
  get(given: string, qualifier?: string): LambdaFunction {
    const named = functionName(given, qualifier);
    const found = this.#functions.get(named.name);
    if (!found) throw notFound(functionArn(named));
    return found.get(named.qualifier);
  }

  /** `$LATEST` of each function, by name. */
  all(): readonly LambdaFunction[] {
    const functions = [...this.#functions.values()].map(({ latest }) => latest);
    return functions.sort((left, right) => left.config.name.localeCompare(right.config.name));
  }

  /** `$LATEST` of a function and its versions, the oldest first; throws `ResourceNotFoundException`. */
  versions(given: string): readonly LambdaFunction[] {
    return this.#deployed(given).all();
  }

  /** Makes a version of `$LATEST`, or gives the last one when nothing has changed since. */
  publish(given: string, description?: string): LambdaFunction {
    return this.#deployed(given).publish(description);
  }

  /** Removes one version, or without a qualifier the function with all of them. */
  remove(given: string, qualifier?: string): void {
    const named = functionName(given, qualifier);
    const deployed = this.#deployed(named.name);
    if (named.qualifier !== undefined) {
      deployed.remove(named.qualifier);
      return;
    }
    deployed.close();
    this.#functions.delete(named.name);
  }

  invoke(nameOrArn: string, payload: Buffer): Promise<InvokeResult> {
    return this.get(nameOrArn).invoke(payload);
  }

  /** Changes the code or the configuration of a function's `$LATEST` within Lambda's limits. */
  reconfigure(given: string, change: Partial<FunctionConfig>): void {
    const deployed = this.#deployed(given);
    const config = { ...deployed.latest.config, ...change };
    checkConfig(config);
    this.#checkRole(config);
    deployed.reconfigure(change);
  }

  /** Queues an asynchronous invocation. */
  invokeLater(given: string, payload: Buffer, qualifier?: string): void {
    this.#async.add(this.get(given, qualifier), payload);
  }

  /** Asynchronous events that are not finished. */
  get queued(): number {
    return this.#async.size;
  }

  /** For the AWS front end: the environment that signs with that key waits for the sandbox. */
  readonly whileServing = (accessKeyId: string): (() => Promise<void>) => {
    const environment = [...this.#functions.values()]
      .flatMap((deployed) => deployed.all())
      .flatMap((candidate) => candidate.environments())
      .find((candidate) => candidate.accessKeyId === accessKeyId);
    return environment?.wait() ?? (async () => undefined);
  };

  /** Ends every environment. */
  close(): void {
    this.#async.close();
    for (const candidate of this.#functions.values()) candidate.close();
    this.#server.close();
  }

  #newEnvironment({ inProcess, random, weather }: RuntimeOptions, options: EnvironmentOptions): Environment {
    return inProcess
      ? new InProcessEnvironment({
          ...options,
          network: inProcess,
          random,
          skew: weather?.skew(options.config.name) ?? 0,
        })
      : new ProcessEnvironment({ ...options, server: this.#server });
  }

  #deployed(given: string): DeployedFunction {
    const named = functionName(given);
    if (named.qualifier !== undefined && named.qualifier !== '$LATEST') throw notImplemented(`that call on '${given}'`);
    const found = this.#functions.get(named.name);
    if (!found) throw notFound(functionArn(named));
    return found;
  }

  #checkRole({ name, roleArn }: FunctionConfig): void {
    if (!this.#tools.roles.knows(roleArn))
      throw new Error(`The role ${roleArn} of the function ${name} is not registered.`);
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
