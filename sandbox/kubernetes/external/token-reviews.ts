import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { ClusterOptions } from '../contract.ts';

/** Answers TokenReviews (authentication.k8s.io/v1) on 127.0.0.1, as EKS's own authenticator does for its API servers. */
export class TokenReviews {
  readonly #server: Server;
  readonly #authenticate: ClusterOptions['authenticate'];

  constructor(authenticate: ClusterOptions['authenticate']) {
    this.#authenticate = authenticate;
    this.#server = createServer((request, response) => {
      void this.#review(request).then((review) => {
        response.setHeader('content-type', 'application/json');
        response.end(JSON.stringify(review));
      });
    });
  }

  /** Listens; gives the URL. */
  listen(port: number): Promise<string> {
    return new Promise((resolve, reject) => {
      this.#server.on('error', reject);
      this.#server.listen(port, '127.0.0.1', () => {
        const address = this.#server.address();
        resolve(`http://127.0.0.1:${typeof address === 'object' && address ? address.port : port}/`);
      });
    });
  }

  close(): void {
    this.#server.close();
    this.#server.closeAllConnections();
  }

  async #review(request: IncomingMessage): Promise<object> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const identity = await this.#authenticate(tokenIn(Buffer.concat(chunks).toString('utf8')));
    const user = identity && {
      username: identity.username,
      groups: identity.groups.filter((group) => group !== 'system:authenticated'),
      ...(identity.uid !== undefined && { uid: identity.uid }),
      ...(identity.extra && { extra: identity.extra }),
    };
    const status = user ? { authenticated: true, user } : { authenticated: false };
    return { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', status };
  }
}

function tokenIn(text: string): string {
  try {
    const review = JSON.parse(text) as { spec?: { token?: string } };
    return review.spec?.token ?? '';
  } catch {
    return '';
  }
}
