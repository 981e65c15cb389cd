import { expect, it } from '@jest/globals';
import type { Message, Outbox, Queue } from '../../../shared/aws/queues.ts';

interface QueueLab {
  readonly queue: Queue;
  /** Of the same queue. */
  readonly outbox: Outbox;
  readonly pass: (milliseconds: number) => Promise<void>;
}

async function all(queue: Queue): Promise<Message[]> {
  const next = await queue.receive(10);
  return next.length === 0 ? [] : [...next, ...(await all(queue))];
}

const bodies = (messages: readonly Message[]) => messages.map(({ body }) => body).toSorted();
const sent = Array.from({ length: 12 }, (_, index) => `body ${String(index).padStart(2, '0')}`);

/** What a queue does, whoever holds it. Its visibility timeout is 30 s. */
export function queuesSuite(open: () => Promise<QueueLab>): void {
  it('gives what was sent, at most ten messages a call, and each only once at a time', async () => {
    const { queue, outbox } = await open();
    await outbox.send(sent);
    const first = await queue.receive(10);
    expect(first.length).toBeLessThanOrEqual(10);
    expect(bodies([...first, ...(await all(queue))])).toEqual(sent);
    expect(await queue.receive(10)).toEqual([]);
  });

  it('gives again what was not deleted, and never what was', async () => {
    const { queue, outbox, pass } = await open();
    await outbox.send(sent);
    const messages = await all(queue);
    await queue.delete(messages.filter(({ body }) => body !== sent[5]));
    await pass(31_000);
    const again = await all(queue);
    expect(bodies(again)).toEqual([sent[5]]);
    await queue.delete(again);
    await pass(31_000);
    expect(await queue.receive(10)).toEqual([]);
  });

  it('does nothing for no messages', async () => {
    const { queue, outbox } = await open();
    await outbox.send([]);
    await queue.delete([]);
    expect(await queue.receive(10)).toEqual([]);
  });
}
