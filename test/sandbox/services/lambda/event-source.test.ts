import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { MappingInput } from '../../../../sandbox/services/lambda/event-source-mappings.ts';
import { start } from '../../aws/support.ts';
import { testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
beforeEach(async () => {
  lambda = await testRuntime();
});
afterEach(async () => {
  await lambda.close();
});

/** A handler that writes one line of JSON for each batch: the bodies that it got. */
const recorder = (answer: string) => `export const handler = async ({ Records }) => {
  process.stdout.write('batch ' + JSON.stringify(Records.map(({ body }) => body)) + '\\n'); return ${answer}; };`;

function connect(source: string, input: Partial<MappingInput> = {}, attributes: Record<string, string> = {}) {
  const queue = lambda.queues.create('q', { VisibilityTimeout: '60', ...attributes });
  lambda.define('f', source);
  const mapping = lambda.mappings.create({ FunctionName: 'f', EventSourceArn: queue.arn, ...input });
  return { queue, mapping, send: (body: string) => queue.send({ body, attributes: {}, senderId: 'test' }) };
}

const batches = () =>
  lambda.logs
    .filter(({ message }) => message.startsWith('batch '))
    .map(({ message, timestamp }) => ({
      bodies: JSON.parse(message.slice(6)) as string[],
      at: (timestamp - start) / 1000,
    }));

const until = async (done: () => boolean) => await lambda.clock.goUntil(done);

describe('a queue that feeds a function', () => {
  it('hands over what has arrived as one batch at once, and deletes it', async () => {
    const { queue, send } = connect(recorder('null'));
    for (const body of ['a', 'b', 'c']) send(body);
    await until(() => batches().length === 1 && queue.peek().length === 0);
    expect(batches()).toEqual([{ bodies: ['a', 'b', 'c'], at: 0 }]);
    expect(lambda.clock.now()).toBe(start);
  });

  it('gives records in the form that Lambda documents', async () => {
    const { queue } = connect(
      "export const handler = async (event) => { process.stdout.write('record ' + JSON.stringify(event.Records[0]) + '\\n'); };",
    );
    const message = queue.send({
      body: 'hi',
      attributes: { n: { DataType: 'Number', StringValue: '1' } },
      senderId: 'me',
    });
    await until(() => queue.peek().length === 0);
    const line = lambda.logs.find((entry) => entry.message.startsWith('record '))?.message ?? '';
    expect(JSON.parse(line.slice(7))).toMatchObject({
      messageId: message.id,
      body: 'hi',
      attributes: { ApproximateReceiveCount: '1', SentTimestamp: String(start), SenderId: 'me' },
      messageAttributes: { n: { stringValue: '1', dataType: 'Number', stringListValues: [], binaryListValues: [] } },
      md5OfBody: '49f68a5c8493ec2c0bf489821c21fc3b',
      eventSource: 'aws:sqs',
      eventSourceARN: queue.arn,
      awsRegion: 'us-east-1',
    });
  });

  it('waits up to the window for a full batch', async () => {
    const { send } = connect(recorder('null'), { BatchSize: 3, MaximumBatchingWindowInSeconds: 10 });
    send('a');
    lambda.clock.after(4000, () => send('b'));
    await until(() => batches().length === 1);
    expect(batches()).toEqual([{ bodies: ['a', 'b'], at: 10 }]);
    for (const body of ['c', 'd', 'e']) send(body);
    await until(() => batches().length === 2);
    expect(batches()[1]).toEqual({ bodies: ['c', 'd', 'e'], at: 10 });
  });

  it('receives a failed batch again after its visibility timeout, and moves it to the dead-letter queue after maxReceiveCount', async () => {
    const dead = lambda.queues.create('dead', {});
    const { queue, send } = connect(
      "export const handler = async ({ Records }) => { process.stdout.write('batch ' + JSON.stringify(Records.map(({ body }) => body)) + '\\n'); throw new Error('no'); };",
      {},
      { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount: 3 }) },
    );
    send('a');
    await until(() => dead.peek().length === 1);
    expect(batches().map(({ at }) => at)).toEqual([0, 60, 120]);
    expect(queue.peek()).toEqual([]);
    expect(dead.peek()[0]).toMatchObject({ body: 'a', deadLetterSource: queue.arn });
    expect(lambda.clock.now()).toBe(start + 180_000);
  });

  it('keeps only the messages that the function reports as failed', async () => {
    const { queue, send } = connect(
      recorder(
        "{ batchItemFailures: Records.filter(({ body, attributes }) => body === 'b' && attributes.ApproximateReceiveCount === '1').map(({ messageId }) => ({ itemIdentifier: messageId })) }",
      ),
      { FunctionResponseTypes: ['ReportBatchItemFailures'] },
    );
    for (const body of ['a', 'b', 'c']) send(body);
    await until(() => batches().length === 2 && queue.peek().length === 0);
    expect(batches()).toEqual([
      { bodies: ['a', 'b', 'c'], at: 0 },
      { bodies: ['b'], at: 60 },
    ]);
  });

  it.each([
    ['an unknown identifier', "{ batchItemFailures: [{ itemIdentifier: 'nobody' }] }"],
    ['an empty identifier', "{ batchItemFailures: [{ itemIdentifier: '' }] }"],
    ['a wrong key', '{ batchItemFailures: [{ id: Records[0].messageId }] }'],
    ['text', "'fine'"],
  ])('takes a batch answered with %s as failed as a whole', async (_what, answer) => {
    const { queue, send } = connect(recorder(answer), { FunctionResponseTypes: ['ReportBatchItemFailures'] });
    send('a');
    send('b');
    await until(() => batches().length === 2);
    expect(batches()[1]).toEqual({ bodies: ['a', 'b'], at: 60 });
    lambda.mappings.close();
    expect(queue.peek().length).toBe(2);
  });

  it('ignores the report when the mapping does not ask for it', async () => {
    const { queue, send } = connect(
      recorder('{ batchItemFailures: Records.map(({ messageId }) => ({ itemIdentifier: messageId })) }'),
    );
    send('a');
    await until(() => queue.peek().length === 0);
    expect(batches()).toHaveLength(1);
  });

  it('never works on more batches than MaximumConcurrency', async () => {
    const { queue, mapping, send } = connect(
      "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = async ({ Records }) => { await sleep(1000); process.stdout.write('batch ' + JSON.stringify(Records.map(({ body }) => body)) + '\\n'); };",
      { BatchSize: 1, ScalingConfig: { MaximumConcurrency: 2 } },
    );
    let most = 0;
    for (let index = 0; index < 6; index++) send(String(index));
    await until(() => {
      most = Math.max(most, mapping.poller.batches);
      return queue.peek().length === 0;
    });
    expect(most).toBe(2);
    expect(batches().map(({ at }) => at)).toEqual([1, 1, 2, 2, 3, 3]);
  });

  it('stands still while it is disabled, and does not move the clock while the queue is empty', async () => {
    const { queue, mapping, send } = connect(recorder('null'), { Enabled: false });
    send('a');
    await lambda.clock.letPass(1000);
    expect(batches()).toEqual([]);
    lambda.mappings.update(mapping.uuid, { Enabled: true });
    await until(() => queue.peek().length === 0);
    const { clock } = lambda;
    const after = clock.after.bind(clock);
    const timers: number[] = [];
    clock.after = (milliseconds, run) => {
      timers.push(milliseconds);
      return after(milliseconds, run);
    };
    await clock.letPass(60_000);
    expect(timers).toEqual([60_000]);
  });
});

describe('a mapping that cannot work', () => {
  it.each<[string, Partial<MappingInput>, string]>([
    ['a concurrency of one', { ScalingConfig: { MaximumConcurrency: 1 } }, 'Member must be between 2 and 1000'],
    ['a large batch without a window', { BatchSize: 100 }, 'Maximum batch window in seconds must be greater than 0'],
    ['a queue that is not there', { EventSourceArn: 'arn:aws:sqs:us-east-1:000000000000:no' }, 'NonExistentQueue'],
    ['a stream', { EventSourceArn: 'arn:aws:kinesis:us-east-1:000000000000:stream/s' }, 'maps SQS queues only'],
    ['filters', { FilterCriteria: { Filters: [] } } as Partial<MappingInput>, "'FilterCriteria'"],
  ])('is refused with %s', (_what, input, message) => {
    expect(() => connect(recorder('null'), input)).toThrow(message);
  });

  it('is refused when messages would become visible before the function ends', () => {
    expect(() => connect(recorder('null'), {}, { VisibilityTimeout: '10' })).toThrow(
      'Queue visibility timeout: 10 seconds is less than Function timeout: 30 seconds',
    );
  });

  it('is refused when the role of the function may not read the queue', () => {
    lambda.roles.registerRole('arn:aws:iam::000000000000:role/worker', []);
    expect(() => connect(recorder('null'))).toThrow('does not have permissions to call ReceiveMessage on SQS');
  });
});
