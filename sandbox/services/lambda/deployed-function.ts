import { AwsError } from '../../aws/contract.ts';
import { codeHash } from './code-hash.ts';
import type { FunctionConfig } from './contract.ts';
import { functionArn } from './function-name.ts';
import { type Concurrency, LambdaFunction } from './lambda-function.ts';
import type { RuntimeTools } from './runtime-tools.ts';

interface Published {
  readonly version: LambdaFunction;
  /** What it is a copy of. */
  readonly source: string;
}

/** A function: its unpublished `$LATEST` and the versions that were published of it. */
export class DeployedFunction {
  readonly latest: LambdaFunction;
  readonly #tools: RuntimeTools;
  readonly #concurrency: Concurrency;
  readonly #versions = new Map<string, Published>();
  #lastNumber = 0;

  constructor(config: FunctionConfig, tools: RuntimeTools) {
    this.#tools = tools;
    this.#concurrency = { reserved: config.reservedConcurrency, running: 0, waiting: [] };
    this.latest = new LambdaFunction(config, tools, '$LATEST', this.#concurrency);
  }

  /** Changes `$LATEST`; its versions stay what they are. */
  reconfigure(change: Partial<FunctionConfig>): void {
    this.latest.reconfigure(change);
    this.#concurrency.reserved = this.latest.config.reservedConcurrency;
  }

  /** A version by its number, or `$LATEST`; throws `ResourceNotFoundException`. */
  get(qualifier: string | undefined): LambdaFunction {
    if (qualifier === undefined || qualifier === '$LATEST') return this.latest;
    const found = this.#versions.get(qualifier);
    if (!found) throw notFound(functionArn({ name: this.latest.config.name, qualifier }));
    return found.version;
  }

  /** `$LATEST` and every version, the oldest first. */
  all(): readonly LambdaFunction[] {
    return [this.latest, ...[...this.#versions.values()].map(({ version }) => version)];
  }

  /**
   * Makes a version of `$LATEST`, whose code and configuration never change. "Lambda doesn't publish a version if the function's configuration
   * and code haven't changed since the last version" (API reference, PublishVersion): then it is the last one. A number is never used twice.
   */
  publish(description?: string): LambdaFunction {
    const source = sourceOf(this.latest.config);
    const last = this.#versions.get(String(this.#lastNumber));
    if (last?.source === source) return last.version;
    this.#lastNumber += 1;
    const number = String(this.#lastNumber);
    const config = { ...versioned(this.latest.config), ...(description !== undefined && { description }) };
    const version = new LambdaFunction(config, this.#tools, number, this.#concurrency);
    this.#versions.set(number, { version, source });
    return version;
  }

  /** Removes a version; an unknown one is gone already. */
  remove(qualifier: string): void {
    this.#versions.get(qualifier)?.version.close();
    this.#versions.delete(qualifier);
  }

  close(): void {
    for (const each of this.all()) each.close();
  }
}

/** @returns AWS's error for a function or a version that is not there */
export function notFound(arn: string): AwsError {
  return new AwsError('ResourceNotFoundException', `Function not found: ${arn}`, 404, { Type: 'User' });
}

/**
 * What a version takes over. Policies, retries of events and concurrency are settings beside a version, each for one qualifier (API reference,
 * AddPermission, PutFunctionEventInvokeConfig): a new version begins without them.
 */
function versioned(config: FunctionConfig): FunctionConfig {
  const { name, handler, codeDirectory, roleArn, environment, timeoutSeconds, memoryMegabytes } = config;
  const { logFormat, logGroup, description, vpc } = config;
  const always = { name, handler, codeDirectory, roleArn, environment, timeoutSeconds, memoryMegabytes };
  return { ...always, logFormat, logGroup, description, vpc };
}

/** Code and configuration as one text: two that are the same give the same version. */
function sourceOf(config: FunctionConfig): string {
  const { codeDirectory, ...others } = versioned(config);
  return JSON.stringify([
    codeHash(codeDirectory),
    { ...others, environment: Object.entries(config.environment).sort(([a], [b]) => (a < b ? -1 : 1)) },
  ]);
}
