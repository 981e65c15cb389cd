import type { Message, Outbox, Queue } from '../../shared/aws/queues.ts';

export interface FakeQueue extends Queue, Outbox {
  /** Those that can be received. */
  waiting: Message[];
  /** Ids of those that were deleted. */
  readonly deleted: string[];
  /** Bodies that were sent. */
  readonly sent: string[];
}

/**
 * A standard queue in memory.
 *
 * @param visibilityTimeout a message that was received and not deleted comes again after so many milliseconds; SQS's default of 30 s
 */
export function fakeQueue(now: () => number, visibilityTimeout = 30_000): FakeQueue {
  const hidden = new Map<string, { readonly message: Message; readonly until: number }>();
  let count = 0;
  const comeBack = () => {
    for (const [id, { message, until }] of hidden) {
      if (until > now()) continue;
      hidden.delete(id);
      queue.waiting.push(message);
    }
  };
  const queue: FakeQueue = {
    waiting: [],
    deleted: [],
    sent: [],
    async receive(limit) {
      comeBack();
      const messages = queue.waiting.splice(0, Math.min(10, limit));
      for (const message of messages) hidden.set(message.id, { message, until: now() + visibilityTimeout });
      return messages;
    },
    async delete(messages) {
      for (const { id } of messages) hidden.delete(id);
      queue.deleted.push(...messages.map(({ id }) => id));
    },
    async send(bodies) {
      queue.sent.push(...bodies);
      for (const body of bodies) {
        count += 1;
        queue.waiting.push({ id: `message-${count}`, body, receipt: `receipt-${count}` });
      }
    },
  };
  return queue;
}
