import { type ChildProcess, spawn } from 'node:child_process';
import type { ServerResponse } from 'node:http';
import { fileURLToPath } from 'node:url';
import type { Timer } from '../../clock.ts';
import type { FunctionErrorPayload } from './contract.ts';
import {
  type Environment,
  type EnvironmentOptions,
  exited,
  failure,
  type Outcome,
  timedOut,
  type Work,
} from './environment.ts';
import { environmentVariables } from './environment-variables.ts';
import { HeldClock } from './held-clock.ts';
import { lineReader } from './lines.ts';
import type { RuntimeClient, RuntimeServer } from './runtime-server.ts';

const bootstrap = fileURLToPath(new URL('bootstrap.mjs', import.meta.url));

interface ProcessOptions extends EnvironmentOptions {
  readonly server: RuntimeServer;
}

interface Current extends Work {
  readonly done: (outcome: Outcome) => void;
  timer: Timer | undefined;
  watchdog: NodeJS.Timeout | undefined;
}

type FromProcess =
  | { readonly type: 'sleep'; readonly id: number; readonly ms: number }
  | { readonly type: 'cancel'; readonly id: number }
  | { readonly type: 'rest'; readonly sequence: number }
  | { readonly type: 'clock-set'; readonly id: number }
  | { readonly type: 'fatal'; readonly error: FunctionErrorPayload };

/** An execution environment that is a Node process of its own. */
export class ProcessEnvironment implements Environment, RuntimeClient {
  readonly #options: ProcessOptions;
  readonly #held: HeldClock;
  #process: ChildProcess | undefined;
  #waiting: ServerResponse | undefined;
  #current: Current | undefined;
  #ended = false;
  #failure: FunctionErrorPayload | undefined;

  constructor(options: ProcessOptions) {
    this.#options = options;
    this.#held = new HeldClock(options.clock, `function ${options.config.name}`, (message) => {
      if (this.#process?.connected) this.#process.send(message);
    });
  }

  get ended(): boolean {
    return this.#ended;
  }

  get accessKeyId(): string {
    return this.#options.credentials.accessKeyId;
  }

  wait(): () => Promise<void> {
    return this.#held.wait();
  }

  /** Runs one invocation; starts the process first when there is none. Never rejects: a crash is an outcome. */
  run(work: Work): Promise<Outcome> {
    this.#held.start();
    return new Promise((resolve) => {
      this.#current = { ...work, timer: undefined, watchdog: undefined, done: resolve };
      if (this.#waiting) this.#deliver();
      else if (!this.#process) void this.#start();
    });
  }

  next(response: ServerResponse): void {
    this.#waiting = response;
    if (this.#current) this.#deliver();
  }

  finished(requestId: string, outcome: 'response' | 'error', body: Buffer): void {
    if (this.#current?.requestId !== requestId) return;
    // Output that the process wrote before its answer may still be in the pipe.
    setImmediate(() => this.#finish({ failed: outcome === 'error', body }));
  }

  initError(body: Buffer): void {
    this.#failure = JSON.parse(body.toString('utf8')) as FunctionErrorPayload;
  }

  /** Ends the process at once. */
  kill(): void {
    this.#ended = true;
    this.#process?.kill('SIGKILL');
    this.#options.server.forget(this.#options.id);
    this.#waiting?.destroy();
    this.#held.stop();
  }

  async #start(): Promise<void> {
    const { config, server, id, clock } = this.#options;
    const api = await server.register(id, this);
    const child = spawn(process.execPath, [`--max-old-space-size=${config.memoryMegabytes}`, bootstrap], {
      cwd: config.codeDirectory,
      env: {
        ...environmentVariables(this.#options, api),
        ...this.#options.awsEndpoints,
        ...compileCache(),
        SANDBOX_UNANSWERED: JSON.stringify(this.#options.unanswered()),
        SANDBOX_CLOCK_MODE: clock.mode,
        SANDBOX_CLOCK_NOW: String(clock.now()),
      },
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
    });
    this.#process = child;
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', lineReader(this.#options.onLine));
    child.on('message', (message) => this.#told(message as FromProcess));
    child.on('error', (error) => this.#exit(`Error: ${error.message}`));
    child.on('close', (code, signal) => this.#exit(exitText(code, signal)));
    if (this.#ended) child.kill('SIGKILL');
  }

  #told(message: FromProcess): void {
    if (message.type === 'sleep') this.#held.sleep(message.id, message.ms);
    else if (message.type === 'cancel') this.#held.cancel(message.id);
    else if (message.type === 'rest') this.#held.rest(message.sequence);
    else if (message.type === 'clock-set') this.#held.heard(message.id);
    else this.#failure = message.error;
  }

  #deliver(): void {
    const current = this.#current;
    const response = this.#waiting;
    if (!current || !response) return;
    this.#waiting = undefined;
    const { clock, config, functionArn } = this.#options;
    const limit = config.timeoutSeconds * 1000;
    response.writeHead(200, {
      'content-type': 'application/json',
      'content-length': current.payload.length,
      'lambda-runtime-aws-request-id': current.requestId,
      'lambda-runtime-deadline-ms': String(clock.now() + limit),
      'lambda-runtime-invoked-function-arn': functionArn,
      'lambda-runtime-trace-id': current.traceId,
      'sandbox-clock-mode': clock.mode,
      'sandbox-clock-now': String(clock.now()),
      'sandbox-unanswered': JSON.stringify(this.#options.unanswered()),
    });
    response.end(current.payload);
    current.timer = clock.after(limit, () => this.#timeOut());
    // When the clock skips, a function that never comes back would hold it for ever.
    if (clock.mode === 'skip') current.watchdog = setTimeout(() => this.#timeOut(), limit);
  }

  #timeOut(): void {
    const { requestId = '' } = this.#current ?? {};
    const error = timedOut(this.#options, requestId);
    this.kill();
    this.#finish(error);
  }

  #exit(reason: string): void {
    this.#ended = true;
    this.#options.server.forget(this.#options.id);
    // A failed initialisation and an uncaught error are reported by the process itself before it ends.
    this.#finish(this.#failure ? failure(this.#failure) : exited(this.#current?.requestId, reason));
    this.#held.stop();
    this.#options.onExit();
  }

  #finish(outcome: Outcome): void {
    const current = this.#current;
    if (!current) return;
    this.#current = undefined;
    this.#options.clock.cancel(current.timer);
    clearTimeout(current.watchdog);
    current.done(outcome);
    this.#held.stop();
  }
}

/**
 * Where compiled code is kept between processes (https://nodejs.org/docs/latest-v24.x/api/module.html#module-compile-cache), if it is. Tests
 * start thousands of them; without it a cold start compiles everything, as on Lambda.
 */
function compileCache(): Record<string, string> {
  const directory = process.env['SANDBOX_COMPILE_CACHE'];
  return directory ? { NODE_COMPILE_CACHE: directory } : {};
}

function exitText(code: number | null, signal: NodeJS.Signals | null): string {
  if (signal)
    return `Runtime exited with error: signal: ${signal === 'SIGKILL' ? 'killed' : signal.slice(3).toLowerCase()}`;
  return code === 0 ? 'Runtime exited without providing a reason' : `Runtime exited with error: exit status ${code}`;
}
