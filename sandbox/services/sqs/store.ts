import { AwsError, account } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import { checkAttributes, defaultAttributes, redriveOf } from './attributes.ts';
import { Queue } from './queue.ts';

/** All queues of the sandbox. Event source mappings listen to them here, without polling. */
export class QueueStore {
  readonly #queues = new Map<string, Queue>();
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #endpoint: () => string;

  constructor(tools: { readonly clock: SandboxClock; readonly random: Random; readonly endpoint: () => string }) {
    this.#clock = tools.clock;
    this.#random = tools.random;
    this.#endpoint = tools.endpoint;
  }

  create(name: string, attributes: Readonly<Record<string, string>>): Queue {
    if (name.endsWith('.fifo')) throw new AwsError('NotImplementedInSandbox', 'The sandbox has no FIFO queues.', 501);
    if (!/^[A-Za-z0-9_-]{1,80}$/.test(name)) {
      const message = 'Can only include alphanumeric characters, hyphens, or underscores. 1 to 80 in length';
      throw new AwsError('InvalidParameterValue', message);
    }
    const checked = checkAttributes(attributes);
    const existing = this.#queues.get(name);
    if (existing) {
      const other = Object.entries(checked).find(([key, value]) => existing.attributes[key] !== value);
      if (!other) return existing;
      throw new AwsError(
        'QueueNameExists',
        `A queue already exists with the same name and a different value for attribute ${other[0]}`,
      );
    }
    this.checkRedrive(checked);
    const tools = { clock: this.#clock, random: this.#random, find: (arn: string) => this.byArn(arn) };
    const queue = new Queue(name, arnOf('sqs', name), { ...defaultAttributes(), ...checked }, tools);
    this.#queues.set(name, queue);
    return queue;
  }

  checkRedrive(attributes: Record<string, string>): void {
    const redrive = redriveOf(attributes);
    if (redrive && !this.byArn(redrive.deadLetterTargetArn)) {
      const message = `Value ${attributes['RedrivePolicy']} for parameter RedrivePolicy is invalid. Reason: Dead letter target does not exist.`;
      throw new AwsError('InvalidParameterValue', message);
    }
  }

  remove(queue: Queue): void {
    queue.deleted = true;
    this.#queues.delete(queue.name);
  }

  url(queue: Queue): string {
    return `${this.#endpoint()}/${account}/${queue.name}`;
  }

  byArn(arn: string): Queue | undefined {
    const queue = this.#queues.get(arn.split(':').at(-1) ?? '');
    return queue?.arn === arn ? queue : undefined;
  }

  /** The queue of a URL; like SQS, it looks at the path only. Throws `QueueDoesNotExist`. */
  byUrl(url: string): Queue {
    const [, accountId, name = ''] = /^(?:https?:\/\/[^/]+)?\/(\d{12})\/([^/]+)$/.exec(url) ?? [];
    const queue = accountId === account ? this.#queues.get(name) : undefined;
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  byName(name: string): Queue {
    const queue = this.#queues.get(name);
    if (!queue) throw new AwsError('QueueDoesNotExist', 'The specified queue does not exist.');
    return queue;
  }

  all(): readonly Queue[] {
    return [...this.#queues.values()].sort((left, right) => left.name.localeCompare(right.name));
  }
}
