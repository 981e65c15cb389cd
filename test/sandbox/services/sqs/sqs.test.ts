import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start, type TestCloud, testCloud } from '../../aws/support.ts';

let world: TestCloud;
let url: string;
beforeEach(() => {
  world = testCloud();
  url = world.queues.url(world.queues.create('q', {}));
});
afterEach(() => world.clock.close());

interface Received {
  readonly Messages?: readonly {
    MessageId: string;
    Body: string;
    ReceiptHandle: string;
    Attributes?: Record<string, string>;
  }[];
}
const call = <Output>(operation: string, input: object) =>
  world.cloud.call<Output>('sqs', operation, { QueueUrl: url, ...input }, { kind: 'person' });
const send = (body: string, more: object = {}) =>
  call<{ MessageId: string }>('SendMessage', { MessageBody: body, ...more });
const receive = async (more: object = {}) =>
  (await call<Received>('ReceiveMessage', { MaxNumberOfMessages: 10, ...more })).Messages ?? [];
const bodies = async (more: object = {}) => (await receive(more)).map(({ Body }) => Body);
const attribute = async (name: string) =>
  (await call<{ Attributes: Record<string, string> }>('GetQueueAttributes', { AttributeNames: ['All'] })).Attributes[
    name
  ];

describe('a message', () => {
  it('is hidden for the visibility timeout after a receive, and then received again with a higher count', async () => {
    await send('a');
    expect(await bodies()).toEqual(['a']);
    expect(await bodies()).toEqual([]);
    await world.clock.letPass(29_999);
    expect(await bodies()).toEqual([]);
    await world.clock.letPass(1);
    const [again] = await receive({
      MessageSystemAttributeNames: ['ApproximateReceiveCount', 'ApproximateFirstReceiveTimestamp'],
    });
    expect(again?.Attributes).toEqual({
      ApproximateReceiveCount: '2',
      ApproximateFirstReceiveTimestamp: String(start),
    });
  });

  it('is gone when it is deleted, but not by the handle of an earlier receive', async () => {
    await send('a');
    const [first] = await receive({ VisibilityTimeout: 1 });
    await world.clock.letPass(1000);
    const [second] = await receive();
    await call('DeleteMessage', { ReceiptHandle: first?.ReceiptHandle });
    expect(await attribute('ApproximateNumberOfMessagesNotVisible')).toBe('1');
    await call('DeleteMessage', { ReceiptHandle: second?.ReceiptHandle });
    expect(await attribute('ApproximateNumberOfMessagesNotVisible')).toBe('0');
    await expect(call('DeleteMessage', { ReceiptHandle: 'nonsense' })).rejects.toMatchObject({
      code: 'ReceiptHandleIsInvalid',
    });
  });

  it('waits for its delay, or for that of its queue', async () => {
    await send('late', { DelaySeconds: 60 });
    await call('SetQueueAttributes', { Attributes: { DelaySeconds: '5' } });
    await send('soon');
    expect([await attribute('ApproximateNumberOfMessagesDelayed'), await bodies()]).toEqual(['2', []]);
    await world.clock.letPass(5000);
    expect(await bodies()).toEqual(['soon']);
    await world.clock.letPass(55_000);
    expect(await bodies()).toEqual(expect.arrayContaining(['late']));
  });

  it('is given back by a visibility of zero, and cannot be held beyond twelve hours', async () => {
    await send('a');
    const [message] = await receive();
    const change = (VisibilityTimeout: number) =>
      call('ChangeMessageVisibility', { ReceiptHandle: message?.ReceiptHandle, VisibilityTimeout });
    await change(43_200);
    await world.clock.letPass(1000);
    await expect(change(43_200)).rejects.toMatchObject({ code: 'InvalidParameterValue' });
    await change(0);
    await expect(change(10)).rejects.toMatchObject({ code: 'MessageNotInflight' });
    expect(await bodies()).toEqual(['a']);
  });

  it('is dropped at the end of its retention', async () => {
    await call('SetQueueAttributes', { Attributes: { MessageRetentionPeriod: '60' } });
    await send('a');
    await world.clock.letPass(60_000);
    expect(await attribute('ApproximateNumberOfMessages')).toBe('0');
  });

  it.each([
    ['larger than 1 MiB', { MessageBody: 'x'.repeat(1_048_577) }, 'InvalidParameterValue'],
    ['with a control character', { MessageBody: '\u0001' }, 'InvalidMessageContents'],
    ['with a group', { MessageBody: 'a', MessageGroupId: 'g' }, 'NotImplementedInSandbox'],
    [
      'with an attribute without a value',
      { MessageBody: 'a', MessageAttributes: { a: { DataType: 'String' } } },
      'InvalidParameterValue',
    ],
    ['delayed too long', { MessageBody: 'a', DelaySeconds: 901 }, 'InvalidParameterValue'],
  ])('is refused when it is %s', async (_what, input, code) => {
    await expect(call('SendMessage', input)).rejects.toMatchObject({ code });
  });
});

describe('queues', () => {
  it('are listed in pages when a size is given', async () => {
    for (const name of ['page-a', 'page-b', 'page-c']) world.queues.create(name, {});
    interface Page {
      readonly QueueUrls: string[];
      readonly NextToken?: string;
    }
    const list = (more: object) =>
      world.cloud.call<Page>('sqs', 'ListQueues', { QueueNamePrefix: 'page-', ...more }, { kind: 'person' });
    const first = await list({ MaxResults: 2 });
    const second = await list({ MaxResults: 2, NextToken: first.NextToken });
    expect([first, second].map(({ QueueUrls }) => QueueUrls.length)).toEqual([2, 1]);
    expect(second.NextToken).toBeUndefined();
    expect((await list({})).QueueUrls).toHaveLength(3);
    await expect(list({ MaxResults: 1001 })).rejects.toMatchObject({ code: 'InvalidParameterValue' });
  });
});

describe('a long poll', () => {
  it('ends with the first message that is sent', async () => {
    const waiting = world.clock.during(async () => await bodies({ WaitTimeSeconds: 20 }));
    world.clock.after(7000, () => void send('a'));
    expect(await waiting).toEqual(['a']);
    expect(world.clock.now()).toBe(start + 7000);
  });

  it('ends when a hidden message becomes visible', async () => {
    await send('a');
    await receive({ VisibilityTimeout: 3 });
    expect(await world.clock.during(async () => await bodies({ WaitTimeSeconds: 20 }))).toEqual(['a']);
    expect(world.clock.now()).toBe(start + 3000);
  });

  it('ends empty after its time', async () => {
    expect(await world.clock.during(async () => await bodies({ WaitTimeSeconds: 20 }))).toEqual([]);
    expect(world.clock.now()).toBe(start + 20_000);
  });
});

describe('a dead-letter queue', () => {
  const deadLetters = async (maxReceiveCount: number) => {
    const dead = world.queues.create('dead', {});
    await call('SetQueueAttributes', {
      Attributes: { RedrivePolicy: JSON.stringify({ deadLetterTargetArn: dead.arn, maxReceiveCount }) },
    });
    return dead;
  };

  it('takes a message that would be received once more than maxReceiveCount, with its age', async () => {
    const dead = await deadLetters(2);
    await send('a');
    for (const expected of [['a'], ['a'], []]) {
      expect(await bodies({ VisibilityTimeout: 1 })).toEqual(expected);
      await world.clock.letPass(1000);
    }
    expect(dead.peek()).toMatchObject([
      { body: 'a', sentAt: start, deadLetterSource: 'arn:aws:sqs:us-east-1:000000000000:q' },
    ]);
  });

  it('gives its messages back to where they came from', async () => {
    const dead = await deadLetters(1);
    for (const body of ['a', 'b', 'c']) await send(body);
    await receive({ VisibilityTimeout: 0 });
    await receive();
    const SourceArn = dead.arn;
    await world.cloud.call(
      'sqs',
      'StartMessageMoveTask',
      { SourceArn, MaxNumberOfMessagesPerSecond: 2 },
      { kind: 'person' },
    );
    await world.clock.letPass(1500);
    const { Results } = await world.cloud.call<{ Results: object[] }>(
      'sqs',
      'ListMessageMoveTasks',
      { SourceArn },
      { kind: 'person' },
    );
    expect(Results).toMatchObject([
      { Status: 'COMPLETED', ApproximateNumberOfMessagesMoved: 3, ApproximateNumberOfMessagesToMove: 3 },
    ]);
    expect(await bodies()).toEqual(['a', 'b', 'c']);
  });

  it('must exist', async () => {
    const RedrivePolicy = JSON.stringify({
      deadLetterTargetArn: 'arn:aws:sqs:us-east-1:000000000000:no',
      maxReceiveCount: 1,
    });
    await expect(call('SetQueueAttributes', { Attributes: { RedrivePolicy } })).rejects.toMatchObject({
      code: 'InvalidParameterValue',
    });
  });
});

describe('a batch', () => {
  it('succeeds and fails entry by entry', async () => {
    const Entries = [
      { Id: 'good', MessageBody: 'a' },
      { Id: 'bad', MessageBody: '\u0001' },
    ];
    const outcome = await call('SendMessageBatch', { Entries });
    expect(outcome).toMatchObject({
      Successful: [{ Id: 'good' }],
      Failed: [{ Id: 'bad', Code: 'InvalidMessageContents', SenderFault: true }],
    });
  });

  it.each([
    ['empty', [], 'EmptyBatchRequest'],
    [
      'of eleven',
      Array.from({ length: 11 }, (_, index) => ({ Id: String(index), MessageBody: 'a' })),
      'TooManyEntriesInBatchRequest',
    ],
    [
      'with the same id twice',
      [
        { Id: 'a', MessageBody: 'a' },
        { Id: 'a', MessageBody: 'b' },
      ],
      'BatchEntryIdsNotDistinct',
    ],
  ])('is refused when it is %s', async (_what, Entries, code) => {
    await expect(call('SendMessageBatch', { Entries })).rejects.toMatchObject({ code });
  });
});

describe('a queue', () => {
  it.each([
    ['FIFO', { QueueName: 'a.fifo', Attributes: { FifoQueue: 'true' } }, 'NotImplementedInSandbox'],
    ['an unknown attribute', { QueueName: 'a', Attributes: { Colour: 'green' } }, 'InvalidAttributeName'],
    [
      'an attribute out of range',
      { QueueName: 'a', Attributes: { VisibilityTimeout: '43201' } },
      'InvalidAttributeValue',
    ],
    [
      'the name of another one with other attributes',
      { QueueName: 'q', Attributes: { DelaySeconds: '1' } },
      'QueueNameExists',
    ],
  ])('is refused with %s', async (_what, input, code) => {
    await expect(world.cloud.call('sqs', 'CreateQueue', input, { kind: 'person' })).rejects.toMatchObject({ code });
  });
});

describe('PurgeQueue', () => {
  it('deletes every message, waiting, delayed and in flight, and none that comes later', async () => {
    for (const body of ['in flight', 'waiting']) await send(body);
    const [inFlight] = await receive({ MaxNumberOfMessages: 1 });
    await send('delayed', { DelaySeconds: 5 });
    await call('PurgeQueue', {});
    await send('later');
    await world.clock.letPass(31_000);
    expect(await bodies()).toEqual(['later']);
    expect(inFlight?.Body).toBe('in flight');
  });

  it('is taken once within 60 seconds', async () => {
    await call('PurgeQueue', {});
    await world.clock.letPass(59_999);
    await expect(call('PurgeQueue', {})).rejects.toMatchObject({ code: 'PurgeQueueInProgress' });
    await world.clock.letPass(1);
    await expect(call('PurgeQueue', {})).resolves.toEqual({});
  });

  it('asks for a queue that is there', async () => {
    await expect(call('PurgeQueue', { QueueUrl: `${url}-no` })).rejects.toMatchObject({ code: 'QueueDoesNotExist' });
  });
});
