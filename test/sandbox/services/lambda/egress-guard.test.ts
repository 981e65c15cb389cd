import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import { kinds, testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
afterEach(async () => {
  await lambda.close();
});

describe.each(kinds)('connections of a function %s', (_where, inProcess) => {
  beforeEach(async () => {
    lambda = await testRuntime(undefined, inProcess);
  });

  it.each([
    [
      'a socket',
      "import net from 'node:net'; export const handler = () => new Promise((done) => net.connect(443, 'example.com').on('error', ({ code, message }) => done({ code, message })));",
    ],
    [
      'a TLS socket',
      "import tls from 'node:tls'; export const handler = () => new Promise((done) => tls.connect({ host: 'example.com', port: 443 }).on('error', ({ code, message }) => done({ code, message })));",
    ],
    [
      'http by name',
      "import http from 'node:http'; export const handler = () => new Promise((done) => http.get('http://example.com:443/').on('error', ({ code, message }) => done({ code, message })));",
    ],
    [
      'http by address',
      "import http from 'node:http'; export const handler = () => new Promise((done) => http.get('http://198.51.100.1:443/').on('error', ({ code, message }) => done({ code, message })));",
    ],
  ])('are refused with ESANDBOX when %s leaves the machine', async (_what, source) => {
    lambda.define('f', source);
    const { payload } = await lambda.invoke('f');
    expect(payload).toEqual({
      code: 'ESANDBOX',
      message: expect.stringMatching(/refuses a connection to (example\.com|198\.51\.100\.1):443/),
    });
  });
});

describe('connections of a function in a process of its own', () => {
  beforeEach(async () => {
    lambda = await testRuntime();
  });

  it('are refused with ESANDBOX when fetch leaves the machine', async () => {
    lambda.define(
      'f',
      "export const handler = () => fetch('https://example.com/').catch(({ cause }) => ({ code: cause.code }));",
    );
    expect((await lambda.invoke('f')).payload).toEqual({ code: 'ESANDBOX' });
  });

  it('reach the sandbox with the rights of its role only', async () => {
    const sign = `const call = async (target, body) => { const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body: JSON.stringify(body), headers: {
      'x-amz-target': target, 'content-type': 'application/x-amz-json-1.1', authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/' + (target.startsWith('AmazonSQS') ? 'sqs' : 'ssm') + '/aws4_request' } });
      return response.json(); };`;
    lambda.queues.create('q', {});
    lambda.define(
      'f',
      `${sign} export const handler = async () => [await call('AmazonSQS.ListQueues', {}), await call('AmazonSSM.GetParameter', { Name: '/a' })];`,
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toEqual([
      { QueueUrls: [expect.stringContaining('/000000000000/q')] },
      expect.objectContaining({
        Message: expect.stringContaining(
          'User: arn:aws:sts::000000000000:assumed-role/worker/f is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:000000000000:parameter/a',
        ),
      }),
    ]);
  });

  it('may wait for the sandbox on its clock: a long poll lets time pass', async () => {
    const queue = lambda.queues.create('q', {});
    lambda.define(
      'f',
      `export const handler = async ({ url }) => { const response = await fetch(process.env.AWS_ENDPOINT_URL, { method: 'POST', body: JSON.stringify({ QueueUrl: url, WaitTimeSeconds: 20 }), headers: {
        'x-amz-target': 'AmazonSQS.ReceiveMessage', 'content-type': 'application/x-amz-json-1.0', authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/sqs/aws4_request' } });
        return { answer: await response.json(), now: Date.now() }; };`,
    );
    const { payload } = await lambda.invoke('f', { url: lambda.queues.url(queue) });
    expect(payload).toEqual({ answer: {}, now: start + 20_000 });
  });
});
