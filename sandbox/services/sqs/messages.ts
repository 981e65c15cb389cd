import { AwsError, type CallContext, type Principal } from '../../aws/contract.ts';
import { callerArn } from '../../aws/iam/iam.ts';
import type { SandboxClock } from '../../clock.ts';
import { type Attributes, md5, md5OfAttributes, messageBytes } from './digest.ts';
import type { Message } from './message.ts';
import type { Queue } from './queue.ts';

export interface SendInput {
  readonly MessageBody: string;
  readonly DelaySeconds?: number;
  readonly MessageAttributes?: Attributes;
  readonly MessageSystemAttributes?: Attributes;
  readonly MessageGroupId?: string;
  readonly MessageDeduplicationId?: string;
}

export interface ReceiveInput {
  readonly QueueUrl: string;
  readonly MaxNumberOfMessages?: number;
  readonly VisibilityTimeout?: number;
  readonly WaitTimeSeconds?: number;
  readonly AttributeNames?: readonly string[];
  readonly MessageSystemAttributeNames?: readonly string[];
  readonly MessageAttributeNames?: readonly string[];
}

/** Sends one message; gives the members of SendMessageResult. */
export function sendMessage(queue: Queue, input: SendInput, principal: Principal) {
  checkSend(queue, input);
  const attributes = input.MessageAttributes ?? {};
  const traceHeader = input.MessageSystemAttributes?.['AWSTraceHeader'];
  const message = queue.send({
    body: input.MessageBody,
    attributes,
    traceHeader: traceHeader?.StringValue,
    senderId: callerArn(principal),
    delaySeconds: input.DelaySeconds,
  });
  return {
    MessageId: message.id,
    MD5OfMessageBody: md5(input.MessageBody),
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MD5OfMessageSystemAttributes: md5OfAttributes(input.MessageSystemAttributes),
  };
}

function checkSend(queue: Queue, input: SendInput): void {
  for (const member of ['MessageGroupId', 'MessageDeduplicationId'] as const) {
    if (input[member] !== undefined)
      throw new AwsError('NotImplementedInSandbox', `The sandbox does not implement sqs ${member}.`, 501);
  }
  if (input.MessageBody.length === 0)
    throw new AwsError('MissingParameter', 'The request must contain the parameter MessageBody.');
  // The characters that SQS accepts: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SendMessage.html
  if (/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u.test(input.MessageBody)) {
    throw new AwsError('InvalidMessageContents', 'The message contains characters outside the allowed set.');
  }
  const limit = Number(queue.attributes['MaximumMessageSize']);
  if (messageBytes(input.MessageBody, input.MessageAttributes) > limit) {
    const message = `One or more parameters are invalid. Reason: Message must be shorter than ${limit} bytes.`;
    throw new AwsError('InvalidParameterValue', message);
  }
  inRange('DelaySeconds', input.DelaySeconds, 0, 900);
  const attributes = Object.entries(input.MessageAttributes ?? {});
  if (attributes.length > 10)
    throw new AwsError('InvalidParameterValue', 'Number of message attributes [10] exceeds the allowed maximum.');
  for (const [name, value] of attributes) {
    const type = /^(String|Number|Binary)(\..+)?$/.exec(value.DataType)?.[1];
    const present = type === 'Binary' ? value.BinaryValue?.length : value.StringValue?.length;
    if (!type || !present) {
      throw new AwsError(
        'InvalidParameterValue',
        `The message attribute '${name}' must have a type String, Number or Binary and a non-empty value.`,
      );
    }
  }
}

/** Throws `InvalidParameterValue` for a number outside its range. */
export function inRange(name: string, value: number | undefined, least: number, most: number): void {
  if (value === undefined || (Number.isInteger(value) && value >= least && value <= most)) return;
  const reason = `Must be >= ${least} and <= ${most}, if provided.`;
  throw new AwsError('InvalidParameterValue', `Value ${value} for parameter ${name} is invalid. Reason: ${reason}`);
}

/** Receives messages, and waits for the first one on the sandbox's clock when the queue is empty. */
export async function receiveMessages(queue: Queue, input: ReceiveInput, clock: SandboxClock, context: CallContext) {
  inRange('MaxNumberOfMessages', input.MaxNumberOfMessages, 1, 10);
  inRange('WaitTimeSeconds', input.WaitTimeSeconds, 0, 20);
  inRange('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200);
  const wait = input.WaitTimeSeconds ?? Number(queue.attributes['ReceiveMessageWaitTimeSeconds']);
  const most = input.MaxNumberOfMessages ?? 1;
  let messages = queue.receive(most, input.VisibilityTimeout);
  const deadline = clock.now() + wait * 1000;
  while (messages.length === 0 && clock.now() < deadline && !hungUp(context) && !queue.deleted) {
    await nextChance(queue, deadline - clock.now(), clock, context.signal);
    if (!hungUp(context)) messages = queue.receive(most, input.VisibilityTimeout);
  }
  return { Messages: messages.length > 0 ? messages.map((message) => describe(queue, message, input)) : undefined };
}

function hungUp(context: CallContext): boolean {
  return context.signal?.aborted === true;
}

function nextChance(queue: Queue, ms: number, clock: SandboxClock, signal: AbortSignal | undefined): Promise<void> {
  return new Promise((resolve) => {
    const done = () => {
      clock.cancel(timer);
      stop();
      signal?.removeEventListener('abort', done);
      resolve();
    };
    const timer = clock.after(ms, done);
    const stop = queue.listen(done);
    signal?.addEventListener('abort', done, { once: true });
  });
}

function describe(queue: Queue, message: Message, input: ReceiveInput) {
  const wanted = new Set([...(input.AttributeNames ?? []), ...(input.MessageSystemAttributeNames ?? [])]);
  const system = Object.entries(systemAttributes(message)).filter(([name]) => wanted.has('All') || wanted.has(name));
  const attributes = Object.fromEntries(
    Object.entries(message.attributes).filter(([name]) =>
      (input.MessageAttributeNames ?? []).some((pattern) => matches(pattern, name)),
    ),
  );
  return {
    MessageId: message.id,
    ReceiptHandle: queue.handle(message),
    MD5OfBody: md5(message.body),
    Body: message.body,
    Attributes: system.length > 0 ? Object.fromEntries(system) : undefined,
    MD5OfMessageAttributes: md5OfAttributes(attributes),
    MessageAttributes: Object.keys(attributes).length > 0 ? attributes : undefined,
  };
}

/** The message's system attributes as SQS writes them: epoch milliseconds as text. */
export function systemAttributes(message: Readonly<Message>): Record<string, string> {
  return {
    SenderId: message.senderId,
    SentTimestamp: String(message.sentAt),
    ApproximateReceiveCount: String(message.receiveCount),
    ApproximateFirstReceiveTimestamp: String(message.firstReceivedAt ?? 0),
    ...(message.traceHeader === undefined ? {} : { AWSTraceHeader: message.traceHeader }),
    ...(message.deadLetterSource === undefined ? {} : { DeadLetterQueueSourceArn: message.deadLetterSource }),
  };
}

function matches(pattern: string, name: string): boolean {
  if (pattern === 'All' || pattern === '.*') return true;
  return pattern.endsWith('.*') ? name.startsWith(pattern.slice(0, -2)) : pattern === name;
}
