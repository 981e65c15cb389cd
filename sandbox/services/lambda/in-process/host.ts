import { Console } from 'node:console';
import nodeCrypto from 'node:crypto';
import http from 'node:http';
import https from 'node:https';
import { createRequire } from 'node:module';
import { Writable } from 'node:stream';
import { urlToHttpOptions } from 'node:url';
import type { SandboxClock } from '../../../clock.ts';
import type { LocalNetwork } from '../../../network/local-network.ts';
import { realm } from '../../../network/realm.ts';
import type { VirtualSocket } from '../../../network/virtual-socket.ts';
import { type Random, uuid } from '../../../random.ts';
import { lineReader } from '../lines.ts';
import type { Host } from './code.ts';
import { virtualDate, virtualPerformance } from './virtual-date.ts';
import type { VirtualTimers } from './virtual-timers.ts';

export interface HostOptions {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly network: LocalNetwork;
  readonly timers: VirtualTimers;
  readonly variables: Record<string, string>;
  readonly onLine: (line: string) => void;
  /** With the words of Lambda, such as `exit status 3`. */
  readonly onExit: (how: string) => void;
  /** Does nothing answer at that `host:port`? */
  readonly unanswered: (address: string) => boolean;
  /** Ends the environment at once. */
  readonly kill: () => void;
  /** By so many milliseconds its clock is off. */
  readonly skew: number;
  /** Called for each socket that the function opens. */
  readonly onSocket: (socket: VirtualSocket) => void;
}

const builtin = createRequire(import.meta.url);

type Facade = Record<string, unknown>;

/** What a function sees as its process: time, randomness, network and output are the sandbox's. */
export function hostOf(options: HostOptions): Host {
  const { timers, clock } = options;
  const performance = virtualPerformance(clock);
  const process = processOf(options);
  const console = new Console(process['stdout'] as Writable, process['stderr'] as Writable);
  const crypto = cryptoOf(options.random);
  const overrides: Facade = {
    process,
    console,
    performance,
    crypto: crypto.web,
    Date: virtualDate(() => clock.now() + options.skew),
    Math: Object.create(realm.Math, { random: { value: options.random } }),
    AbortSignal: abortSignalOf(timers),
    setTimeout: timers.setTimeout,
    clearTimeout: timers.clearTimeout,
    setInterval: timers.setInterval,
    clearInterval: timers.clearTimeout,
    setImmediate: timers.setImmediate,
    clearImmediate,
    // Nothing that is bundled uses it, and undici's own would go around the network.
    fetch: undefined,
  };
  const global = new Proxy(overrides, {
    get: (own, name) => (name in own ? own[name as string] : Reflect.get(realm, name)),
    has: (own, name) => name in own || name in realm,
  });
  const modules = modulesOf(options, { process, console, performance, crypto: crypto.node });
  const require = (name: string): unknown => modules[name.replace(/^node:/, '')] ?? builtin(name);
  modules['module'] = { createRequire: () => require };
  const module = { exports: {} };
  return { ...(overrides as unknown as Host), require, module, exports: module.exports, global, globalThis: global };
}

/** Node's modules as the function finds them, by their names without `node:`. */
function modulesOf(options: HostOptions, given: Record<'process' | 'console' | 'performance' | 'crypto', unknown>) {
  const { timers } = options;
  const ordinary = {
    setTimeout: timers.setTimeout,
    clearTimeout: timers.clearTimeout,
    setInterval: timers.setInterval,
    clearInterval: timers.clearTimeout,
    setImmediate: timers.setImmediate,
    clearImmediate,
  };
  const promises = {
    setTimeout: timers.sleep,
    setImmediate: (value: unknown) => new Promise((resolve) => timers.setImmediate(resolve, value)),
    scheduler: { wait: (milliseconds: number, more?: object) => timers.sleep(milliseconds, undefined, more) },
  };
  const connect = connectOf(options);
  const modules: Record<string, unknown> = {
    process: given.process,
    console: { ...(builtin('node:console') as object), Console, default: given.console },
    perf_hooks: { ...(builtin('node:perf_hooks') as object), performance: given.performance },
    crypto: given.crypto,
    timers: { ...ordinary, promises },
    'timers/promises': promises,
    net: { ...(builtin('node:net') as object), connect, createConnection: connect },
    tls: { ...(builtin('node:tls') as object), connect },
    http: withAgent(http, connect),
    https: withAgent(https, connect),
    ...emptyDisk(),
  };
  return modules;
}

interface ConnectOptions {
  readonly host?: string | undefined;
  readonly hostname?: string;
  readonly port?: number | string;
  readonly ca?: string;
}

/** With options, or with a port and a host, as `net.connect`. */
type Connect = (options: ConnectOptions | number, host?: string) => VirtualSocket;

function connectOf({ network, timers, unanswered, kill, onSocket }: HostOptions): Connect {
  return (options, given) => {
    const { host, hostname, port, ca } =
      typeof options === 'number'
        ? { host: given, port: options }
        : (options as ConnectOptions & { hostname?: string; ca?: string });
    const to = { host: host ?? hostname ?? '127.0.0.1', port: Number(port), ca };
    const socket = network.connect(to, { timers: timers as never, unanswered, kill });
    onSocket(socket);
    return socket;
  };
}

/** node:http or node:https whose connections are made by `connect`. */
function withAgent(module: typeof http | typeof https, connect: Connect): Facade {
  class Agent extends http.Agent {
    override createConnection(options: http.ClientRequestArgs): VirtualSocket {
      return connect(options as never);
    }
  }
  const globalAgent = new Agent({ keepAlive: true });
  const request = (...given: [string | object, ...unknown[]]): http.ClientRequest => {
    const listener = given.find((each) => typeof each === 'function') as
      | ((response: http.IncomingMessage) => void)
      | undefined;
    const parts = given.map((each) => (typeof each === 'string' ? urlToHttpOptions(new URL(each)) : each));
    return http.request(
      Object.assign({ agent: globalAgent }, ...parts.filter((each) => each !== listener)) as object,
      listener,
    );
  };
  const get: typeof request = (...given) => request(...given).end();
  return { ...module, Agent, globalAgent, request, get };
}

/** Lambda's disk has none of the files that the SDK looks for in a home directory. */
function emptyDisk(): Facade {
  const missing = (path: unknown) =>
    Object.assign(new realm.Error(`ENOENT: no such file or directory, open '${String(path)}'`), { code: 'ENOENT' });
  const readFile = async (path: unknown) => await Promise.reject(missing(path));
  return {
    fs: { ...(builtin('node:fs') as object), promises: { readFile }, readFile: undefined },
    'fs/promises': { readFile },
  };
}

/** Numbers that no process of this machine has. */
let lastPid = 2 ** 22;

function processOf({ variables, clock, onLine, onExit }: HostOptions): Facade {
  const began = clock.now();
  lastPid += 1;
  const pid = lastPid;
  const elapsed = () => BigInt(clock.now() - began) * 1_000_000n;
  const hrtime = Object.assign(
    () => {
      const nanoseconds = elapsed();
      return [Number(nanoseconds / 1_000_000_000n), Number(nanoseconds % 1_000_000_000n)];
    },
    { bigint: elapsed },
  );
  const listening = () => facade;
  const facade: Facade = {
    env: { ...variables },
    argv: ['node', variables['_HANDLER']],
    execArgv: [],
    version: process.version,
    versions: process.versions,
    release: process.release,
    platform: process.platform,
    arch: process.arch,
    pid,
    kill: (target: number, signal = 'SIGTERM') =>
      target === pid && onExit(`signal: ${signal === 'SIGKILL' ? 'killed' : signal.slice(3).toLowerCase()}`),
    nextTick: process.nextTick.bind(process),
    cwd: () => variables['LAMBDA_TASK_ROOT'],
    uptime: () => (clock.now() - began) / 1000,
    hrtime,
    memoryUsage: process.memoryUsage,
    emitWarning: (warning: unknown) => onLine(String(warning)),
    exit: (code = 0) => onExit(`exit status ${code}`),
    stdout: lines(onLine),
    stderr: lines(onLine),
    getBuiltinModule: undefined,
    on: listening,
    once: listening,
    off: listening,
    removeListener: listening,
    emit: () => false,
    listenerCount: () => 0,
  };
  return facade;
}

function lines(onLine: (line: string) => void): Writable {
  const read = lineReader(onLine);
  return new Writable({
    write(chunk: Buffer, _encoding, done) {
      read(chunk);
      done();
    },
  });
}

function abortSignalOf(timers: VirtualTimers): unknown {
  const timeout = (milliseconds: number) => {
    const controller = new realm.AbortController();
    const reason = new realm.DOMException('The operation was aborted due to timeout', 'TimeoutError');
    timers.setTimeout(() => controller.abort(reason), milliseconds);
    return controller.signal;
  };
  return new Proxy(realm.AbortSignal, {
    get: (own, name) => (name === 'timeout' ? timeout : Reflect.get(own, name, own)),
  });
}

/** Random bytes from the seed, so that a run can be repeated; all else is Node's. */
function cryptoOf(random: Random): { readonly node: Facade; readonly web: Facade } {
  const fill = <Bytes extends Uint8Array>(bytes: Bytes): Bytes => {
    for (let at = 0; at < bytes.length; at++) bytes[at] = Math.floor(random() * 256);
    return bytes;
  };
  const randomUUID = () => uuid(random);
  const randomBytes = (size: number) => fill(Buffer.alloc(size));
  const web = { randomUUID, getRandomValues: fill, subtle: nodeCrypto.webcrypto.subtle };
  const node = { ...nodeCrypto, randomUUID, randomBytes, randomFillSync: fill, getRandomValues: fill, webcrypto: web };
  return { node, web };
}
