import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';

/** One function process on the other side of the Runtime API. */
export interface RuntimeClient {
  /** The process asks for work; the response is kept until there is some. */
  next(response: ServerResponse): void;
  /** The process has finished an invocation. */
  finished(requestId: string, outcome: 'response' | 'error', body: Buffer): void;
  initError(body: Buffer): void;
}

/** The Runtime API of all function processes on one loopback port; each process has its own path prefix. */
export class RuntimeServer {
  readonly #clients = new Map<string, RuntimeClient>();
  readonly #server: Server;
  #listening: Promise<number> | undefined;

  constructor() {
    this.#server = createServer((request, response) => void this.#answer(request, response));
    // A process waits for its next invocation as long as it takes.
    this.#server.requestTimeout = 0;
    this.#server.keepAliveTimeout = 0;
    this.#server.unref();
  }

  /** Makes a process known; gives the value of `AWS_LAMBDA_RUNTIME_API` for it. */
  async register(id: string, client: RuntimeClient): Promise<string> {
    this.#clients.set(id, client);
    this.#listening ??= new Promise((resolve, reject) => {
      this.#server.once('error', reject);
      this.#server.listen(0, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(typeof address === 'object' && address ? address.port : 0);
      });
    });
    return `127.0.0.1:${await this.#listening}/${id}`;
  }

  forget(id: string): void {
    this.#clients.delete(id);
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [, id = '', path = ''] = /^\/([^/]+)\/2018-06-01\/runtime\/(.+)$/.exec(request.url ?? '') ?? [];
    const client = this.#clients.get(id);
    try {
      if (!client) throw new Error(`No function has the id ${id}.`);
      const chunks: Buffer[] = [];
      for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
      this.#route(client, request.method ?? '', path, Buffer.concat(chunks), response);
    } catch {
      // The process died while it was sending, which its exit tells, or it is none of ours.
      response.destroy();
    }
  }

  #route(client: RuntimeClient, method: string, path: string, body: Buffer, response: ServerResponse): void {
    const finished = /^invocation\/([^/]+)\/(response|error)$/.exec(path);
    if (method === 'GET' && path === 'invocation/next') client.next(response);
    else if (method === 'POST' && finished?.[1]) {
      client.finished(finished[1], finished[2] as 'response' | 'error', body);
      reply(response, 202);
    } else if (method === 'POST' && path === 'init/error') {
      client.initError(body);
      reply(response, 202);
    } else reply(response, 404);
  }
}

function reply(response: ServerResponse, status: number): void {
  response.writeHead(status, { 'content-type': 'application/json', 'content-length': 2 });
  response.end('{}');
}
