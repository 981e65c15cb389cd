import https from 'node:https';
import type { Access } from './kubeconfig.ts';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

/** An answer that says no. */
export class RequestFailed extends Error {
  override readonly name = 'RequestFailed';
  readonly status: number;

  constructor(what: string, status: number, message: string) {
    super(`${what}: ${status} ${message}`);
    this.status = status;
  }
}

export interface WatchEvent {
  readonly type: string;
  readonly object: Record<string, unknown>;
}

/** Requests and watches to one API server, with a person's credentials. */
export class ClusterConnection {
  readonly #access: Access;
  readonly #agent: https.Agent;

  constructor(access: Access) {
    this.#access = access;
    const { ca, certificate: cert, key } = access;
    this.#agent = new https.Agent({
      ca,
      keepAlive: true,
      ...(cert !== undefined && key !== undefined && { cert, key }),
    });
  }

  /** Throws `RequestFailed` for an answer of 400 or more. */
  async send(method: string, path: string, body?: object, type = 'application/json'): Promise<Record<string, unknown>> {
    const answer = await this.ask(method, path, body, type);
    if (answer.status < 400) return answer.body;
    throw new RequestFailed(`${method} ${path}`, answer.status, String(answer.body['message'] ?? ''));
  }

  ask(method: string, path: string, body?: object, type = 'application/json'): Promise<Answer> {
    return new Promise((resolve, reject) => {
      const text = body && JSON.stringify(body);
      const headers = { ...this.#headers(), ...(text !== undefined && { 'content-type': type }) };
      const request = https.request(this.#access.server + path, { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answered = Buffer.concat(chunks).toString('utf8');
          resolve({ status: response.statusCode ?? 0, body: parsed(answered) });
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  /** Follows a watch until it ends; the returned function ends it. */
  watch(path: string, onEvent: (event: WatchEvent) => void, onEnd: () => void): () => void {
    let rest = '';
    let ended = false;
    const end = () => {
      if (!ended) onEnd();
      ended = true;
    };
    const request = https.get(
      this.#access.server + path,
      { headers: this.#headers(), agent: this.#agent },
      (response) => {
        response.setEncoding('utf8');
        response.on('data', (chunk: string) => {
          const lines = (rest + chunk).split('\n');
          rest = lines.pop() ?? '';
          for (const line of lines) if (!ended) onEvent(parsed(line) as unknown as WatchEvent);
        });
        response.on('close', end);
      },
    );
    request.on('error', end);
    return () => {
      ended = true;
      request.destroy();
    };
  }

  close(): void {
    this.#agent.destroy();
  }

  #headers(): Record<string, string> {
    const { token } = this.#access;
    return { accept: 'application/json', ...(token !== undefined && { authorization: `Bearer ${token}` }) };
  }
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return { message: text };
  }
}
