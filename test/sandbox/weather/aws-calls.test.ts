import { SendMessageCommand, SQSClient } from '@aws-sdk/client-sqs';
import { afterEach, describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../sandbox/aws/contract.ts';
import type { AwsCall, Trouble } from '../../../sandbox/weather/contract.ts';
import { type ClientOptions, testServer } from '../aws/support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/worker';
const fault = new AwsError('ServiceUnavailable', 'the weather', 503);

let close: () => Promise<void> = async () => undefined;
afterEach(async () => await close());

/** Hangs up some turns of the event loop after a call has come, in which it takes effect or is answered. */
async function giveUp(hangUp: AbortController): Promise<void> {
  for (let turn = 0; turn < 10; turn++) await new Promise((resolve) => setImmediate(resolve));
  hangUp.abort();
}

/** A queue, and a client with the credentials of a role that meets this trouble once; and one of a person. */
async function queueIn(trouble: Trouble<AwsError>) {
  let left = 1;
  const hangUp = new AbortController();
  const met: string[] = [];
  const aws = ({ service }: AwsCall) => {
    met.push(service);
    left -= 1;
    if (left < 0) return undefined;
    if (trouble.kind === 'hang') void giveUp(hangUp);
    return trouble;
  };
  const lab = await testServer({ weather: { aws } });
  const { clock, queues, roles, server, client: given } = lab;
  close = async () => await lab.close();
  const statement = { Effect: 'Allow', Action: 'sqs:*', Resource: '*' };
  roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement: [statement] }]);
  const sessions = { ...given, credentials: roles.assume(roleArn, 'worker') };
  const queue = queues.create('q', {});
  const QueueUrl = `${server.endpoint}/000000000000/q`;
  const send = async (options: ClientOptions) =>
    await clock.during(async () => {
      const client = new SQSClient(options);
      try {
        const signal = left > 0 ? { abortSignal: hangUp.signal } : {};
        await client.send(new SendMessageCommand({ QueueUrl, MessageBody: 'x' }), signal);
        return 'answered';
      } catch (error) {
        // The SDK wraps errors of another realm than the test's.
        return String(error);
      } finally {
        client.destroy();
      }
    });
  return {
    clock,
    met,
    asRole: async () => await send(sessions),
    asPerson: async () => await send(given),
    sent: () => queue.counts().visible,
  };
}

describe('a call of a role that meets trouble', () => {
  it.each<[string, Trouble<AwsError>, RegExp, number]>([
    ['fails before it took effect', { kind: 'error', error: fault, moment: 'before' }, /^ServiceUnavailable: /, 0],
    ['fails after it took effect', { kind: 'error', error: fault, moment: 'after' }, /^ServiceUnavailable: /, 1],
    ['loses its connection before', { kind: 'reset', moment: 'before' }, /read ECONNRESET/, 0],
    ['loses its connection after', { kind: 'reset', moment: 'after' }, /read ECONNRESET/, 1],
    ['is never answered, and did nothing', { kind: 'hang', moment: 'before' }, /aborted/, 0],
    ['is never answered, and took effect', { kind: 'hang', moment: 'after' }, /aborted/, 1],
    ['loses its connection where its caller cannot be killed', { kind: 'kill', moment: 'after' }, /read ECONNRESET/, 1],
  ])('%s', async (_what, trouble, error, sent) => {
    const queue = await queueIn(trouble);
    expect(await queue.asRole()).toMatch(error);
    expect(queue.sent()).toBe(sent);
    expect(await queue.asRole()).toBe('answered');
    expect(queue.met).toEqual(['sqs', 'sqs']);
  });

  it('is answered later when it is slow', async () => {
    const queue = await queueIn({ kind: 'slow', milliseconds: 5_000 });
    const began = queue.clock.now();
    expect(await queue.asRole()).toBe('answered');
    expect(queue.clock.now() - began).toBe(5_000);
  });

  it('is answered with nothing although it took effect', async () => {
    const queue = await queueIn({ kind: 'empty' });
    // The SDK looks for the checksum that every answer to SendMessage has.
    expect(await queue.asRole()).toBe('Error: InvalidChecksumError');
    expect(queue.sent()).toBe(1);
  });

  it('is not one of a person', async () => {
    const queue = await queueIn({ kind: 'error', error: fault, moment: 'before' });
    expect(await queue.asPerson()).toBe('answered');
    expect(queue.met).toEqual([]);
  });
});
