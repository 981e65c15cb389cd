import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { asTask } from '../runtime/aws-errors.ts';
import { inChunks } from '../runtime/in-chunks.ts';
import type { Outbox, Queue } from './queues.ts';

/** SQS receives and deletes up to ten messages a call (API reference). */
const perBatch = 10;

/** A queue that is read beside its event source mapping. */
export function sqsQueue(client: SQSClient, url: string, signal?: AbortSignal): Queue {
  const options = signal && { abortSignal: signal };
  return {
    async receive(limit) {
      const MaxNumberOfMessages = Math.min(perBatch, limit);
      const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages, WaitTimeSeconds: 0 });
      const answer = await asTask('receive messages', () => client.send(command, options));
      return (answer.Messages ?? []).map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
        id: MessageId,
        body: Body,
        receipt: ReceiptHandle,
      }));
    },

    async delete(messages) {
      for (const some of inChunks(messages, perBatch)) {
        const entries = some.map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries });
        await asTask('delete messages', () => client.send(command, options));
      }
    },
  };
}

/** A queue that is only written to, one message a call: together they may be larger than a batch may be. */
export function sqsOutbox(client: SQSClient, url: string, signal?: AbortSignal): Outbox {
  const options = signal && { abortSignal: signal };
  return {
    async send(bodies) {
      for (const body of bodies) {
        const command = new SendMessageCommand({ QueueUrl: url, MessageBody: body });
        await asTask('send a message', () => client.send(command, options));
      }
    },
  };
}
