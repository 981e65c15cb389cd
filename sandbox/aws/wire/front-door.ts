import { type Part, part } from '../../part.ts';
import type { LocalCloud } from '../cloud.ts';
import { type AwsServer, type AwsServerOptions, startAwsServer } from './server.ts';

/** The port on which AWS clients find every service, while it is open. */
export class FrontDoor {
  readonly part: Part;
  #server: AwsServer | undefined;

  constructor(cloud: LocalCloud, options: AwsServerOptions) {
    this.part = part([], {
      open: async () => {
        this.#server = await startAwsServer(cloud, options);
      },
      close: async () => await this.#server?.close(),
    });
  }

  /** `http://127.0.0.1:<port>`; empty until it is open. */
  get endpoint(): string {
    return this.#server?.endpoint ?? '';
  }
}
