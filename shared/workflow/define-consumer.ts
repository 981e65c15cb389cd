import type { SQSBatchResponse, SQSEvent } from 'aws-lambda';
import type { Message } from '../aws/queues.ts';
import { boundary } from './define-task.ts';

/** A Lambda handler for queues whose messages are handled together and acknowledged one by one. `queueArn` is where they came from. */
export function defineConsumer(
  consume: (messages: readonly Message[], queueArn: string, signal: AbortSignal) => Promise<SQSBatchResponse>,
) {
  return boundary<SQSEvent, SQSBatchResponse>().handler((event, _context, { signal }) => {
    const messages = event.Records.map(({ messageId, body, receiptHandle }) => ({
      id: messageId,
      body,
      receipt: receiptHandle,
    }));
    return consume(messages, event.Records[0]?.eventSourceARN ?? '', signal);
  });
}
