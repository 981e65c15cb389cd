import { SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { sqsOutbox, sqsQueue } from '../../../shared/aws/sqs-queues.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeQueue } from '../../fakes/fake-queue.ts';
import { type HeldCloud, heldCloud } from './held-cloud.ts';
import { queuesSuite } from './queues.suite.ts';

describe('the queue of the tests', () => {
  queuesSuite(async () => {
    const clock = fakeClock();
    const queue = fakeQueue(() => clock.now());
    return { queue, outbox: queue, pass: (milliseconds) => clock.sleep(milliseconds) };
  });
});

describe('a queue in SQS', () => {
  let cloud: HeldCloud;
  let client: SQSClient;

  beforeEach(async () => {
    cloud = await heldCloud();
    client = new SQSClient({ ...cloud.client, useQueueUrlAsEndpoint: false });
  });
  afterEach(async () => {
    client.destroy();
    await cloud.close();
  });

  const create = async () =>
    (await cloud.call<{ QueueUrl: string }>('sqs', 'CreateQueue', { QueueName: 'q' })).QueueUrl;

  queuesSuite(async () => {
    const url = await create();
    return { queue: sqsQueue(client, url), outbox: sqsOutbox(client, url), pass: cloud.pass };
  });

  it('leaves off when the signal says so', async () => {
    const [url, over] = [await create(), AbortSignal.abort()];
    const message = { id: '1', body: 'b', receipt: 'r' };
    await expect(sqsQueue(client, url, over).receive(10)).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    await expect(sqsQueue(client, url, over).delete([message])).rejects.toMatchObject({ name: 'ApiUnavailableError' });
    await expect(sqsOutbox(client, url, over).send(['b'])).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });
});
