import { AwsError, type Cloud, type Principal, person } from '../../aws/contract.ts';
import { Attempts, type GivenUp } from './attempts.ts';
import type { Disturbance, Event, FailedDelivery, Target } from './contract.ts';
import { targetInput } from './input.ts';
import { deadLetter, queueUrl, textAttributes } from './queue-messages.ts';
import { targetService } from './target-service.ts';

/** Services that rules can call here. */
export const ruleTargets = ['sqs', 'lambda', 'states', 'events', 'logs'] as const;

export interface Rule {
  readonly arn: string;
  readonly name: string;
  /** The name of its bus. */
  readonly busName: string;
}

export interface DeliveryOptions {
  readonly disturb?: Disturbance;
  /** A delivery was given up. */
  readonly onFailed?: (failed: FailedDelivery) => void;
}

/** Takes events to the targets of rules, with retries on the sandbox's clock and a dead-letter queue at the end. */
export class Delivery {
  readonly #cloud: Cloud;
  readonly #disturb: Disturbance;
  readonly #publish: (busArn: string, event: Event) => void;
  readonly #onFailed: (failed: FailedDelivery) => void;
  readonly #attempts: Attempts;

  constructor(cloud: Cloud, publish: (busArn: string, event: Event) => void, options: DeliveryOptions) {
    this.#cloud = cloud;
    this.#publish = publish;
    this.#disturb = options.disturb ?? (() => [0]);
    this.#onFailed = options.onFailed ?? (() => undefined);
    this.#attempts = new Attempts(cloud);
  }

  /** Deliveries that have not ended. */
  get open(): number {
    return this.#attempts.open;
  }

  deliver(rule: Rule, target: Target, event: Event): void {
    for (const delay of this.#disturb(event, target)) {
      this.#attempts.begin({
        what: event['detail-type'],
        delay,
        since: Date.parse(event.time),
        policy: target.RetryPolicy,
        send: () => this.#send(rule, target, event),
        giveUp: async (failure) => {
          const deadLetter = await this.#deadLetter(rule, target, event, failure);
          this.#onFailed({ ruleName: rule.name, bus: rule.busName, deadLetter });
        },
      });
    }
  }

  async #send(rule: Rule, target: Target, event: Event): Promise<void> {
    const input = targetInput(event, target, rule.arn);
    const asRule: Principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule.arn };
    const asRole = (): Principal => {
      if (target.RoleArn === undefined)
        throw new AwsError('AccessDeniedException', `target ${target.Id} needs a role`, 403);
      return { kind: 'role', roleArn: target.RoleArn, sessionName: 'events' };
    };
    const call = async (service: string, operation: string, given: object, principal: Principal) =>
      void (await this.#cloud.call(service, operation, given, principal));
    switch (targetService(target.Arn, ruleTargets)) {
      case 'sqs': {
        const message = { QueueUrl: await queueUrl(this.#cloud, target.Arn), MessageBody: input };
        return await call('sqs', 'SendMessage', message, asRule);
      }
      case 'lambda': {
        const Payload = new TextEncoder().encode(input);
        return await call('lambda', 'Invoke', { FunctionName: target.Arn, InvocationType: 'Event', Payload }, asRule);
      }
      case 'states': {
        const start = { stateMachineArn: target.Arn, name: `${event.id}_${target.Id}`.slice(0, 80), input };
        return await call('states', 'StartExecution', start, asRole());
      }
      case 'events':
        return this.#publish(target.Arn, event);
      case 'logs':
        return await this.#log(target.Arn, rule.name, input);
    }
  }

  async #log(groupArn: string, logStreamName: string, message: string): Promise<void> {
    const logGroupName = groupArn.split(':')[6] ?? '';
    await this.#cloud.call('logs', 'CreateLogStream', { logGroupName, logStreamName }, person).catch(ignoreExisting);
    const logEvents = [{ timestamp: this.#cloud.clock.now(), message }];
    await this.#cloud.call('logs', 'PutLogEvents', { logGroupName, logStreamName, logEvents }, person);
  }

  /** Attributes as documented in "Using dead-letter queues to process undelivered events". */
  async #deadLetter(rule: Rule, target: Target, event: Event, { error, attempts, exhausted }: GivenUp) {
    const arn = target.DeadLetterConfig?.Arn;
    if (arn === undefined) return undefined;
    const MessageAttributes = textAttributes({
      RULE_ARN: rule.arn,
      TARGET_ARN: target.Arn,
      ERROR_CODE: error.code,
      ERROR_MESSAGE: error.message,
      RETRY_ATTEMPTS: String(attempts - 1),
      EXHAUSTED_RETRY_CONDITION: exhausted,
    });
    const principal: Principal = { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule.arn };
    return await deadLetter(this.#cloud, arn, { MessageBody: JSON.stringify(event), MessageAttributes }, principal);
  }
}

function ignoreExisting(error: unknown): void {
  if (!(error instanceof AwsError) || error.code !== 'ResourceAlreadyExistsException') throw error;
}
