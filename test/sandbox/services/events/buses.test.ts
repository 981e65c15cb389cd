import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { Buses } from '../../../../sandbox/services/events/buses.ts';
import type { Disturbance, FailedDelivery } from '../../../../sandbox/services/events/contract.ts';
import { eventsService } from '../../../../sandbox/services/events/service.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';

let parts: TestCloud;
let buses: Buses;
const disturbance: { now: Disturbance } = { now: () => [0] };
const queueArn = 'arn:aws:sqs:us-east-1:000000000000:inbox';
const deadArn = 'arn:aws:sqs:us-east-1:000000000000:dead';

const call = <Output>(service: string, operation: string, input: object) =>
  parts.cloud.call<Output>(service, operation, input, person);

async function makeQueue(QueueName: string, ruleArn: string): Promise<void> {
  const Statement = [
    {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: '*',
      Condition: { ArnEquals: { 'aws:SourceArn': ruleArn } },
    },
  ];
  await call('sqs', 'CreateQueue', {
    QueueName,
    Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
  });
}

async function bodies(name: string): Promise<string[]> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: name });
  const { Messages = [] } = await call<{ Messages?: { Body: string }[] }>('sqs', 'ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  return Messages.map(({ Body }) => Body);
}

async function rule(target: object = {}, pattern: object = { source: ['a.b'] }): Promise<void> {
  await call('events', 'PutRule', { Name: 'r', EventPattern: JSON.stringify(pattern) });
  await call('events', 'PutTargets', { Rule: 'r', Targets: [{ Id: 't', Arn: queueArn, ...target }] });
}

const put = (entry: object = {}) =>
  call<{ FailedEntryCount: number; Entries: { ErrorCode?: string; EventId?: string }[] }>('events', 'PutEvents', {
    Entries: [{ Source: 'a.b', DetailType: 'T', Detail: '{"k":"v"}', ...entry }],
  });

let failed: FailedDelivery[];

beforeEach(async () => {
  failed = [];
  disturbance.now = () => [0];
  parts = testCloud();
  buses = new Buses({
    cloud: parts.cloud,
    random: seededRandom(3),
    disturb: (event, target) => disturbance.now(event, target),
    onFailed: (given) => failed.push(given),
  });
  parts.cloud.add(eventsService(buses));
  const ruleArn = 'arn:aws:events:us-east-1:000000000000:rule/r';
  await makeQueue('inbox', ruleArn);
  await makeQueue('dead', ruleArn);
});

afterEach(() => parts.clock.close());

const settle = async () => {
  while (buses.open > 0) await parts.clock.letPass(60_000);
};

describe('a delivery that fails for good', () => {
  const nobody = 'arn:aws:sqs:us-east-1:000000000000:nobody';
  const deadArn = 'arn:aws:sqs:us-east-1:000000000000:dead';

  it.each([
    ['without a dead-letter queue', {}, undefined],
    ['with one that takes it', { DeadLetterConfig: { Arn: deadArn } }, 'sent'],
    ['with one that is not there', { DeadLetterConfig: { Arn: nobody } }, 'lost'],
  ])('%s is counted under its rule', async (_what, more, deadLetter) => {
    await rule({ Arn: nobody, ...more });
    await put();
    await settle();
    expect(failed).toEqual([{ ruleName: 'r', bus: 'default', deadLetter }]);
  });
});

describe('an event bus', () => {
  it('delivers a matching event in the envelope that targets know', async () => {
    await rule();
    const { Entries } = await put({ Resources: ['arn:x'] });
    await settle();
    expect((await bodies('inbox')).map((body) => JSON.parse(body))).toEqual([
      {
        version: '0',
        id: Entries[0]?.EventId,
        'detail-type': 'T',
        source: 'a.b',
        account: '000000000000',
        region: 'us-east-1',
        time: '2026-01-01T00:00:00Z',
        resources: ['arn:x'],
        detail: { k: 'v' },
      },
    ]);
  });

  it('delivers nothing to rules that do not match or are disabled', async () => {
    await rule();
    await put({ Source: 'c.d' });
    await call('events', 'DisableRule', { Name: 'r' });
    await put();
    await settle();
    expect(await bodies('inbox')).toEqual([]);
  });

  it.each([
    ['Input', { Input: '{"fixed":1}' }, '{"fixed":1}'],
    ['InputPath', { InputPath: '$.detail' }, '{"k":"v"}'],
    [
      'InputTransformer',
      { InputTransformer: { InputPathsMap: { k: '$.detail.k' }, InputTemplate: '{"it":"<k>","raw":<k>}' } },
      '{"it":"v","raw":v}',
    ],
  ])('gives a target what its %s says', async (_, target, expected) => {
    await rule(target);
    await put();
    await settle();
    expect(await bodies('inbox')).toEqual([expected]);
  });

  it.each([
    ['no Source', { Source: undefined }, 'InvalidArgument'],
    ['no DetailType', { DetailType: undefined }, 'InvalidArgument'],
    ['a Detail that is not JSON', { Detail: 'x' }, 'MalformedDetail'],
    ['a Detail that is no object', { Detail: '[]' }, 'MalformedDetail'],
  ])('refuses an entry with %s and takes its neighbours', async (_, entry, code) => {
    const good = { Source: 'a.b', DetailType: 'T', Detail: '{}' };
    const answer = await call<{ FailedEntryCount: number; Entries: { ErrorCode?: string }[] }>('events', 'PutEvents', {
      Entries: [{ ...good, ...entry }, good],
    });
    expect(answer).toMatchObject({
      FailedEntryCount: 1,
      Entries: [{ ErrorCode: code }, { EventId: expect.any(String) }],
    });
  });

  it('sends what the queue policy refuses to the dead-letter queue at once, with the reason', async () => {
    await call('sqs', 'SetQueueAttributes', {
      QueueUrl: 'http://127.0.0.1:4566/000000000000/inbox',
      Attributes: { Policy: '' },
    });
    await rule({ DeadLetterConfig: { Arn: deadArn } });
    const before = parts.clock.now();
    await put();
    while (buses.open > 0) await parts.clock.letPass(1);
    expect(parts.clock.now() - before).toBeLessThan(1_000);
    expect((await bodies('dead')).map((body) => JSON.parse(body) as { source: string })).toMatchObject([
      { source: 'a.b' },
    ]);
  });

  it('loses, delays and repeats deliveries when a test says so', async () => {
    await rule();
    disturbance.now = () => [];
    await put({ Detail: '{"lost":true}' });
    disturbance.now = () => [0, 30_000];
    await put();
    await settle();
    expect(await bodies('inbox')).toHaveLength(2);
  });

  it('passes events on to another bus', async () => {
    await call('events', 'CreateEventBus', { Name: 'other' });
    await call('events', 'PutRule', { Name: 'on', EventPattern: '{"source":["a.b"]}' });
    await call('events', 'PutTargets', {
      Rule: 'on',
      Targets: [{ Id: 'b', Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/other' }],
    });
    const seen: string[] = [];
    buses.onEvent((_, bus) => seen.push(bus));
    await put();
    await settle();
    expect(seen).toEqual(['default', 'other']);
  });

  const testable = { id: '1', account: '1', source: 'a.b', time: 't', region: 'r', 'detail-type': 'T' };
  const test = (event: unknown) =>
    call('events', 'TestEventPattern', { EventPattern: '{"source":["a.b"]}', Event: JSON.stringify(event) });

  it('tests a pattern against an event without resources and detail', async () => {
    expect(await test(testable)).toEqual({ Result: true });
    expect(await test({ ...testable, source: 'c' })).toEqual({ Result: false });
  });

  it.each([...Object.keys(testable), 'everything'])('tests no pattern against an event without %s', async (member) => {
    const event = member === 'everything' ? 'text' : { ...testable, [member]: undefined };
    await expect(test(event)).rejects.toMatchObject({
      code: 'ValidationException',
      message: 'Parameter Event is not valid.',
    });
  });

  it.each([
    ['in a service that the sandbox does not have', { Arn: 'arn:aws:sns:us-east-1:000000000000:topic' }, /'sns'/],
    ['in another region', { Arn: 'arn:aws:sqs:eu-west-1:000000000000:inbox' }, /eu-west-1/],
    ['in another account', { Arn: 'arn:aws:sqs:us-east-1:111111111111:inbox' }, /111111111111/],
    ['without an ARN', { Arn: 'inbox' }, /not in correct format/],
    [
      'whose dead letters go to no queue',
      { DeadLetterConfig: { Arn: 'arn:aws:sns:us-east-1:000000000000:topic' } },
      /'sns'/,
    ],
  ])('refuses a target %s by name, with all others of the call', async (_, bad, message) => {
    await rule();
    const Targets = [
      { Id: 'good', Arn: queueArn },
      { Id: 'bad', Arn: queueArn, ...bad },
    ];
    await expect(call('events', 'PutTargets', { Rule: 'r', Targets })).rejects.toThrow(message);
    expect(await call('events', 'ListTargetsByRule', { Rule: 'r' })).toMatchObject({ Targets: [{ Id: 't' }] });
  });

  it('refuses by name what it would ignore', async () => {
    await rule();
    await expect(
      call('events', 'PutTargets', {
        Rule: 'r',
        Targets: [{ Id: 'x', Arn: queueArn, SqsParameters: { MessageGroupId: 'g' } }],
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('SqsParameters') });
  });
});
