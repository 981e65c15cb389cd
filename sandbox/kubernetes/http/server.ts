import {
  createServer as createPlainServer,
  type IncomingMessage,
  type RequestListener,
  ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import type { AddressInfo, Socket } from 'node:net';
import type { LocalNetwork } from '../../network/local-network.ts';
import type { VirtualSocket } from '../../network/virtual-socket.ts';
import type { KubernetesRefusal, KubernetesRequest, Trouble } from '../../weather/contract.ts';
import { NoAnswer } from '../../weather/meet-trouble.ts';
import { leaveUnanswered } from '../../weather/unanswered.ts';
import type { Witness } from '../../witness.ts';
import type { ApiContext } from '../api/context.ts';
import type { Certificates, FaultRule, Identity } from '../contract.ts';
import { forbidden, StatusError } from '../types/status.ts';
import { Counters } from './counters.ts';
import { sendOutside } from './discovery.ts';
import { type Exchange, sendError, sendJson, sendText } from './exchange.ts';
import { emptyAnswer, faultError, takeFault } from './faults.ts';
import { Hold } from './hold.ts';
import { impersonated } from './impersonation.ts';
import { inSight } from './in-sight.ts';
import { PagedLists } from './list.ts';
import { authorize, refusal } from './rbac.ts';
import { requestInWeather } from './request-in-weather.ts';
import { type RequestInfo, requestInfo } from './request-info.ts';
import { route } from './route.ts';
import type { ServiceAccountTokens } from './service-account-tokens.ts';

export interface ServerOptions {
  readonly api: ApiContext;
  readonly certificates: Certificates;
  readonly port: number;
  readonly faults: FaultRule[];
  readonly version: () => string;
  /** What requests of others than its masters meet; calm by default. */
  readonly weather?: ((request: KubernetesRequest) => Trouble<KubernetesRefusal> | undefined) | undefined;
  readonly witness?: Witness | undefined;
  readonly whileServing?: ((accessKeyId: string) => () => Promise<void>) | undefined;
  /** The cluster's, for its witness. */
  readonly name: string;
  /** Where clients in this process find it too, without TLS. */
  readonly network?: LocalNetwork | undefined;
  readonly tokens: ServiceAccountTokens;
  authenticate(token: string): Promise<Identity | undefined> | Identity | undefined;
  log(line: string): void;
}

const anonymous: Identity = { username: 'system:anonymous', groups: ['system:unauthenticated'] };

/** Paths that EKS answers without a login. */
const openPaths = new Set(['/healthz', '/livez', '/readyz']);

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of request) chunks.push(chunk as Buffer);
  return Buffer.concat(chunks);
}

/** The API server's front: login, injected faults, rights, and then what the request asks for. */
export class ApiServer {
  readonly counters = new Counters();
  readonly #options: ServerOptions;
  readonly #lists = new PagedLists();
  readonly #server: Server;
  /** TCP connections by the client's port: a reset has to be sent below TLS. */
  readonly #connections = new Map<number | undefined, { resetAndDestroy(): unknown }>();
  readonly #listener: RequestListener;

  constructor(options: ServerOptions) {
    this.#options = options;
    const { certificate, key } = options.certificates;
    this.#listener = (request, response) => {
      const hold = new Hold(options.api.clock, `kubernetes ${request.method} ${request.url}`);
      response.once('close', () => hold.end());
      void this.#serve(request, response, hold)
        .catch((error: unknown) => {
          options.log(`kubernetes ${request.method} ${request.url}: ${String(error)}`);
          response.destroy();
        })
        .finally(() => hold.end());
    };
    this.#server = createServer({ cert: certificate, key, keepAlive: true }, this.#listener);
    // Longer than clients keep a quiet connection (undici 4 s, Go 90 s): the server must not be the first to hang up.
    this.#server.keepAliveTimeout = 180_000;
    this.#server.on('connection', (socket: Socket) => {
      const { remotePort } = socket;
      this.#connections.set(remotePort, socket);
      socket.once('close', () => this.#connections.delete(remotePort));
    });
  }

  /** Listens on 127.0.0.1 and gives the port. */
  listen(): Promise<number> {
    return new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(this.#options.port, '127.0.0.1', () => {
        const { port } = this.#server.address() as AddressInfo;
        this.#serveInProcess(port);
        resolve(port);
      });
    });
  }

  #serveInProcess(port: number): void {
    const server = createPlainServer(this.#listener);
    const accept = (socket: VirtualSocket) => {
      this.#connections.set(socket.remotePort, socket);
      socket.once('close', () => this.#connections.delete(socket.remotePort));
      server.emit('connection', socket);
    };
    this.#options.network?.serve(port, { accept, ca: this.#options.certificates.ca });
  }

  close(): Promise<void> {
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
      this.#server.closeAllConnections();
    });
  }

  async #serve(request: IncomingMessage, response: ServerResponse, hold: Hold): Promise<void> {
    const url = new URL(request.url ?? '/', 'https://127.0.0.1');
    const info = requestInfo(request.method ?? 'GET', url.pathname, url.searchParams);
    const identity = await this.#identify(request);
    const body = await readBody(request).catch(() => undefined);
    // The client has hung up before its request was whole.
    if (body === undefined) return;
    const { api, tokens } = this.#options;
    const known = identity ?? anonymous;
    const exchange: Exchange = {
      api,
      request,
      response,
      info,
      query: url.searchParams,
      identity: known,
      body,
      warnings: [],
      tokens,
    };
    await this.#answer(exchange, identity !== undefined, hold);
    await this.#flushed(response, info);
    this.counters.add(known.username, info, response.headersSent ? response.statusCode : 0);
  }

  async #identify(request: IncomingMessage): Promise<Identity | undefined> {
    const token = /^Bearer\s+(\S+)$/i.exec(request.headers.authorization ?? '')?.[1];
    if (!token) return undefined;
    const identity = await this.#options.authenticate(token);
    // Every identity that logged in is in this group: k8s.io/apiserver/pkg/authentication/group/authenticated_group_adder.go.
    return identity && { ...identity, groups: [...new Set([...identity.groups, 'system:authenticated'])] };
  }

  async #answer(exchange: Exchange, known: boolean, hold: Hold): Promise<void> {
    try {
      const fault = takeFault(this.#options.faults, exchange.info, exchange.identity.username);
      if (fault === 'hang') return;
      if (fault === 'reset') {
        this.#connections.get(exchange.request.socket.remotePort)?.resetAndDestroy();
        return;
      }
      if (fault) throw faultError(fault);
      if (!known && !openPaths.has(exchange.info.path)) throw new StatusError(401, 'Unauthorized', 'Unauthorized');
      const { identity, info, request } = exchange;
      const actor = known ? impersonated(this.#options.api.store, identity, request.headers) : identity;
      if (known) this.#checkRights(actor, info);
      const act = (response = exchange.response) => this.#dispatch({ ...exchange, identity: actor, response });
      const trouble = this.#troubleOf(exchange);
      if (trouble) await this.#meet(trouble, exchange, act, hold);
      else act();
    } catch (error) {
      this.#refuse(exchange, error);
    }
  }

  /** The weather spares the masters of the cluster: a world can be looked at and mended while it storms. */
  #troubleOf(exchange: Exchange): Trouble<KubernetesRefusal> | undefined {
    if (exchange.identity.groups.includes('system:masters')) return undefined;
    return this.#options.weather?.(requestInWeather(exchange));
  }

  async #meet(
    trouble: Trouble<KubernetesRefusal>,
    exchange: Exchange,
    act: (response?: ServerResponse) => void,
    hold: Hold,
  ): Promise<void> {
    if (trouble.kind === 'slow') {
      const [key = ''] = exchange.identity.extra?.['accessKeyId'] ?? [];
      const awake = this.#options.whileServing?.(key);
      await hold.without(async () => await this.#options.api.clock.sleep(trouble.milliseconds));
      await awake?.();
      act();
      return;
    }
    // Nobody sees what is answered then.
    if (trouble.kind === 'empty' || trouble.moment === 'after') act(new ServerResponse(exchange.request));
    if (trouble.kind === 'empty') {
      sendJson(exchange, 200, emptyAnswer(exchange.info.verb));
      return;
    }
    if (trouble.kind === 'error') throw faultError(trouble.error);
    const connection = this.#connections.get(exchange.request.socket.remotePort);
    if (connection) leaveUnanswered(connection, new NoAnswer(trouble.kind));
  }

  #refuse(exchange: Exchange, error: unknown): void {
    const status =
      error instanceof StatusError
        ? error
        : new StatusError(500, 'InternalError', `Internal error occurred: ${String(error)}`);
    sendError(exchange, status);
  }

  #checkRights(identity: Identity, info: RequestInfo): void {
    const { allowed } = authorize(this.#options.api.store, identity, info);
    if (allowed) return;
    const of = { group: info.group, resource: info.resource };
    if (info.isResource) throw forbidden(of, info.name, refusal(identity, info));
    throw new StatusError(403, 'Forbidden', `forbidden: ${refusal(identity, info)}`, {});
  }

  #dispatch(exchange: Exchange): void {
    const { witness, name } = this.#options;
    inSight(exchange, { witness, cluster: name }, () => this.#route(exchange));
  }

  #route(exchange: Exchange): void {
    if (exchange.info.isResource) {
      route(exchange, this.#lists);
      return;
    }
    if (sendOutside(exchange, this.#options.version())) return;
    sendText(exchange, 404, '404 page not found\n', 'text/plain; charset=utf-8');
  }

  /** The clock is held until an answer is out; a watch is answered when its first bytes are. */
  #flushed(response: ServerResponse, info: RequestInfo): Promise<void> | undefined {
    if (info.verb === 'watch' || response.writableFinished || response.destroyed || !response.writableEnded)
      return undefined;
    return new Promise((resolve) => {
      response.once('finish', resolve);
      response.once('close', resolve);
    });
  }
}
