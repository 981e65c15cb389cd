import { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
import type { RequestContext } from '@kubernetes/client-node/dist/gen/http/http.js';
import { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
import { Agent } from 'undici';
import type { Endpoint } from '../domain/endpoint.ts';
import type { Clock } from '../runtime/clock.ts';
import { ApiThrottledError, ApiUnavailableError, ClusterUnreachableError } from '../runtime/errors.ts';
import type { TokenSource } from './eks-token.ts';
import { type Answer, errorOf, transportError } from './status-errors.ts';

/** One call may take so long, whatever it is; the server gives up on a write after 60 s by itself. Milliseconds. */
const callTimeout = 10_000;
const connectTimeout = 3_000;
/** Sockets to one API server. client-node alone opens one for each request. */
const connections = 32;
/**
 * A call that can be repeated is repeated so often, each time after a random part of this wait, so that calls that failed together
 * do not come back together ("full jitter": https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/). Milliseconds.
 */
const repeats = [400, 1_000, 2_000];

/**
 * Sends requests that client-node's request factories have built, over one pool of kept connections, with the token renewed
 * once after a 401. client-node's own transport makes a TLS handshake for every request.
 */
export class Connection {
  readonly configuration;
  readonly #agent: Agent;
  readonly #tokens: TokenSource;
  readonly #clock: Clock;
  readonly #random: () => number;

  /** @param random from 0 up to 1 */
  constructor(endpoint: Endpoint, tokens: TokenSource, clock: Clock, random: () => number = Math.random) {
    this.configuration = createConfiguration({ baseServer: new ServerConfiguration(endpoint.url, {}) });
    this.#agent = new Agent({
      connect: { ca: endpoint.caPem, timeout: connectTimeout },
      connections,
      keepAliveTimeout: 30_000,
      headersTimeout: callTimeout,
      bodyTimeout: callTimeout,
    });
    this.#tokens = tokens;
    this.#clock = clock;
    this.#random = random;
  }

  /** The answer, whatever its code. Throws TaskErrors when there is none. */
  async send(context: RequestContext, what: string, signal?: AbortSignal): Promise<Answer> {
    const answer = await this.#once(context, what, signal, false);
    return answer.code === 401 ? await this.#once(context, what, signal, true) : answer;
  }

  /** The body of a successful answer; a call that changes nothing when repeated is repeated while the server is busy. */
  async read<Body>(
    build: () => Promise<RequestContext>,
    what: string,
    signal?: AbortSignal,
  ): Promise<Body | undefined> {
    for (let attempt = 0; ; attempt++) {
      try {
        const answer = await this.send(await build(), what, signal);
        if (answer.code < 300) return answer.body as Body;
        if (answer.code === 404) return undefined;
        throw errorOf(answer, what);
      } catch (error) {
        const pause = repeats[attempt];
        if (pause === undefined || !isBusy(error) || signal?.aborted) throw error;
        const asked = error instanceof ApiThrottledError ? (error.retryAfterSeconds ?? 0) * 1_000 : 0;
        // What the server asks for is the least: the random part comes on top.
        await this.#clock.sleep(asked + Math.round(this.#random() * pause), signal);
      }
    }
  }

  async close(): Promise<void> {
    await this.#agent.close();
  }

  async #once(context: RequestContext, what: string, signal: AbortSignal | undefined, renew: boolean): Promise<Answer> {
    const token = await this.#tokens.token(renew);
    try {
      const { origin, pathname, search } = new URL(context.getUrl());
      const response = await this.#agent.request({
        origin,
        path: `${pathname}${search}`,
        method: context.getHttpMethod() as 'GET',
        headers: { ...context.getHeaders(), authorization: `Bearer ${token}`, 'user-agent': 'eks-steward' },
        body: (context.getBody() as string | undefined) ?? null,
        ...(signal && { signal }),
      });
      const text = await response.body.text();
      const retryAfter = Number(response.headers['retry-after']);
      return {
        code: response.statusCode,
        body: parse(text),
        retryAfter: Number.isFinite(retryAfter) && retryAfter > 0 ? retryAfter : undefined,
      };
    } catch (error) {
      throw transportError(error, what);
    }
  }
}

function isBusy(error: unknown): boolean {
  return (
    error instanceof ApiUnavailableError ||
    error instanceof ApiThrottledError ||
    error instanceof ClusterUnreachableError
  );
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return { message: text.slice(0, 300) };
  }
}
