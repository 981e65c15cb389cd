import { AwsError, type Cloud } from '../../aws/contract.ts';

export interface RetryPolicy {
  readonly MaximumRetryAttempts?: number;
  readonly MaximumEventAgeInSeconds?: number;
}

/** How a delivery ended that could not be made. */
export interface GivenUp {
  readonly error: AwsError;
  readonly attempts: number;
  /** The limit that was reached; undefined for an error that no retry can mend. */
  readonly exhausted: 'MaximumRetryAttempts' | 'MaximumEventAgeInSeconds' | undefined;
}

/** 185 attempts within 24 h, for rules and for schedules (user guides, "Retry policy"). */
const defaults = { attempts: 185, ageSeconds: 86_400 };
/** Errors that no retry can mend; the event goes to the dead-letter queue at once (same pages). */
const permanent = /AccessDenied|NotFound|DoesNotExist|NonExistent|Validation|InvalidParameter|UnauthorizedOperation/;

/** Attempts a delivery on the cloud's clock until it succeeds or is given up. */
export class Attempts {
  readonly #cloud: Cloud;
  #open = 0;

  constructor(cloud: Cloud) {
    this.#cloud = cloud;
  }

  /** Deliveries that have not ended. */
  get open(): number {
    return this.#open;
  }

  /** Begins after `delay` milliseconds; `since` is when the event happened. */
  begin(delivery: {
    readonly what: string;
    readonly delay: number;
    readonly since: number;
    readonly policy: RetryPolicy | undefined;
    send(attempt: number): Promise<void>;
    giveUp(failure: GivenUp): Promise<void>;
  }): void {
    const { clock } = this.#cloud;
    this.#open += 1;
    const attempt = async (count: number): Promise<void> => {
      try {
        await clock.hold(`deliver ${delivery.what}`, () => delivery.send(count));
        this.#open -= 1;
      } catch (thrown) {
        const error = thrown instanceof AwsError ? thrown : new AwsError('InternalFailure', String(thrown), 500);
        const exhausted = this.#exhausted(delivery.policy, delivery.since, count);
        if (permanent.test(error.code) || exhausted !== undefined) {
          await clock.hold('dead letter', () => delivery.giveUp({ error, attempts: count, exhausted }));
          this.#open -= 1;
          return;
        }
        const wait = Math.min(600_000, 1_000 * 2 ** Math.min(count, 10)) * (0.5 + this.#cloud.random() / 2);
        clock.after(wait, () => void attempt(count + 1));
      }
    };
    if (delivery.delay === 0) void attempt(1);
    else clock.after(delivery.delay, () => void attempt(1));
  }

  #exhausted(policy: RetryPolicy = {}, since: number, attempt: number): GivenUp['exhausted'] {
    const { MaximumRetryAttempts = defaults.attempts, MaximumEventAgeInSeconds = defaults.ageSeconds } = policy;
    if (attempt > MaximumRetryAttempts) return 'MaximumRetryAttempts';
    const age = (this.#cloud.clock.now() - since) / 1_000;
    return age > MaximumEventAgeInSeconds ? 'MaximumEventAgeInSeconds' : undefined;
  }
}
