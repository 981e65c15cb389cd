import { networkError } from './network-error.ts';
import { realm } from './realm.ts';
import { type SocketTimers, VirtualSocket } from './virtual-socket.ts';

export interface Listener {
  /** Takes a new connection, such as the `connection` event of a server of node:http. */
  readonly accept: (socket: VirtualSocket) => void;
  /** PEM of the authority that a client must know, if the server speaks TLS. */
  readonly ca?: string | undefined;
}

export interface Destination {
  readonly host: string;
  readonly port: number;
  /** PEM of the authorities that the client trusts; with it the client speaks TLS. */
  readonly ca?: string | undefined;
}

export interface Caller {
  readonly timers: SocketTimers;
  /** Does nothing answer there, as `host:port`? */
  readonly unanswered: (address: string) => boolean;
  /** Ends the caller at once, in the middle of whatever it does. */
  readonly kill?: () => void;
}

/** Linux gives up after six SYNs, the first one second after the connect and each after twice the time (tcp(7), tcp_syn_retries). Milliseconds. */
const giveUpAfter = 127_000;

/** The servers of one sandbox by their ports, for clients in the same process. */
export class LocalNetwork {
  readonly #listeners = new Map<number, Listener>();
  readonly #stir: () => void;
  /** Above those of sockets, so that the ports of both are told apart. */
  #lastPort = 65_535;

  /** @param stir called whenever bytes move */
  constructor(stir: () => void) {
    this.#stir = stir;
  }

  serve(port: number, listener: Listener): void {
    this.#listeners.set(port, listener);
  }

  remove(port: number): void {
    this.#listeners.delete(port);
  }

  /** A socket that will be connected in the next tick, or will have an error as Node gives it. */
  connect(to: Destination, caller: Caller): VirtualSocket {
    this.#lastPort += 1;
    const client = new VirtualSocket({ stir: this.#stir, remotePort: to.port, timers: caller.timers });
    const server = new VirtualSocket({ stir: this.#stir, remotePort: this.#lastPort, killCaller: caller.kill });
    client.connecting = true;
    this.#stir();
    if (caller.unanswered(`${to.host}:${to.port}`)) {
      const lost = () => client.destroy(networkError('ETIMEDOUT', 'connect', to));
      const timer = caller.timers.setTimeout(lost, giveUpAfter);
      client.once('close', () => caller.timers.clearTimeout(timer));
      return client;
    }
    process.nextTick(() => this.#connected(to, client, server));
    return client;
  }

  #connected(to: Destination, client: VirtualSocket, server: VirtualSocket): void {
    if (client.destroyed) return;
    client.connecting = false;
    const listener = this.#listeners.get(to.port);
    const error = refusal(to) ?? (listener ? untrusted(listener, to) : networkError('ECONNREFUSED', 'connect', to));
    if (error || !listener) {
      client.destroy(error);
      return;
    }
    VirtualSocket.join(client, server);
    listener.accept(server);
    for (const event of to.ca === undefined ? ['connect', 'ready'] : ['connect', 'secureConnect', 'ready'])
      client.emit(event);
  }
}

function refusal({ host, port }: Destination): Error | undefined {
  if (['127.0.0.1', 'localhost', '::1'].includes(host)) return undefined;
  const message = `The sandbox refuses a connection to ${host}:${port}: functions reach this machine only.`;
  return Object.assign(new realm.Error(message), { code: 'ESANDBOX' });
}

function untrusted(listener: Listener, to: Destination): Error | undefined {
  if (listener.ca === undefined && to.ca === undefined) return undefined;
  if (listener.ca === undefined) return networkError('EPROTO', 'write', to);
  if (to.ca === undefined) return networkError('ECONNRESET', 'read', to);
  return to.ca.trim() === listener.ca.trim() ? undefined : networkError('SELF_SIGNED_CERT_IN_CHAIN', 'connect', to);
}
