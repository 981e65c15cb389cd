import type { Timer } from '../../../clock.ts';
import type { LocalNetwork } from '../../../network/local-network.ts';
import { realm } from '../../../network/realm.ts';
import type { VirtualSocket } from '../../../network/virtual-socket.ts';
import type { Random } from '../../../random.ts';
import {
  type Environment,
  type EnvironmentOptions,
  exited,
  failure,
  type Outcome,
  timedOut,
  type Work,
} from '../environment.ts';
import { environmentVariables } from '../environment-variables.ts';
import {
  consoleLevels,
  consoleLine,
  contextOf,
  describeError,
  failureLine,
  handlerOf,
  handlerParts,
  loadError,
} from '../runtime-rules.mjs';
import { codeOf } from './code.ts';
import { hostOf } from './host.ts';
import { VirtualTimers } from './virtual-timers.ts';

export interface InProcessOptions extends EnvironmentOptions {
  readonly network: LocalNetwork;
  readonly random: Random;
  /** By so many milliseconds its clock is off. */
  readonly skew: number;
}

interface Current extends Work {
  readonly done: (outcome: Outcome) => void;
  readonly timer: Timer;
}

/**
 * An execution environment in the sandbox's own process: the deployed code, loaded anew, in a host whose time, randomness and network are the
 * sandbox's. Nothing is shared with other environments. A cold start takes milliseconds and a call no socket.
 */
export class InProcessEnvironment implements Environment {
  readonly #options: InProcessOptions;
  readonly #timers: VirtualTimers;
  readonly #sockets = new Set<VirtualSocket>();
  readonly #variables: Record<string, string>;
  #handler: ReturnType<typeof handlerOf> | undefined;
  #current: Current | undefined;
  #unanswered = new Set<string>();
  #ended = false;

  constructor(options: InProcessOptions) {
    this.#options = options;
    this.#timers = new VirtualTimers(options.clock, (error) => this.#crash(error));
    this.#variables = {
      ...environmentVariables(options, '127.0.0.1:0/in-process'),
      ...options.awsEndpoints,
    };
  }

  get ended(): boolean {
    return this.#ended;
  }

  get accessKeyId(): string {
    return this.#options.credentials.accessKeyId;
  }

  /** It never holds the clock: nothing of it is under way when this process is at rest. */
  wait(): () => Promise<void> {
    return async () => undefined;
  }

  run(work: Work): Promise<Outcome> {
    const { clock, config, unanswered } = this.#options;
    this.#unanswered = new Set(unanswered());
    clock.stir();
    return new Promise((resolve) => {
      const timer = clock.after(config.timeoutSeconds * 1000, () => this.#timeOut());
      this.#current = { ...work, timer, done: resolve };
      this.#timers.thaw();
      void this.#invoke(this.#current);
    });
  }

  kill(): void {
    if (this.#ended) return;
    this.#end();
    this.#finish(exited(this.#current?.requestId));
  }

  async #invoke(work: Current): Promise<void> {
    const { clock, config, functionArn } = this.#options;
    this.#variables['_X_AMZN_TRACE_ID'] = work.traceId;
    try {
      this.#handler ??= this.#load();
    } catch (error) {
      this.#crash(error);
      return;
    }
    const deadline = clock.now() + config.timeoutSeconds * 1000;
    const context = contextOf(this.#variables, {
      requestId: work.requestId,
      functionArn,
      deadline,
      now: () => clock.now(),
    });
    const outcome = await this.#outcomeOf(this.#handler, work, context);
    if (this.#current === work) this.#finish(outcome);
  }

  async #outcomeOf(handler: ReturnType<typeof handlerOf>, work: Current, context: object): Promise<Outcome> {
    try {
      const result = await handler(realm.JSON.parse(work.payload.toString('utf8')), context);
      return { failed: false, body: Buffer.from(JSON.stringify(result === undefined ? null : result)) };
    } catch (error) {
      const described = describeError(error);
      if (this.#current === work) this.#log('Invoke Error', described);
      return failure(described);
    }
  }

  #load(): ReturnType<typeof handlerOf> {
    const { config, clock, random, network, skew } = this.#options;
    const { file, exported } = handlerParts(config.handler);
    const host = hostOf({
      clock,
      random,
      network,
      skew,
      kill: () => this.kill(),
      timers: this.#timers,
      variables: this.#variables,
      onLine: (line) => this.#line(line),
      onExit: (how) => this.#exit(`Runtime exited with error: ${how}`),
      unanswered: (address) => this.#unanswered.has(address),
      onSocket: (socket) => this.#opened(socket),
    });
    this.#patchConsole(host.console as Record<string, unknown>);
    try {
      return handlerOf(codeOf(config.codeDirectory, file)(host), config.handler, exported);
    } catch (error) {
      throw loadError(error);
    }
  }

  #patchConsole(console: Record<string, unknown>): void {
    for (const [method, level] of Object.entries(consoleLevels))
      console[method] = (...args: unknown[]) => this.#line(consoleLine(this.#of(), level, args));
  }

  #opened(socket: VirtualSocket): void {
    if (this.#ended) socket.destroy();
    this.#sockets.add(socket);
    socket.once('close', () => this.#sockets.delete(socket));
  }

  #of() {
    const { config, clock } = this.#options;
    const timestamp = clock.date().toISOString();
    return { logFormat: config.logFormat ?? 'Text', requestId: this.#current?.requestId, timestamp };
  }

  #line(line: string): void {
    if (!this.#ended) this.#options.onLine(line);
  }

  #log(what: string, described: ReturnType<typeof describeError>): void {
    this.#line(failureLine(this.#of(), what, described));
  }

  #timeOut(): void {
    const { requestId = '' } = this.#current ?? {};
    const outcome = timedOut(this.#options, requestId);
    this.#end();
    this.#finish(outcome);
  }

  /** What nobody catches ends a process. */
  #crash(error: unknown): void {
    const described = describeError(error);
    this.#log('Uncaught Exception', described);
    this.#end();
    this.#finish(failure(described));
  }

  #exit(reason: string): void {
    const { requestId } = this.#current ?? {};
    this.#end();
    this.#finish(exited(requestId, reason));
  }

  #end(): void {
    this.#ended = true;
    this.#timers.end();
    for (const socket of this.#sockets) socket.destroy();
    this.#options.onExit();
  }

  #finish(outcome: Outcome): void {
    const current = this.#current;
    this.#current = undefined;
    if (!current) return;
    const { clock } = this.#options;
    clock.cancel(current.timer);
    if (!this.#ended) this.#timers.freeze();
    clock.stir();
    current.done(outcome);
  }
}
