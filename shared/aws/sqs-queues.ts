import {
  DeleteMessageBatchCommand,
  ReceiveMessageCommand,
  SendMessageCommand,
  type SQSClient,
} from '@aws-sdk/client-sqs';
import { asTask } from '../runtime/aws-errors.ts';
import type { Outbox, Queue } from './queues.ts';

/** A queue that is read beside its event source mapping. */
export function sqsQueue(client: SQSClient, url: string): Queue {
  return {
    async receive() {
      const command = new ReceiveMessageCommand({ QueueUrl: url, MaxNumberOfMessages: 10, WaitTimeSeconds: 0 });
      const answer = await asTask('receive messages', () => client.send(command));
      return (answer.Messages ?? []).map(({ MessageId = '', Body = '', ReceiptHandle = '' }) => ({
        id: MessageId,
        body: Body,
        receipt: ReceiptHandle,
      }));
    },

    async delete(messages) {
      for (let from = 0; from < messages.length; from += 10) {
        const entries = messages
          .slice(from, from + 10)
          .map(({ receipt }, index) => ({ Id: String(index), ReceiptHandle: receipt }));
        const command = new DeleteMessageBatchCommand({ QueueUrl: url, Entries: entries });
        await asTask('delete messages', () => client.send(command));
      }
    },
  };
}

/** A queue that is only written to, one message a call: together they may be larger than a batch may be. */
export function sqsOutbox(client: SQSClient, url: string): Outbox {
  return {
    async send(bodies) {
      for (const body of bodies) {
        await asTask('send a message', () => client.send(new SendMessageCommand({ QueueUrl: url, MessageBody: body })));
      }
    },
  };
}
