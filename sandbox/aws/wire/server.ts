import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { gunzipSync } from 'node:zlib';
import type { LocalNetwork } from '../../network/local-network.ts';
import { NoAnswer } from '../../weather/meet-trouble.ts';
import { leaveUnanswered } from '../../weather/unanswered.ts';
import type { LocalCloud } from '../cloud.ts';
import { AwsError } from '../contract.ts';
import { type ServiceModel, serviceModel } from '../schema/model.ts';
import type { Protocol, WireRequest, WireResponse } from './protocol.ts';
import { protocolOf, scopeOf, serviceOf } from './router.ts';

export interface AwsServerOptions {
  /** 4566 by default; 0 takes a free port. */
  readonly port?: number;
  /** Where clients in this process find it too. */
  readonly network?: LocalNetwork;
  /**
   * Called when a request's handler begins, with the key that signed it; the returned function is called before the answer is sent. A
   * function's environment gives up its hold on the clock meanwhile, because the handler may wait on the clock.
   */
  readonly whileServing?: (accessKeyId: string) => () => Promise<void>;
}

export interface AwsServer {
  readonly port: number;
  /** `http://127.0.0.1:<port>`, for `AWS_ENDPOINT_URL`. */
  readonly endpoint: string;
  close(): Promise<void>;
}

/** Lambda's synchronous payload of 6 MB is the largest body that a client of the sandbox may send, with room for base64. */
const largestBody = 10 * 1024 * 1024;

/** Starts the one port on which AWS clients find every service. It listens on 127.0.0.1 only. */
export async function startAwsServer(cloud: LocalCloud, options: AwsServerOptions = {}): Promise<AwsServer> {
  const server = createServer((request, response) => void answer(cloud, options, request, response));
  // Clients keep connections open between calls; a shorter time than theirs ends in ECONNRESET.
  server.keepAliveTimeout = 120_000;
  await listen(server, options.port ?? 4566);
  const address = server.address();
  const port = typeof address === 'object' && address ? address.port : 0;
  options.network?.serve(port, { accept: (socket) => server.emit('connection', socket) });
  return { port, endpoint: `http://127.0.0.1:${port}`, close: () => close(server) };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', () => resolve());
  });
}

function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The clock is held while bytes move, and not while a handler runs: handlers may wait on the clock, as a long poll does. */
async function answer(
  cloud: LocalCloud,
  options: AwsServerOptions,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  let release = cloud.clock.begin('aws request');
  const hangUp = new AbortController();
  response.once('close', () => {
    hangUp.abort(new Error('The client has hung up.'));
    release();
  });
  try {
    const wire = await read(request);
    const result = await serve(cloud, options, wire, hangUp.signal, {
      pause: () => release(),
      resume: () => {
        if (!hangUp.signal.aborted) release = cloud.clock.begin('aws answer');
      },
    });
    send(response, result);
  } catch (error) {
    if (error instanceof NoAnswer) {
      release();
      leaveUnanswered(request.socket, error);
      return;
    }
    send(response, {
      status: statusOf(error),
      headers: { 'content-type': 'text/plain', connection: 'close' },
      body: messageOf(error),
    });
  }
}

interface Hold {
  pause(): void;
  resume(): void;
}

async function serve(
  cloud: LocalCloud,
  options: AwsServerOptions,
  request: WireRequest,
  signal: AbortSignal,
  hold: Hold,
): Promise<WireResponse> {
  const requestId = cloud.requestId();
  const scope = scopeOf(request);
  let protocol: Protocol = protocolOf(scope?.service ?? '', request);
  let model: ServiceModel | undefined;
  let dated = (answer: WireResponse) => answer;
  try {
    const service = serviceOf(request, scope);
    model = await serviceModel(service);
    protocol = protocolOf(service, request);
    const operation = protocol.operation(model, request);
    const input = protocol.input(operation, request) as object;
    const principal = cloud.roles.principalOf(scope?.accessKeyId);
    if (principal.kind === 'role') dated = (answer) => withDate(answer, cloud.clock.date());
    const awake = options.whileServing?.(scope?.accessKeyId ?? '');
    hold.pause();
    let output: unknown;
    try {
      output = await cloud.handle(service, operation.name, input, { principal, requestId, signal, outside: 'wire' });
    } finally {
      hold.resume();
      await awake?.();
    }
    return dated(protocol.output(model, operation, output, requestId));
  } catch (error) {
    if (error instanceof NoAnswer) throw error;
    return dated(protocol.error(model, asAwsError(error), requestId));
  }
}

/**
 * Functions live on the sandbox's clock, and their SDK clients set theirs by the date of an answer and repeat a call that failed when it was wrong
 * (AWS SDKs, clock skew correction). People's live on the machine's, and hear Node's date.
 */
function withDate(answer: WireResponse, date: Date): WireResponse {
  return { ...answer, headers: { ...answer.headers, date: date.toUTCString() } };
}

async function read(request: IncomingMessage): Promise<WireRequest> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > largestBody)
      throw new AwsError('RequestEntityTooLarge', `The request is larger than ${largestBody} bytes.`, 413);
    chunks.push(chunk);
  }
  const [path, query] = splitOnce(request.url ?? '/', '?');
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers))
    headers[name] = Array.isArray(value) ? value.join(',') : (value ?? '');
  const body = unzipped(Buffer.concat(chunks), headers['content-encoding']);
  return { method: request.method ?? 'GET', path, query: new URLSearchParams(query), headers, body };
}

/** botocore compresses PutMetricData beyond 10 KB. */
function unzipped(body: Buffer, encoding: string | undefined): Buffer {
  if (encoding !== 'gzip') return body;
  try {
    return gunzipSync(body, { maxOutputLength: largestBody });
  } catch (error) {
    throw new AwsError(
      'SerializationException',
      `The body is not gzip of at most ${largestBody} bytes: ${messageOf(error)}`,
      400,
    );
  }
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
}

function send(response: ServerResponse, result: WireResponse): void {
  if (response.destroyed || response.headersSent) return;
  const body = typeof result.body === 'string' ? Buffer.from(result.body) : result.body;
  response.writeHead(result.status, {
    ...result.headers,
    ...(result.status === 204 ? {} : { 'content-length': body.length }),
  });
  response.end(body);
}

function asAwsError(error: unknown): AwsError {
  return error instanceof AwsError
    ? error
    : new AwsError('InternalFailure', `The sandbox failed: ${messageOf(error)}`, 500);
}

function statusOf(error: unknown): number {
  return error instanceof AwsError ? error.status : 400;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
