import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  GetTopicAttributesCommand,
  ListSubscriptionsByTopicCommand,
  ListTopicsCommand,
  PublishCommand,
  SetTopicAttributesCommand,
  SNSClient,
  SubscribeCommand,
  UnsubscribeCommand,
} from '@aws-sdk/client-sns';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../sandbox/random.ts';
import { Outbox } from '../../../../sandbox/services/sns/outbox.ts';
import { snsService } from '../../../../sandbox/services/sns/service.ts';
import { Topics } from '../../../../sandbox/services/sns/topics.ts';
import { testServer } from '../../aws/support.ts';

const TopicArn = 'arn:aws:sns:us-east-1:000000000000:alarms';
const subscribe = { TopicArn, Protocol: 'email', Endpoint: 'ops@example.com' };

let world: Awaited<ReturnType<typeof testServer>>;
let outbox: Outbox;
let client: SNSClient;

beforeEach(async () => {
  world = await testServer();
  outbox = new Outbox();
  world.cloud.add(snsService(new Topics({ clock: world.clock, random: seededRandom(5), outbox })));
  client = new SNSClient(world.client);
  await client.send(new CreateTopicCommand({ Name: 'alarms' }));
});

afterEach(async () => {
  client.destroy();
  await world.close();
});

const subscriptions = async () =>
  (await client.send(new ListSubscriptionsByTopicCommand({ TopicArn }))).Subscriptions ?? [];
const publish = (Subject?: string) =>
  client.send(new PublishCommand({ TopicArn, Message: 'text', ...(Subject !== undefined && { Subject }) }));
/** The token of the mail that asks for the confirmation. */
const token = () => /token (\S+)$/.exec(outbox.mails.at(-1)?.body ?? '')?.[1] ?? '';

describe('an address that subscribes', () => {
  it('is pending and gets nothing until it confirms', async () => {
    const asked = await client.send(new SubscribeCommand(subscribe));
    expect(asked.SubscriptionArn).toBe('pending confirmation');
    expect(await subscriptions()).toMatchObject([
      { SubscriptionArn: 'PendingConfirmation', Endpoint: 'ops@example.com' },
    ]);
    await publish('before');
    const confirmed = await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token() }));
    await publish('after');
    expect(outbox.mails.map(({ to, subject }) => `${to}: ${subject}`)).toEqual([
      'ops@example.com: AWS Notification - Subscription Confirmation',
      'ops@example.com: after',
    ]);
    expect(await subscriptions()).toMatchObject([{ SubscriptionArn: confirmed.SubscriptionArn }]);
    const { Attributes } = await client.send(new GetTopicAttributesCommand({ TopicArn }));
    expect(Attributes).toMatchObject({ SubscriptionsConfirmed: '1', SubscriptionsPending: '0' });
  });

  it('stays subscribed when it subscribes again, and leaves when it unsubscribes', async () => {
    await client.send(new SubscribeCommand(subscribe));
    const { SubscriptionArn } = await client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: token() }));
    expect((await client.send(new SubscribeCommand(subscribe))).SubscriptionArn).toBe(SubscriptionArn);
    await client.send(new UnsubscribeCommand({ SubscriptionArn }));
    await publish('late');
    expect(await subscriptions()).toEqual([]);
    expect(outbox.mails).toHaveLength(1);
  });

  it('is forgotten after two days without a confirmation', async () => {
    await client.send(new SubscribeCommand(subscribe));
    const late = token();
    await world.clock.letPass(2 * 86_400_000 + 1);
    await expect(client.send(new ConfirmSubscriptionCommand({ TopicArn, Token: late }))).rejects.toMatchObject({
      name: 'InvalidParameterException',
    });
    expect(await subscriptions()).toEqual([]);
  });

  it.each(['sms', 'https', 'lambda', 'sqs'])('is refused for the protocol %s, by its name', async (Protocol) => {
    await expect(client.send(new SubscribeCommand({ ...subscribe, Protocol }))).rejects.toThrow(`'${Protocol}'`);
  });
});

describe('a topic', () => {
  it('is listed, and made once', async () => {
    expect((await client.send(new CreateTopicCommand({ Name: 'alarms' }))).TopicArn).toBe(TopicArn);
    expect((await client.send(new ListTopicsCommand({}))).Topics).toEqual([{ TopicArn }]);
  });

  it.each([
    ['line breaks', 'a\nb'],
    ['a hundred characters', 'x'.repeat(100)],
    ['other letters than ASCII', 'Größe'],
  ])('refuses a subject with %s', async (_what, subject) => {
    await expect(publish(subject)).rejects.toMatchObject({ name: 'InvalidParameterException' });
  });

  it('that is not there is not found', async () => {
    await expect(client.send(new PublishCommand({ TopicArn: `${TopicArn}-gone`, Message: 'x' }))).rejects.toMatchObject(
      { name: 'NotFoundException', message: 'Topic does not exist' },
    );
  });

  it.each([
    [
      'the attribute',
      () =>
        client.send(new SetTopicAttributesCommand({ TopicArn, AttributeName: 'KmsMasterKeyId', AttributeValue: 'k' })),
      'KmsMasterKeyId',
    ],
    ['FIFO', () => client.send(new CreateTopicCommand({ Name: 'a.fifo' })), 'FIFO'],
    [
      'attributes of messages',
      () =>
        client.send(
          new PublishCommand({
            TopicArn,
            Message: 'x',
            MessageAttributes: { a: { DataType: 'String', StringValue: 'b' } },
          }),
        ),
      'MessageAttributes',
    ],
  ])('refuses %s that it does not have, by its name', async (_what, send, name) => {
    await expect(send()).rejects.toThrow(name);
  });
});
