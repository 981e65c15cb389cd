import { AwsError } from '../../aws/contract.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import { hex, type Random, uuid } from '../../random.ts';
import { type QueueAttributes, redriveOf } from './attributes.ts';
import type { Counts, Message, NewMessage } from './message.ts';

/** "Approximately 120,000 in flight messages" for a standard queue (Amazon SQS developer guide, quotas). */
const mostInFlight = 120_000;

/** One purge "within the last 60 seconds (the time it can take to delete the messages in the queue)" (API reference). Milliseconds. */
const purgeTime = 60_000;

/** One standard queue on the sandbox's clock. Messages leave in the order in which they become visible, which AWS calls best effort. */
export class Queue {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: number;
  readonly attributes: QueueAttributes;
  readonly tags: Record<string, string> = {};
  modifiedAt: number;
  deleted = false;
  #messages: Message[] = [];
  #arrived = 0;
  #purgedAt = Number.NEGATIVE_INFINITY;
  #timer: Timer | undefined;
  readonly #clock: SandboxClock;
  readonly #random: Random;
  readonly #deadLetters: (arn: string) => Queue | undefined;
  readonly #listeners = new Set<() => void>();

  constructor(
    name: string,
    arn: string,
    attributes: QueueAttributes,
    tools: { readonly clock: SandboxClock; readonly random: Random; readonly find: (arn: string) => Queue | undefined },
  ) {
    this.name = name;
    this.arn = arn;
    this.attributes = attributes;
    this.#clock = tools.clock;
    this.#random = tools.random;
    this.#deadLetters = tools.find;
    this.createdAt = tools.clock.now();
    this.modifiedAt = this.createdAt;
  }

  /** Calls `listener` whenever a message may have become visible, until the returned function is called. */
  listen(listener: () => void): () => void {
    this.#listeners.add(listener);
    this.#arm();
    return () => {
      this.#listeners.delete(listener);
      this.#arm();
    };
  }

  send(message: NewMessage): Message {
    const now = this.#clock.now();
    const delay = message.delaySeconds ?? Number(this.attributes['DelaySeconds']);
    const stored: Message = {
      id: uuid(this.#random),
      body: message.body,
      attributes: message.attributes,
      traceHeader: message.traceHeader,
      senderId: message.senderId,
      sentAt: now,
      visibleAt: now + delay * 1000,
      delayed: delay > 0,
      receiveCount: 0,
      firstReceivedAt: undefined,
      receipt: undefined,
      receivedAt: now,
      deadLetterSource: undefined,
      order: 0,
    };
    this.#put(stored);
    return stored;
  }

  /** Takes up to `most` visible messages and hides them for `visibilitySeconds`. Those received too often go to the dead-letter queue instead. */
  receive(most: number, visibilitySeconds = Number(this.attributes['VisibilityTimeout'])): Message[] {
    this.#expire();
    const now = this.#clock.now();
    if (this.counts().inFlight + most > mostInFlight)
      throw new AwsError('OverLimit', 'Too many messages in flight.', 403);
    const taken: Message[] = [];
    for (const message of this.#messages.filter((candidate) => candidate.visibleAt <= now)) {
      if (taken.length === most) break;
      if (this.#deadLettered(message)) continue;
      message.receiveCount += 1;
      message.firstReceivedAt ??= now;
      message.delayed = false;
      message.receipt = hex(this.#random, 24);
      message.receivedAt = now;
      message.visibleAt = now + visibilitySeconds * 1000;
      taken.push(message);
    }
    this.#sort();
    this.#arm();
    return taken;
  }

  /** True when the message was deleted; false for the handle of an earlier receive, which AWS accepts without effect. */
  delete(handle: string): boolean {
    const { id, receipt } = this.#parse(handle);
    const before = this.#messages.length;
    this.#messages = this.#messages.filter((message) => message.id !== id || message.receipt !== receipt);
    this.#arm();
    return this.#messages.length < before;
  }

  changeVisibility(handle: string, seconds: number): void {
    const { id, receipt } = this.#parse(handle);
    const now = this.#clock.now();
    const message = this.#messages.find((candidate) => candidate.id === id && candidate.receipt === receipt);
    if (!message || message.visibleAt <= now)
      throw new AwsError('MessageNotInflight', 'The message referred to is not in flight.');
    // "The 12-hour limit begins from the time Amazon SQS receives the ReceiveMessage request."
    if (now + seconds * 1000 > message.receivedAt + 43_200_000) {
      throw new AwsError(
        'InvalidParameterValue',
        'Total VisibilityTimeout for the message is beyond the limit [43200 seconds]',
      );
    }
    message.visibleAt = now + seconds * 1000;
    this.#sort();
    if (seconds === 0) this.#notify();
    this.#arm();
  }

  handle(message: Message): string {
    return Buffer.from(`${this.name}/${message.id}/${message.receipt ?? ''}`).toString('base64url');
  }

  counts(): Counts {
    this.#expire();
    const now = this.#clock.now();
    const hidden = this.#messages.filter((message) => message.visibleAt > now);
    const delayed = hidden.filter((message) => message.delayed).length;
    return { visible: this.#messages.length - hidden.length, inFlight: hidden.length - delayed, delayed };
  }

  /** Changes attributes that have been checked. */
  change(attributes: QueueAttributes): void {
    Object.assign(this.attributes, attributes);
    this.modifiedAt = this.#clock.now();
  }

  /** Throws `PurgeQueueInProgress`. */
  purge(): void {
    const now = this.#clock.now();
    if (now - this.#purgedAt < purgeTime)
      throw new AwsError(
        'PurgeQueueInProgress',
        `Only one PurgeQueue operation on ${this.name} is allowed every 60 seconds.`,
      );
    this.#purgedAt = now;
    this.#messages = [];
    this.#arm();
  }

  /** Takes one message out as a redrive task does; messages in flight stay. */
  take(): Message | undefined {
    const index = this.#messages.findIndex((message) => message.visibleAt <= this.#clock.now());
    const [message] = index < 0 ? [] : this.#messages.splice(index, 1);
    this.#arm();
    return message;
  }

  /** Puts a message that comes from another queue. */
  accept(message: Message): void {
    this.#put(message);
  }

  /** All messages, oldest first, for the console. */
  peek(): readonly Readonly<Message>[] {
    this.#expire();
    return this.#messages;
  }

  #put(message: Message): void {
    message.order = this.#arrived++;
    this.#messages.push(message);
    this.#sort();
    if (message.visibleAt <= this.#clock.now()) this.#notify();
    this.#arm();
  }

  #deadLettered(message: Message): boolean {
    const redrive = redriveOf(this.attributes);
    if (!redrive || message.receiveCount < redrive.maxReceiveCount) return false;
    const target = this.#deadLetters(redrive.deadLetterTargetArn);
    // AWS keeps a message whose dead-letter queue is gone until its retention ends.
    if (!target) return false;
    this.#messages = this.#messages.filter((candidate) => candidate !== message);
    target.accept({ ...message, visibleAt: this.#clock.now(), receipt: undefined, deadLetterSource: this.arn });
    return true;
  }

  #expire(): void {
    const oldest = this.#clock.now() - Number(this.attributes['MessageRetentionPeriod']) * 1000;
    this.#messages = this.#messages.filter((message) => message.sentAt > oldest);
  }

  #sort(): void {
    this.#messages.sort((left, right) => left.visibleAt - right.visibleAt || left.order - right.order);
  }

  #notify(): void {
    for (const listener of this.#listeners) listener();
  }

  /** A timer stands only while somebody listens and a message is hidden, so that an idle queue does not move the clock. */
  #arm(): void {
    this.#clock.cancel(this.#timer);
    this.#timer = undefined;
    const now = this.#clock.now();
    const next = this.#listeners.size > 0 ? this.#messages.find((message) => message.visibleAt > now) : undefined;
    if (!next) return;
    this.#timer = this.#clock.after(next.visibleAt - now, () => {
      this.#notify();
      this.#arm();
    });
  }

  #parse(handle: string): { id: string; receipt: string } {
    const [name, id, receipt] = Buffer.from(handle, 'base64url').toString('utf8').split('/');
    if (name !== this.name || !id || !receipt) {
      throw new AwsError(
        'ReceiptHandleIsInvalid',
        `The input receipt handle "${handle}" is not a valid receipt handle.`,
      );
    }
    return { id, receipt };
  }
}
