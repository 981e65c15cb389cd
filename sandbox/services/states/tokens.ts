import { AwsError } from '../../aws/contract.ts';
import { hex, type Random } from '../../random.ts';
import type { HeartbeatFailure, StateFailure } from './failure.ts';
import type { Json } from './json.ts';

/** The beginning that tells a token of the sandbox from any other text. */
const prefix = 'AQCEAAAAKgAAAAMAAAAA';

/** A task that waits for its token to come back. */
export interface PendingTask {
  succeed(output: Json): void;
  fail(failure: StateFailure | HeartbeatFailure): void;
  heartbeat(): void;
}

/** The task tokens that were given out. Errors: https://docs.aws.amazon.com/step-functions/latest/apireference/API_SendTaskSuccess.html */
export class TaskTokens {
  readonly #random: Random;
  readonly #open = new Map<string, PendingTask>();
  readonly #closed = new Set<string>();

  constructor(random: Random) {
    this.#random = random;
  }

  create(): string {
    return `${prefix}${Buffer.from(hex(this.#random, 240)).toString('base64')}`;
  }

  open(token: string, task: PendingTask): void {
    this.#open.set(token, task);
  }

  close(token: string): void {
    if (this.#open.delete(token)) this.#closed.add(token);
  }

  /** The task of a token; throws `InvalidToken`, `TaskTimedOut` or `TaskDoesNotExist`. */
  get(token: string): PendingTask {
    if (!token.startsWith(prefix)) throw new AwsError('InvalidToken', "Invalid Token: 'Invalid token'");
    const task = this.#open.get(token);
    if (task) return task;
    if (this.#closed.has(token))
      throw new AwsError('TaskTimedOut', "Task Timed Out: 'Provided task does not exist anymore'");
    throw new AwsError('TaskDoesNotExist', "Task does not exist: 'Provided task does not exist'");
  }
}
