import { AwsError, region } from '../../aws/contract.ts';
import type { SandboxClock, Timer } from '../../clock.ts';
import { md5, md5OfAttributes, messageBytes } from '../sqs/digest.ts';
import type { Message } from '../sqs/message.ts';
import { systemAttributes } from '../sqs/messages.ts';
import type { Queue } from '../sqs/queue.ts';
import { failedItems } from './batch-response.ts';
import type { InvokeResult } from './contract.ts';
import type { LambdaFunction } from './lambda-function.ts';

export interface EventSourceSettings {
  readonly batchSize: number;
  readonly windowSeconds: number;
  /** 2 to 1,000. */
  readonly maximumConcurrency: number | undefined;
  readonly reportBatchItemFailures: boolean;
  readonly enabled: boolean;
}

/**
 * "Lambda starts processing five batches at a time with five concurrent invocations":
 * https://docs.aws.amazon.com/lambda/latest/dg/services-sqs-scaling.html. The growth beyond five is not modelled.
 */
const defaultConcurrency = 5;

/** The event of one invocation holds at most 6 MB. */
const largestBatchBytes = 6 * 1024 * 1024;

/** Reads a queue for a function. It listens and does not poll: a message goes out as soon as there is a free invocation for it. */
export class QueuePoller {
  readonly #queue: Queue;
  readonly #target: LambdaFunction;
  readonly #clock: SandboxClock;
  #settings: EventSourceSettings;
  #gathered: Message[] = [];
  #window: Timer | undefined;
  #stop: (() => void) | undefined;
  #scheduled = false;
  #batches = 0;

  constructor(queue: Queue, target: LambdaFunction, clock: SandboxClock, settings: EventSourceSettings) {
    this.#queue = queue;
    this.#target = target;
    this.#clock = clock;
    this.#settings = settings;
    this.change(settings);
  }

  /** Batches that the function works on now. */
  get batches(): number {
    return this.#batches;
  }

  change(settings: EventSourceSettings): void {
    this.#settings = settings;
    this.#stop?.();
    this.#stop = settings.enabled ? this.#queue.listen(() => this.#schedule()) : undefined;
    this.#schedule();
  }

  close(): void {
    this.change({ ...this.#settings, enabled: false });
    this.#clock.cancel(this.#window);
  }

  /** What arrives in one turn of the event loop goes into one batch. */
  #schedule(): void {
    if (this.#scheduled || !this.#settings.enabled) return;
    this.#scheduled = true;
    const release = this.#clock.begin(`poller of ${this.#queue.name}`);
    setImmediate(() => {
      this.#scheduled = false;
      this.#pump();
      release();
    });
  }

  #pump(): void {
    const { maximumConcurrency, enabled } = this.#settings;
    const most = maximumConcurrency ?? defaultConcurrency;
    while (enabled && this.#batches < most) {
      const full = this.#gather();
      if (this.#gathered.length === 0) return;
      if (!full && this.#settings.windowSeconds > 0) {
        this.#window ??= this.#clock.after(this.#settings.windowSeconds * 1000, () => this.#flush());
        return;
      }
      this.#send();
    }
  }

  /** Receives until the batch is full or the queue is empty; true when it is full. */
  #gather(): boolean {
    let bytes = sizeOf(this.#gathered);
    while (this.#gathered.length < this.#settings.batchSize) {
      const [message] = this.#queue.receive(1);
      if (!message) return false;
      this.#gathered.push(message);
      bytes += messageBytes(message.body, message.attributes);
      if (bytes >= largestBatchBytes - 1_048_576) return true;
    }
    return true;
  }

  #flush(): void {
    this.#window = undefined;
    this.#send();
    this.#schedule();
  }

  #send(): void {
    this.#clock.cancel(this.#window);
    this.#window = undefined;
    const messages = this.#gathered;
    this.#gathered = [];
    if (messages.length === 0) return;
    this.#batches += 1;
    void this.#process(messages).finally(() => {
      this.#batches -= 1;
      this.#schedule();
    });
  }

  async #process(messages: readonly Message[]): Promise<void> {
    const handles = new Map(messages.map((message) => [message.id, this.#queue.handle(message)]));
    const result = await this.#invoke(messages, handles);
    // What is not deleted comes back when its visibility timeout ends, and counts towards maxReceiveCount.
    if (!result || result.functionError !== undefined) return;
    const failed = this.#settings.reportBatchItemFailures
      ? failedItems(result.payload, new Set(handles.keys()))
      : new Set<string>();
    if (failed === 'all') return;
    for (const [id, handle] of handles) if (!failed.has(id)) this.#queue.delete(handle);
  }

  async #invoke(messages: readonly Message[], handles: ReadonlyMap<string, string>): Promise<InvokeResult | undefined> {
    const records = messages.map((message) => recordOf(message, handles.get(message.id) ?? '', this.#queue.arn));
    try {
      return await this.#target.invoke(Buffer.from(JSON.stringify({ Records: records })));
    } catch (error) {
      // Throttled: the batch stays hidden and comes back.
      if (error instanceof AwsError) return undefined;
      throw error;
    }
  }
}

function sizeOf(messages: readonly Message[]): number {
  return messages.reduce((sum, message) => sum + messageBytes(message.body, message.attributes), 0);
}

/** A record as in https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html#example-standard-queue-message-event */
function recordOf(message: Message, receiptHandle: string, arn: string): object {
  const attributes = Object.entries(message.attributes).map(([name, value]) => [
    name,
    {
      ...(value.StringValue === undefined ? {} : { stringValue: value.StringValue }),
      ...(value.BinaryValue === undefined ? {} : { binaryValue: Buffer.from(value.BinaryValue).toString('base64') }),
      stringListValues: [],
      binaryListValues: [],
      dataType: value.DataType,
    },
  ]);
  const digest = md5OfAttributes(message.attributes);
  return {
    messageId: message.id,
    receiptHandle,
    body: message.body,
    attributes: systemAttributes(message),
    messageAttributes: Object.fromEntries(attributes),
    md5OfBody: md5(message.body),
    ...(digest === undefined ? {} : { md5OfMessageAttributes: digest }),
    eventSource: 'aws:sqs',
    eventSourceARN: arn,
    awsRegion: region,
  };
}
