import { Duplex } from 'node:stream';
import { networkError } from './network-error.ts';

/** What a socket needs of the process that it is in. */
export interface SocketTimers {
  setTimeout(run: () => void, milliseconds: number): unknown;
  clearTimeout(timer: unknown): void;
}

export interface SocketOptions {
  /** Called whenever bytes move. */
  readonly stir: () => void;
  readonly remotePort: number;
  /** Ends the process that is at the other end, if it can be ended. */
  readonly killCaller?: (() => void) | undefined;
  /** For `setTimeout`; without them a socket never times out. */
  readonly timers?: SocketTimers | undefined;
}

/** One end of a connection in memory, with what HTTP clients and servers ask of a `net.Socket`. */
export class VirtualSocket extends Duplex {
  connecting = false;
  bytesRead = 0;
  bytesWritten = 0;
  readonly remoteAddress = '127.0.0.1';
  readonly remotePort: number;
  readonly killCaller: (() => void) | undefined;
  readonly encrypted = true;
  readonly authorized = true;
  readonly alpnProtocol = false;
  #peer: VirtualSocket | undefined;
  #timer: unknown;
  #timeout = 0;
  readonly #options: SocketOptions;

  constructor(options: SocketOptions) {
    super({ allowHalfOpen: false });
    this.#options = options;
    this.remotePort = options.remotePort;
    this.killCaller = options.killCaller;
  }

  /** Makes two sockets the ends of one connection. */
  static join(one: VirtualSocket, other: VirtualSocket): void {
    one.#peer = other;
    other.#peer = one;
  }

  /** Ends the connection as a lost one: the other end sees ECONNRESET. */
  resetAndDestroy(): this {
    const peer = this.#peer;
    this.#peer = undefined;
    peer?.destroy(networkError('ECONNRESET', 'read'));
    this.destroy();
    return this;
  }

  /** As `net.Socket`: emits `timeout` after so many milliseconds without a byte; 0 never. */
  setTimeout(milliseconds: number, listener?: () => void): this {
    this.#timeout = milliseconds;
    if (listener && milliseconds > 0) this.once('timeout', listener);
    else if (listener) this.removeListener('timeout', listener);
    this.#watch();
    return this;
  }

  setNoDelay(): this {
    return this;
  }

  setKeepAlive(): this {
    return this;
  }

  ref(): this {
    return this;
  }

  unref(): this {
    return this;
  }

  override _read(): void {}

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error | null) => void): void {
    const peer = this.#peer;
    if (!peer || peer.destroyed) {
      done(networkError('EPIPE', 'write'));
      return;
    }
    this.bytesWritten += chunk.length;
    this.#moved();
    // In a turn of its own: a reader must not run in the middle of its writer.
    process.nextTick(() => {
      peer.#take(chunk);
      done();
    });
  }

  override _final(done: () => void): void {
    this.#endPeer();
    done();
  }

  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.#options.timers?.clearTimeout(this.#timer);
    this.#endPeer();
    this.#options.stir();
    done(error);
  }

  #endPeer(): void {
    const peer = this.#peer;
    if (peer) process.nextTick(() => peer.#end());
  }

  #take(chunk: Buffer): void {
    if (this.destroyed || this.readableEnded) return;
    this.bytesRead += chunk.length;
    this.#moved();
    this.push(chunk);
  }

  #end(): void {
    if (this.destroyed || this.readableEnded) return;
    this.#options.stir();
    this.push(null);
    // Who does not read would never see the end.
    this.resume();
  }

  #moved(): void {
    this.#options.stir();
    if (this.#timeout > 0) this.#watch();
  }

  #watch(): void {
    const { timers } = this.#options;
    timers?.clearTimeout(this.#timer);
    this.#timer = this.#timeout > 0 ? timers?.setTimeout(() => this.emit('timeout'), this.#timeout) : undefined;
  }
}
