import { AwsError, notImplemented } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';
import { hex, type Random, uuid } from '../../random.ts';
import type { Outbox } from './outbox.ts';
import { defaultPolicy, type Subscription, type Topic } from './topic.ts';

/** "Confirmation tokens are valid for two days" (API reference, Subscribe); what is not confirmed by then goes. */
const confirmWithin = 2 * 86_400_000;

/** 256 KB (API reference, Publish). */
const largestMessage = 262_144;

export interface TopicsTools {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly outbox: Outbox;
}

/** Topics, who subscribed to them, and what they mail. */
export class Topics {
  readonly #tools: TopicsTools;
  readonly #topics = new Map<string, Topic>();

  constructor(tools: TopicsTools) {
    this.#tools = tools;
  }

  /** A topic; one of the same name is the same (API reference, CreateTopic). */
  create(name: string): Topic {
    if (name.endsWith('.fifo')) throw notImplemented('FIFO topics');
    if (!/^[A-Za-z0-9_-]{1,256}$/.test(name)) throw invalid('Topic Name');
    const arn = arnOf('sns', name);
    const known = this.#topics.get(arn);
    if (known) return known;
    const policy = defaultPolicy(arn);
    const topic: Topic = { arn, name, displayName: '', policy, subscriptions: new Map(), removed: 0 };
    this.#topics.set(arn, topic);
    return topic;
  }

  find(arn: string): Topic | undefined {
    return this.#topics.get(arn);
  }

  /** Throws `NotFound`. */
  get(arn: string): Topic {
    const found = this.#topics.get(arn);
    if (!found) throw new AwsError('NotFound', 'Topic does not exist', 404);
    for (const [id, { since, confirmed }] of found.subscriptions)
      if (!confirmed && this.#tools.clock.now() - since > confirmWithin) found.subscriptions.delete(id);
    return found;
  }

  all(): readonly Topic[] {
    return [...this.#topics.keys()].map((arn) => this.get(arn));
  }

  remove(arn: string): void {
    this.#topics.delete(arn);
  }

  /** Subscribes an address, which is asked by mail to confirm it. An address that has done so stays as it is. */
  subscribe(topicArn: string, endpoint: string): Subscription {
    const topic = this.get(topicArn);
    if (!/^[^@\s]+@[^@\s]+$/.test(endpoint)) throw invalid('Email address');
    const known = [...topic.subscriptions.values()].find((each) => each.endpoint === endpoint);
    const { clock, random } = this.#tools;
    const arn = `${topicArn}:${uuid(random)}`;
    const made = { arn, topicArn, endpoint, token: hex(random, 64), since: clock.now(), confirmed: false };
    const subscription = known ?? made;
    topic.subscriptions.set(subscription.arn, subscription);
    if (!subscription.confirmed) this.#askToConfirm(subscription);
    return subscription;
  }

  /** Throws `InvalidParameter` for a token that the topic has not given. */
  confirm(topicArn: string, token: string): Subscription {
    const found = [...this.get(topicArn).subscriptions.values()].find((each) => each.token === token);
    if (!found) throw invalid('Token');
    found.confirmed = true;
    return found;
  }

  /** Of a subscription that is not there nothing is left to remove. */
  unsubscribe(subscriptionArn: string): void {
    const topic = this.find(subscriptionArn.split(':').slice(0, 6).join(':'));
    const found = topic?.subscriptions.get(subscriptionArn);
    if (!topic || !found) return;
    topic.subscriptions.delete(subscriptionArn);
    if (found.confirmed) topic.removed += 1;
  }

  /** Mails the message to every address that has confirmed; gives the message's id. */
  publish(topicArn: string, message: string, subject: string | undefined): string {
    const topic = this.get(topicArn);
    if (message === '') throw new AwsError('InvalidParameter', 'Invalid parameter: Empty message');
    if (Buffer.byteLength(message) > largestMessage) throw invalid('Message too long');
    // "Must be ASCII text that begins with a letter, number, or punctuation mark; no line breaks or control characters; less than 100
    // characters" (API reference, Publish).
    if (subject !== undefined && !/^[!-~][ -~]{0,98}$/.test(subject)) throw invalid('Subject');
    const { clock, outbox, random } = this.#tools;
    for (const { endpoint, confirmed } of topic.subscriptions.values()) {
      if (!confirmed) continue;
      outbox.put({
        at: clock.now(),
        to: endpoint,
        topicArn,
        // The subject of mails of messages without one.
        subject: subject ?? 'AWS Notification Message',
        body: message,
      });
    }
    return uuid(random);
  }

  #askToConfirm({ endpoint, topicArn, token }: Subscription): void {
    this.#tools.outbox.put({
      at: this.#tools.clock.now(),
      to: endpoint,
      topicArn,
      subject: 'AWS Notification - Subscription Confirmation',
      body: `You have chosen to subscribe to the topic ${topicArn}. To confirm this subscription, call ConfirmSubscription with the token ${token}`,
    });
  }
}

function invalid(what: string): AwsError {
  return new AwsError('InvalidParameter', `Invalid parameter: ${what}`);
}
