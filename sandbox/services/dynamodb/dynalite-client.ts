import { Agent, request, type Server } from 'node:http';
import { AwsError } from '../../aws/contract.ts';

/** dynalite in this process, in memory, on a free loopback port. It is loaded and started on first use. */
export class DynaliteClient {
  readonly #agent = new Agent({ keepAlive: true });
  #started: Promise<{ server: Server; port: number }> | undefined;

  /** Sends one operation as JSON and gives the parsed answer; DynamoDB's errors are thrown as `AwsError`. */
  async send(operation: string, body: unknown): Promise<unknown> {
    this.#started ??= start();
    const { port } = await this.#started;
    const { status, text } = await this.#post(port, operation, JSON.stringify(body));
    const answer = JSON.parse(text) as Record<string, unknown>;
    if (status === 200) return answer;
    const type = typeof answer['__type'] === 'string' ? answer['__type'] : 'InternalFailure';
    const message = answer['message'] ?? answer['Message'];
    throw new AwsError(type.split('#').at(-1) ?? type, typeof message === 'string' ? message : type, status);
  }

  async close(): Promise<void> {
    const started = await this.#started;
    this.#agent.destroy();
    await new Promise<void>((resolve) => {
      if (!started) return resolve();
      started.server.close(() => resolve());
      started.server.closeAllConnections();
    });
  }

  #post(port: number, operation: string, body: string): Promise<{ status: number; text: string }> {
    const headers = {
      'content-type': 'application/x-amz-json-1.0',
      'x-amz-target': `DynamoDB_20120810.${operation}`,
      'x-amz-date': '20260101T000000Z',
      // dynalite wants a signature and does not verify it.
      authorization:
        'AWS4-HMAC-SHA256 Credential=sandbox/20260101/us-east-1/dynamodb/aws4_request, SignedHeaders=host, Signature=none',
    };
    return new Promise((resolve, reject) => {
      const outgoing = request(
        { host: '127.0.0.1', port, method: 'POST', path: '/', agent: this.#agent, headers },
        (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () =>
            resolve({ status: response.statusCode ?? 500, text: Buffer.concat(chunks).toString('utf8') }),
          );
          response.on('error', reject);
        },
      );
      outgoing.on('error', reject);
      outgoing.end(body);
    });
  }
}

async function start(): Promise<{ server: Server; port: number }> {
  const { default: dynalite } = await import('dynalite');
  const server = dynalite({ createTableMs: 0, deleteTableMs: 0, updateTableMs: 0 });
  // A server that hangs up after some seconds of the machine's may do so when the next request is on its way.
  server.keepAliveTimeout = 0;
  const port = await new Promise<number>((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      resolve(typeof address === 'object' && address ? address.port : 0);
    });
  });
  return { server, port };
}
