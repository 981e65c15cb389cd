import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock } from '../../clock.ts';
import { assertJson } from './assert-json.ts';
import type { DroppedEvent, InvokeResult } from './contract.ts';
import type { LambdaFunction } from './lambda-function.ts';

/** Since October 2025; 256 KB before: https://aws.amazon.com/blogs/compute/more-room-to-build-serverless-services-now-support-payloads-up-to-1-mb/ */
const largestEvent = 1024 * 1024;

/**
 * Lambda's queue of asynchronous events: a failed function is tried again after one and after two minutes, a throttled one with growing
 * pauses until the event is too old (https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html).
 */
export class AsyncInvocations {
  readonly #clock: SandboxClock;
  readonly #onDrop: (dropped: DroppedEvent) => void;
  #open = 0;
  #closed = false;

  constructor(clock: SandboxClock, onDrop: (dropped: DroppedEvent) => void) {
    this.#clock = clock;
    this.#onDrop = onDrop;
  }

  get size(): number {
    return this.#open;
  }

  /** Throws `RequestTooLargeException` for an event beyond 1 MB and `InvalidRequestContentException` for one that is not JSON. */
  add(target: LambdaFunction, payload: Buffer): void {
    if (payload.length > largestEvent) {
      throw new AwsError(
        'RequestTooLargeException',
        `${payload.length} byte payload is too large for the Event invocation type (limit ${largestEvent} bytes)`,
        413,
      );
    }
    if (payload.length > 0) assertJson(payload);
    this.#open += 1;
    // The caller's answer goes out first.
    const release = this.#clock.begin(`event of ${target.config.name}`);
    setImmediate(() => {
      void this.#run(target, payload).finally(() => {
        this.#open -= 1;
      });
      release();
    });
  }

  close(): void {
    this.#closed = true;
  }

  async #run(target: LambdaFunction, payload: Buffer): Promise<void> {
    const expires = this.#clock.now() + (target.config.maximumEventAgeSeconds ?? 21_600) * 1000;
    const retries = target.config.maximumRetryAttempts ?? 2;
    let failures = 0;
    let throttles = 0;
    while (!this.#closed) {
      const result = await attempt(target, payload);
      if (result === 'throttled') throttles += 1;
      else if (result.functionError === undefined) return;
      else failures += 1;
      if (failures > retries) return this.#drop(target, payload, failures, 'RetriesExhausted');
      // "increases the retry interval exponentially from 1 second after the first attempt to a maximum of 5 minutes"
      const pause = result === 'throttled' ? Math.min(300_000, 1000 * 2 ** (throttles - 1)) : failures * 60_000;
      if (this.#clock.now() + pause > expires) return this.#drop(target, payload, failures, 'EventAgeExceeded');
      await this.#clock.sleep(pause);
    }
  }

  #drop(target: LambdaFunction, payload: Buffer, attempts: number, reason: DroppedEvent['reason']): void {
    this.#onDrop({ functionName: target.config.name, payload, attempts, reason });
  }
}

async function attempt(target: LambdaFunction, payload: Buffer): Promise<InvokeResult | 'throttled'> {
  try {
    return await target.invoke(payload);
  } catch (error) {
    if (error instanceof AwsError && error.code === 'TooManyRequestsException') return 'throttled';
    throw error;
  }
}
