import { AwsError, type Cloud, type Principal, person } from '../aws/contract.ts';
import type { Disturbance, Event, Target } from './contract.ts';
import { targetInput } from './input.ts';

export interface Rule {
  readonly arn: string;
  readonly name: string;
}

/** A bus's defaults: 185 attempts within 24 h (EventBridge user guide, eb-rule-retry-policy). */
const defaults = { attempts: 185, ageSeconds: 86_400 };
/** Errors that no retry can mend; EventBridge sends the event to the dead-letter queue at once (same page). */
const permanent = /AccessDenied|NotFound|DoesNotExist|NonExistent|Validation|InvalidParameter|UnauthorizedOperation/;

/** Takes events to the targets of rules, with retries on the sandbox's clock and a dead-letter queue at the end. */
export class Delivery {
  readonly #cloud: Cloud;
  readonly #disturb: Disturbance;
  readonly #publish: (busArn: string, event: Event) => void;
  #open = 0;

  constructor(cloud: Cloud, publish: (busArn: string, event: Event) => void, disturb: Disturbance = () => [0]) {
    this.#cloud = cloud;
    this.#publish = publish;
    this.#disturb = disturb;
  }

  /** Deliveries that have not ended. */
  get open(): number {
    return this.#open;
  }

  deliver(rule: Rule, target: Target, event: Event): void {
    for (const delay of this.#disturb(event, target)) {
      this.#open += 1;
      if (delay === 0) void this.#attempt(rule, target, event, 1);
      else this.#cloud.clock.after(delay, () => void this.#attempt(rule, target, event, 1));
    }
  }

  async #attempt(rule: Rule, target: Target, event: Event, attempt: number): Promise<void> {
    const { clock } = this.#cloud;
    try {
      await clock.hold(`deliver ${event['detail-type']}`, () => this.#send(rule, target, event));
      this.#open -= 1;
    } catch (error) {
      const failure = error instanceof AwsError ? error : new AwsError('InternalFailure', String(error), 500);
      const { MaximumRetryAttempts = defaults.attempts, MaximumEventAgeInSeconds = defaults.ageSeconds } =
        target.RetryPolicy ?? {};
      const age = (clock.now() - Date.parse(event.time)) / 1_000;
      const exhausted =
        attempt > MaximumRetryAttempts
          ? 'MaximumRetryAttempts'
          : age > MaximumEventAgeInSeconds
            ? 'MaximumEventAgeInSeconds'
            : undefined;
      if (permanent.test(failure.code) || exhausted !== undefined) {
        await this.#deadLetter(rule, target, event, failure, attempt, exhausted);
        this.#open -= 1;
        return;
      }
      const wait = Math.min(600_000, 1_000 * 2 ** Math.min(attempt, 10)) * (0.5 + this.#cloud.random() / 2);
      clock.after(wait, () => void this.#attempt(rule, target, event, attempt + 1));
    }
  }

  async #send(rule: Rule, target: Target, event: Event): Promise<void> {
    const service = target.Arn.split(':')[2];
    const input = targetInput(event, target, rule.arn);
    const asRule: Principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule.arn };
    const asRole = (): Principal => {
      if (target.RoleArn === undefined)
        throw new AwsError('AccessDeniedException', `target ${target.Id} needs a role`, 403);
      return { kind: 'role', roleArn: target.RoleArn, sessionName: 'events' };
    };
    switch (service) {
      case 'sqs':
        await this.#cloud.call(
          'sqs',
          'SendMessage',
          { QueueUrl: await this.#queueUrl(target.Arn), MessageBody: input },
          asRule,
        );
        return;
      case 'lambda': {
        const Payload = new TextEncoder().encode(input);
        await this.#cloud.call(
          'lambda',
          'Invoke',
          { FunctionName: target.Arn, InvocationType: 'Event', Payload },
          asRule,
        );
        return;
      }
      case 'states': {
        const start = { stateMachineArn: target.Arn, name: `${event.id}_${target.Id}`.slice(0, 80), input };
        await this.#cloud.call('states', 'StartExecution', start, asRole());
        return;
      }
      case 'events':
        this.#publish(target.Arn, event);
        return;
      case 'logs': {
        const logGroupName = target.Arn.split(':')[6] ?? '';
        const logStreamName = rule.name;
        await this.#cloud
          .call('logs', 'CreateLogStream', { logGroupName, logStreamName }, person)
          .catch(ignoreExisting);
        const logEvents = [{ timestamp: this.#cloud.clock.now(), message: input }];
        await this.#cloud.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, person);
        return;
      }
      default:
        throw new AwsError('ValidationException', `The sandbox has no event target of service '${service}'.`);
    }
  }

  async #queueUrl(arn: string): Promise<string> {
    const QueueName = arn.split(':').at(-1) ?? '';
    const { QueueUrl } = await this.#cloud.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName }, person);
    return QueueUrl;
  }

  /** Attributes as documented in "Using dead-letter queues to process undelivered events". */
  async #deadLetter(
    rule: Rule,
    target: Target,
    event: Event,
    error: AwsError,
    attempts: number,
    exhausted: string | undefined,
  ) {
    const arn = target.DeadLetterConfig?.Arn;
    if (arn === undefined) return;
    const text = (StringValue: string) => ({ DataType: 'String', StringValue });
    const MessageAttributes = {
      RULE_ARN: text(rule.arn),
      TARGET_ARN: text(target.Arn),
      ERROR_CODE: text(error.code),
      ERROR_MESSAGE: text(error.message),
      RETRY_ATTEMPTS: text(String(attempts - 1)),
      ...(exhausted !== undefined && { EXHAUSTED_RETRY_CONDITION: text(exhausted) }),
    };
    const principal: Principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule.arn };
    const message = { QueueUrl: '', MessageBody: JSON.stringify(event), MessageAttributes };
    await this.#cloud.clock.hold('dead letter', async () => {
      const sent = this.#cloud.call(
        'sqs',
        'SendMessage',
        { ...message, QueueUrl: await this.#queueUrl(arn) },
        principal,
      );
      // A dead-letter queue that refuses the rule loses the event, as on AWS.
      await sent.catch(() => undefined);
    });
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
}
