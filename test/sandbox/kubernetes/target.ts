import https from 'node:https';

/** A Kubernetes API server that the API suite can run against: the sandbox's own or a real one. */
export interface Target {
  readonly url: string;
  /** PEM. */
  readonly ca: string;
  readonly adminToken: string;
  /** A Ready node of zone us-east-1a with 4 CPUs, 16Gi and room for 58 pods. */
  addNode(name: string): Promise<void>;
  removeNode(name: string): Promise<void>;
  /** Lets controllers work for a moment. */
  pause(): Promise<void>;
}

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
  /** The parsed body; fields that are not there read as `undefined`. */
  readonly body: Json;
}

/** JSON read field by field; tests assert on what they find. */
export interface Json {
  readonly [field: string]: Json;
}

export interface Call {
  readonly body?: object | string;
  readonly type?: string;
  readonly accept?: string;
  /** Another token than the admin's; `''` for none. */
  readonly token?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** Plain calls to a target, over connections that are kept. */
export class ApiClient {
  readonly target: Target;
  readonly #agent: https.Agent;

  constructor(target: Target) {
    this.target = target;
    this.#agent = new https.Agent({ ca: target.ca, keepAlive: true });
  }

  close(): void {
    this.#agent.destroy();
  }

  call(method: string, path: string, options: Call = {}): Promise<Answer> {
    const { body, type = 'application/json', accept, token = this.target.adminToken } = options;
    const text = typeof body === 'object' ? JSON.stringify(body) : body;
    const headers = {
      ...(token ? { authorization: `Bearer ${token}` } : {}),
      // Node frames the body of a DELETE only when its length is given.
      ...(text === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(text) }),
      ...(accept ? { accept } : {}),
      ...options.headers,
    };
    return new Promise((resolve, reject) => {
      const request = https.request(this.target.url + path, { method, headers, agent: this.#agent }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('end', () => {
          const answer = Buffer.concat(chunks).toString();
          resolve({ status: response.statusCode ?? 0, headers: response.headers, text: answer, body: parsed(answer) });
        });
      });
      request.on('error', reject);
      request.end(text);
    });
  }

  get(path: string, options?: Call): Promise<Answer> {
    return this.call('GET', path, options);
  }

  post(path: string, body: object | string, options?: Call): Promise<Answer> {
    return this.call('POST', path, { ...options, body });
  }

  put(path: string, body: object, options?: Call): Promise<Answer> {
    return this.call('PUT', path, { ...options, body });
  }

  patch(path: string, type: string, body: object | string): Promise<Answer> {
    return this.call('PATCH', path, { body, type });
  }

  delete(path: string, body?: object): Promise<Answer> {
    return this.call('DELETE', path, body ? { body } : {});
  }

  /** Asks again until `done` accepts the answer. Throws when it never does. */
  async until(path: string, done: (answer: Answer) => boolean): Promise<Answer> {
    for (let attempt = 0; attempt < 400; attempt++) {
      const answer = await this.get(path);
      if (done(answer)) return answer;
      await this.target.pause();
    }
    throw new Error(`${path} never came to what was awaited`);
  }

  /** Reads a watch until `count` events have come, and hangs up. */
  watch(path: string, count: number): Promise<Json[]> {
    return new Promise((resolve, reject) => {
      const headers = { authorization: `Bearer ${this.target.adminToken}` };
      const request = https.request(
        this.target.url + path,
        { headers, ca: this.target.ca, agent: false },
        (response) => {
          const events: Json[] = [];
          let rest = '';
          response.on('data', (chunk: Buffer) => {
            const lines = (rest + chunk.toString()).split('\n');
            rest = lines.pop() ?? '';
            events.push(...lines.map((line) => parsed(line)));
            if (events.length < count) return;
            request.destroy();
            resolve(events.slice(0, count));
          });
          response.on('end', () => resolve(events));
        },
      );
      request.on('error', reject);
      request.end();
    });
  }
}

function parsed(text: string): Json {
  try {
    return JSON.parse(text) as Json;
  } catch {
    return {};
  }
}

export const merge = 'application/merge-patch+json';
export const json = 'application/json-patch+json';
export const strategic = 'application/strategic-merge-patch+json';
export const apply = 'application/apply-patch+yaml';
