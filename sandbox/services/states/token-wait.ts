import type { Timer } from '../../clock.ts';
import { HeartbeatFailure } from './failure.ts';
import type { Json } from './json.ts';
import type { Engine } from './run-context.ts';

/** One task token from the moment that its task is scheduled. The token may come back before the task's call is answered. */
export class TokenWait {
  readonly returned: Promise<Json>;
  readonly #engine: Engine;
  readonly #token: string;
  #heartbeat: Timer | undefined;

  constructor(engine: Engine, token: string, heartbeatSeconds: number | undefined) {
    this.#engine = engine;
    this.#token = token;
    const { clock, tokens } = engine;
    this.returned = new Promise((resolve, reject) => {
      const beat = () => {
        clock.cancel(this.#heartbeat);
        if (heartbeatSeconds === undefined) return;
        this.#heartbeat = clock.after(heartbeatSeconds * 1000, () => {
          this.close();
          reject(new HeartbeatFailure());
        });
      };
      const settle = (act: () => void) => {
        this.close();
        act();
      };
      tokens.open(token, {
        succeed: (output) => settle(() => resolve(output)),
        fail: (failure) => settle(() => reject(failure)),
        heartbeat: beat,
      });
      beat();
    });
    // A failure before anybody waits must not look unhandled.
    this.returned.catch(() => undefined);
  }

  /** The token is worth nothing from now on. */
  close(): void {
    this.#engine.clock.cancel(this.#heartbeat);
    this.#engine.tokens.close(this.#token);
  }
}
