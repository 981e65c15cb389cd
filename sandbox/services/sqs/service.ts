import { AwsError, type CallContext, type Service } from '../../aws/contract.ts';
import { pageOf } from '../../aws/page.ts';
import type { SandboxClock } from '../../clock.ts';
import type { Random } from '../../random.ts';
import { checkAttributes, redriveOf } from './attributes.ts';
import { batch } from './batch.ts';
import { inRange, type ReceiveInput, receiveMessages, type SendInput, sendMessage } from './messages.ts';
import { MessageMoves } from './moves.ts';
import type { Queue } from './queue.ts';
import type { QueueStore } from './store.ts';

interface QueueInput {
  readonly QueueUrl: string;
}
interface Handle {
  readonly ReceiptHandle: string;
}
interface Visibility extends Handle {
  readonly VisibilityTimeout?: number;
}
type Batch<Entry> = QueueInput & { readonly Entries: readonly (Entry & { readonly Id: string })[] };

const attributeNames = ['AttributeNames', 'MessageSystemAttributeNames', 'MessageAttributeNames'];

/** Amazon SQS with standard queues on the sandbox's clock. */
export function sqsService(tools: {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly store: QueueStore;
}): Service {
  const { clock, store } = tools;
  return {
    name: 'sqs',
    uses: {
      GetQueueUrl: ['QueueName'],
      ListQueues: ['QueueNamePrefix', 'MaxResults', 'NextToken'],
      ListDeadLetterSourceQueues: ['QueueUrl'],
      SendMessage: ['QueueUrl', 'MessageBody', 'DelaySeconds', 'MessageAttributes', 'MessageSystemAttributes'],
      ReceiveMessage: ['QueueUrl', 'MaxNumberOfMessages', 'VisibilityTimeout', 'WaitTimeSeconds', ...attributeNames],
    },
    operations: {
      ...queueOperations(store),
      ...tagOperations(store),
      ...messageOperations(store, clock),
      ...moveOperations(new MessageMoves(store, clock, tools.random)),
    },
    resourcePolicy: (_operation, input) => {
      const queue = typeof input['QueueUrl'] === 'string' ? store.byUrl(input['QueueUrl']) : undefined;
      const document = queue?.attributes['Policy'];
      return queue && document ? { resource: queue.arn, document } : undefined;
    },
  };
}

function queueOperations(store: QueueStore): Service['operations'] {
  return {
    CreateQueue: (input: { QueueName: string; Attributes?: Record<string, string>; tags?: Record<string, string> }) => {
      const queue = store.create(input.QueueName, input.Attributes ?? {});
      Object.assign(queue.tags, input.tags);
      return { QueueUrl: store.url(queue) };
    },
    DeleteQueue: (input: QueueInput) => store.remove(store.byUrl(input.QueueUrl)),
    GetQueueUrl: (input: { QueueName: string }) => ({ QueueUrl: store.url(store.byName(input.QueueName)) }),
    ListQueues: (input: ListInput) => listQueues(store, input),
    ListDeadLetterSourceQueues: (input: QueueInput) => {
      const { arn } = store.byUrl(input.QueueUrl);
      return {
        queueUrls: store
          .all()
          .filter((queue) => redriveOf(queue.attributes)?.deadLetterTargetArn === arn)
          .map((queue) => store.url(queue)),
      };
    },
    GetQueueAttributes: (input: QueueInput & { AttributeNames?: readonly string[] }) =>
      queueAttributes(store.byUrl(input.QueueUrl), input.AttributeNames ?? []),
    SetQueueAttributes: (input: QueueInput & { Attributes: Record<string, string> }) => {
      const queue = store.byUrl(input.QueueUrl);
      const checked = checkAttributes(input.Attributes);
      store.checkRedrive(checked);
      queue.change(checked);
    },
    PurgeQueue: (input: QueueInput) => store.byUrl(input.QueueUrl).purge(),
  };
}

interface ListInput {
  readonly QueueNamePrefix?: string;
  readonly MaxResults?: number;
  readonly NextToken?: string;
}

function listQueues(store: QueueStore, input: ListInput) {
  const { MaxResults: most = 1000 } = input;
  if (most < 1 || most > 1000)
    throw new AwsError(
      'InvalidParameterValue',
      `Value ${most} for parameter MaxResults is invalid. Reason: Must be between 1 and 1000, if provided.`,
    );
  const urls = store
    .all()
    .filter((queue) => queue.name.startsWith(input.QueueNamePrefix ?? ''))
    .map((queue) => store.url(queue));
  const { items, next } = pageOf(urls, most, input.NextToken, 'InvalidParameterValue');
  // "You must set MaxResults to receive a value for NextToken in the response" (API reference).
  const NextToken = input.MaxResults === undefined ? undefined : next;
  return { QueueUrls: items.length > 0 ? items : undefined, NextToken };
}

function tagOperations(store: QueueStore): Service['operations'] {
  return {
    TagQueue: (input: QueueInput & { Tags: Record<string, string> }) => {
      Object.assign(store.byUrl(input.QueueUrl).tags, input.Tags);
    },
    UntagQueue: (input: QueueInput & { TagKeys: readonly string[] }) => {
      const { tags } = store.byUrl(input.QueueUrl);
      for (const key of input.TagKeys) delete tags[key];
    },
    ListQueueTags: (input: QueueInput) => ({ Tags: store.byUrl(input.QueueUrl).tags }),
  };
}

function messageOperations(store: QueueStore, clock: SandboxClock): Service['operations'] {
  return {
    SendMessage: (input: QueueInput & SendInput, context: CallContext) =>
      sendMessage(store.byUrl(input.QueueUrl), input, context.principal),
    SendMessageBatch: (input: Batch<SendInput>, context: CallContext) => {
      const queue = store.byUrl(input.QueueUrl);
      const bytes = input.Entries.reduce((sum, entry) => sum + Buffer.byteLength(entry.MessageBody), 0);
      if (bytes > 1_048_576)
        throw new AwsError('BatchRequestTooLong', 'Batch requests cannot be longer than 1048576 bytes.');
      return batch(input.Entries, (entry) => sendMessage(queue, entry, context.principal));
    },
    ReceiveMessage: (input: ReceiveInput, context: CallContext) =>
      receiveMessages(store.byUrl(input.QueueUrl), input, clock, context),
    DeleteMessage: (input: QueueInput & Handle) => {
      store.byUrl(input.QueueUrl).delete(input.ReceiptHandle);
    },
    DeleteMessageBatch: (input: Batch<Handle>) => {
      const queue = store.byUrl(input.QueueUrl);
      return batch(input.Entries, (entry) => {
        queue.delete(entry.ReceiptHandle);
        return {};
      });
    },
    ChangeMessageVisibility: (input: QueueInput & Visibility) => changeVisibility(store.byUrl(input.QueueUrl), input),
    ChangeMessageVisibilityBatch: (input: Batch<Visibility>) => {
      const queue = store.byUrl(input.QueueUrl);
      return batch(input.Entries, (entry) => {
        changeVisibility(queue, entry);
        return {};
      });
    },
  };
}

function moveOperations(moves: MessageMoves): Service['operations'] {
  return {
    StartMessageMoveTask: (input: Parameters<MessageMoves['start']>[0]) => moves.start(input),
    CancelMessageMoveTask: (input: { TaskHandle: string }) => moves.cancel(input.TaskHandle),
    ListMessageMoveTasks: (input: { SourceArn: string; MaxResults?: number }) =>
      moves.list(input.SourceArn, input.MaxResults),
  };
}

function changeVisibility(queue: Queue, input: Visibility): void {
  inRange('VisibilityTimeout', input.VisibilityTimeout, 0, 43_200);
  queue.changeVisibility(input.ReceiptHandle, input.VisibilityTimeout ?? 0);
}

function queueAttributes(queue: Queue, names: readonly string[]) {
  const counts = queue.counts();
  const all: Record<string, string> = {
    ...queue.attributes,
    QueueArn: queue.arn,
    CreatedTimestamp: String(Math.floor(queue.createdAt / 1000)),
    LastModifiedTimestamp: String(Math.floor(queue.modifiedAt / 1000)),
    ApproximateNumberOfMessages: String(counts.visible),
    ApproximateNumberOfMessagesNotVisible: String(counts.inFlight),
    ApproximateNumberOfMessagesDelayed: String(counts.delayed),
  };
  if (names.includes('All')) return { Attributes: all };
  const optional = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];
  const unknown = names.find((name) => !(name in all) && !optional.includes(name));
  if (unknown !== undefined) throw new AwsError('InvalidAttributeName', `Unknown Attribute ${unknown}.`);
  const wanted = Object.entries(all).filter(([name]) => names.includes(name));
  return { Attributes: wanted.length > 0 ? Object.fromEntries(wanted) : undefined };
}
