import { AwsError } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import { hex, uuid } from '../../random.ts';
import { assertJson } from './assert-json.ts';
import type { FunctionConfig, InvokeResult } from './contract.ts';
import type { Environment, Outcome } from './environment.ts';
import { logGroupOf } from './environment-variables.ts';
import { InvocationLog } from './invocation-log.ts';
import type { RuntimeTools } from './runtime-tools.ts';

/** Both directions of a synchronous invocation: https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html */
const largestPayload = 6 * 1024 * 1024;

/** What all versions of a function share. "Reserved concurrency applies to the entire function, including versions and aliases" (Lambda developer guide). */
export interface Concurrency {
  reserved: number | undefined;
  /** Invocations that run now. */
  running: number;
  /** Invocations that wait for room on this machine. */
  readonly waiting: (() => void)[];
}

/** One version of a function, or its unpublished `$LATEST`, with its execution environments. */
export class LambdaFunction {
  #config: FunctionConfig;
  /** A number, or `$LATEST`. */
  readonly version: string;
  #modifiedAt: number;
  readonly #tools: RuntimeTools;
  readonly #idle: Slot[] = [];
  readonly #busy = new Set<Slot>();
  readonly #concurrency: Concurrency;

  constructor(config: FunctionConfig, tools: RuntimeTools, version: string, concurrency: Concurrency) {
    this.#config = config;
    this.#tools = tools;
    this.version = version;
    this.#concurrency = concurrency;
    this.#modifiedAt = tools.clock.now();
  }

  /** Epoch milliseconds. */
  get modifiedAt(): number {
    return this.#modifiedAt;
  }

  get config(): FunctionConfig {
    return this.#config;
  }

  /** Of a version the qualified ARN, of `$LATEST` the function's own. */
  get arn(): string {
    return arnOf('lambda', `function:${this.#config.name}${this.version === '$LATEST' ? '' : `:${this.version}`}`);
  }

  /** Invocations that run now. */
  get running(): number {
    return this.#busy.size;
  }

  environments(): readonly Environment[] {
    return [...this.#idle, ...this.#busy].map((slot) => slot.environment);
  }

  /** Changes code or configuration: idle environments end now, busy ones after their invocation. */
  reconfigure(change: Partial<FunctionConfig>): void {
    this.#config = { ...this.#config, ...change };
    this.#modifiedAt = this.#tools.clock.now();
    for (const slot of this.#idle.splice(0)) slot.environment.kill();
  }

  /**
   * Runs the function once. Throws `TooManyRequestsException` beyond the reserved concurrency and `RequestTooLargeException` beyond
   * 6 MB; what the function itself does wrong is in the result.
   */
  async invoke(payload: Buffer): Promise<InvokeResult> {
    const event = payload.length === 0 ? Buffer.from('{}') : payload;
    if (event.length > largestPayload) {
      throw new AwsError(
        'RequestTooLargeException',
        `Request must be smaller than ${largestPayload} bytes for the InvokeFunction operation`,
        413,
      );
    }
    assertJson(event);
    const weather = this.#tools.weather?.invocation(this.#config.name);
    if (weather?.throttled) throw this.#throttled('ConcurrentInvocationLimitExceeded');
    const slot = await this.#take();
    if (slot.cold && weather) await this.#tools.clock.sleep(weather.coldStart);
    slot.cold = false;
    const requestId = uuid(this.#tools.random);
    const log = slot.log.begin(requestId);
    const began = this.#tools.clock.now();
    const traceId = `Root=1-${Math.floor(this.#tools.clock.now() / 1000).toString(16)}-${hex(this.#tools.random, 24)};Sampled=0`;
    try {
      const outcome = limited(await slot.environment.run({ requestId, payload: event, traceId }));
      this.#tools.onInvocation?.(this.#config.name, outcome.failed, this.#tools.clock.now() - began);
      return {
        payload: outcome.body,
        functionError: outcome.failed ? 'Unhandled' : undefined,
        requestId,
        logTail: log.end(),
      };
    } finally {
      this.#giveBack(slot);
    }
  }

  close(): void {
    for (const slot of [...this.#idle, ...this.#busy]) slot.environment.kill();
    this.#idle.length = 0;
  }

  async #take(): Promise<Slot> {
    const { reserved, waiting } = this.#concurrency;
    if (reserved !== undefined && this.#concurrency.running >= reserved) {
      throw this.#throttled('ReservedFunctionConcurrentInvocationLimitExceeded');
    }
    // Not a limit of Lambda's but of the machine, so the invocation waits instead of being throttled.
    while (this.#concurrency.running >= this.#tools.maximumEnvironments)
      await new Promise<void>((resolve) => waiting.push(resolve));
    const slot = this.#idle.pop() ?? this.#newSlot();
    this.#concurrency.running += 1;
    this.#busy.add(slot);
    return slot;
  }

  #throttled(reason: string): AwsError {
    this.#tools.onThrottle?.(this.#config.name);
    return new AwsError('TooManyRequestsException', 'Rate Exceeded.', 429, { Reason: reason, Type: 'User' });
  }

  #giveBack(slot: Slot): void {
    this.#busy.delete(slot);
    this.#concurrency.running -= 1;
    if (slot.config !== this.#config) slot.environment.kill();
    if (!slot.environment.ended) this.#idle.push(slot);
    this.#concurrency.waiting.shift()?.();
  }

  #newSlot(): Slot {
    const { clock, random, roles } = this.#tools;
    const config = this.#config;
    const day = clock.date().toISOString().slice(0, 10).replaceAll('-', '/');
    const { version } = this;
    const stream = `${day}/[${version}]${hex(random, 32)}`;
    const log = new InvocationLog({
      config,
      version,
      group: logGroupOf(config),
      stream,
      clock,
      write: this.#tools.onLog,
    });
    const environment = this.#tools.newEnvironment({
      id: hex(random, 16),
      config,
      version,
      functionArn: this.arn,
      credentials: roles.assume(config.roleArn, config.name),
      endpoint: this.#tools.endpoint(),
      stream,
      clock,
      unanswered: () => this.#tools.networks?.unanswered(config.vpc) ?? [],
      awsEndpoints: this.#tools.networks?.awsEndpoints(config.vpc, this.#tools.endpoint()) ?? {},
      onLine: (line) => log.line(line),
      onExit: () => {
        const index = this.#idle.indexOf(slot);
        if (index >= 0) this.#idle.splice(index, 1);
      },
    });
    const slot: Slot = { environment, log, config, cold: true };
    return slot;
  }
}

interface Slot {
  readonly environment: Environment;
  readonly log: InvocationLog;
  readonly config: FunctionConfig;
  /** It has not run yet. */
  cold: boolean;
}

function limited(outcome: Outcome): Outcome {
  if (outcome.body.length <= largestPayload) return outcome;
  const errorMessage = `Response payload size exceeded maximum allowed payload size (${largestPayload} bytes).`;
  return {
    failed: true,
    body: Buffer.from(JSON.stringify({ errorType: 'Function.ResponseSizeTooLarge', errorMessage })),
  };
}
