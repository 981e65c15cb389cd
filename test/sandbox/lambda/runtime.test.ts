import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../aws/support.ts';
import { testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
beforeEach(async () => {
  lambda = await testRuntime();
});
afterEach(async () => {
  await lambda.close();
});

describe('an invocation', () => {
  it('gives the handler its event, its context and the environment that Lambda gives', async () => {
    lambda.define(
      'f',
      `export const handler = async (event, context) => ({ event, context, left: context.getRemainingTimeInMillis(), now: Date.now(),
        env: { colour: process.env.COLOUR, name: process.env.AWS_LAMBDA_FUNCTION_NAME, handler: process.env._HANDLER, region: process.env.AWS_REGION,
        home: process.env.HOME, endpoint: process.env.AWS_ENDPOINT_URL, key: process.env.AWS_ACCESS_KEY_ID, trace: process.env._X_AMZN_TRACE_ID } });`,
    );
    const { payload, functionError } = await lambda.invoke('f', { a: [1, 'ä'] });
    expect(functionError).toBeUndefined();
    expect(payload).toMatchObject({
      event: { a: [1, 'ä'] },
      context: {
        functionName: 'f',
        memoryLimitInMB: '128',
        invokedFunctionArn: 'arn:aws:lambda:us-east-1:000000000000:function:f',
      },
      left: 30_000,
      now: start,
      env: {
        colour: 'green',
        name: 'f',
        handler: 'index.handler',
        region: 'us-east-1',
        endpoint: lambda.server.endpoint,
        key: expect.stringMatching(/^ASIA/),
      },
    });
    expect(payload).not.toHaveProperty('env.home');
  });

  it('reuses a warm environment and starts another one for a second invocation at the same time', async () => {
    lambda.define('f', 'let n = 0; export const handler = async () => { n += 1; return { n, pid: process.pid }; };');
    const first = (await lambda.invoke('f')).payload as { n: number; pid: number };
    const second = (await lambda.invoke('f')).payload as { n: number; pid: number };
    expect(second).toEqual({ n: 2, pid: first.pid });
    const both = await Promise.all([lambda.invoke('f'), lambda.invoke('f')]);
    expect(new Set(both.map(({ payload }) => (payload as { pid: number }).pid)).size).toBe(2);
  });

  it.each([
    [
      'an error with a name',
      "throw Object.assign(new Error('no'), { name: 'PodDisruptionBudgetBlocked' })",
      { errorType: 'PodDisruptionBudgetBlocked', errorMessage: 'no' },
    ],
    ['a value that is no error', "throw 'text'", { errorType: 'string', errorMessage: 'text' }],
    [
      'the process ending',
      'process.exit(3)',
      {
        errorType: 'Runtime.ExitError',
        errorMessage: expect.stringContaining('Error: Runtime exited with error: exit status 3'),
      },
    ],
    [
      'the process being killed',
      "process.kill(process.pid, 'SIGKILL'); await new Promise(() => {})",
      { errorMessage: expect.stringContaining('signal: killed') },
    ],
    [
      'an unhandled rejection',
      'void Promise.reject(new TypeError("late")); await new Promise(() => {})',
      { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'TypeError: late' },
    ],
  ])('reports %s as Lambda does', async (_what, statement, error) => {
    lambda.define('f', `export const handler = async () => { ${statement}; };`);
    const result = await lambda.invoke('f');
    expect(result).toMatchObject({ functionError: 'Unhandled', payload: error });
  });

  it.each([
    [
      'throws while it loads',
      "throw new RangeError('at start');",
      { errorType: 'RangeError', errorMessage: 'at start' },
    ],
    ['does not export its handler', 'export const other = 1;', { errorType: 'Runtime.HandlerNotFound' }],
    [
      'imports what is not there',
      "import 'no-such-module'; export const handler = 1;",
      { errorType: 'Runtime.ImportModuleError' },
    ],
    ['does not parse', 'export const handler = (', { errorType: 'Runtime.UserCodeSyntaxError' }],
    [
      'takes a callback',
      'export const handler = (event, context, callback) => callback(null);',
      { errorType: 'Runtime.CallbackHandlerDeprecated' },
    ],
  ])('fails with the error of a function that %s', async (_what, source, error) => {
    lambda.define('f', source);
    expect(await lambda.invoke('f')).toMatchObject({ functionError: 'Unhandled', payload: error });
    expect(await lambda.invoke('f')).toMatchObject({ functionError: 'Unhandled', payload: error });
  });

  it('goes on with a new process after one has crashed', async () => {
    lambda.define(
      'f',
      'export const handler = async ({ crash }) => { if (crash) process.exit(1); return process.pid; };',
    );
    await lambda.invoke('f', { crash: true });
    expect((await lambda.invoke('f')).payload).toEqual(expect.any(Number));
  });

  it('writes log lines with START, END and REPORT, and gives their tail', async () => {
    lambda.define(
      'f',
      "export const handler = async () => { console.log('hello %s', 'you'); process.stderr.write('raw\\n'); return 1; };",
    );
    const { requestId, logTail } = await lambda.invoke('f');
    const messages = lambda.logs.map(({ message }) => message);
    expect(messages[0]).toBe(`START RequestId: ${requestId} Version: $LATEST`);
    expect(messages).toContain(`${new Date(start).toISOString()}\t${requestId}\tINFO\thello you`);
    expect(messages).toContain('raw');
    expect(messages.at(-1)).toMatch(/^REPORT RequestId: .*Memory Size: 128 MB$/);
    expect(logTail).toContain('hello you');
    expect(lambda.logs[0]).toMatchObject({
      group: '/aws/lambda/f',
      stream: expect.stringMatching(/^2026\/01\/01\/\[\$LATEST\][0-9a-f]{32}$/),
      timestamp: start,
    });
  });

  it('refuses an event that is no JSON or beyond 6 MB, and fails an answer beyond 6 MB', async () => {
    lambda.define('f', "export const handler = async () => 'x'.repeat(7 * 1024 * 1024);");
    await expect(lambda.runtime.invoke('f', Buffer.from('{'))).rejects.toMatchObject({
      code: 'InvalidRequestContentException',
    });
    await expect(lambda.runtime.invoke('f', Buffer.alloc(6 * 1024 * 1024 + 1, '1'))).rejects.toMatchObject({
      code: 'RequestTooLargeException',
    });
    expect((await lambda.invoke('f')).payload).toMatchObject({ errorType: 'Function.ResponseSizeTooLarge' });
  });

  it('throttles beyond the reserved concurrency', async () => {
    lambda.define('f', 'export const handler = async () => 1;', { reservedConcurrency: 1 });
    const first = lambda.invoke('f');
    await expect(lambda.invoke('f')).rejects.toMatchObject({ code: 'TooManyRequestsException', status: 429 });
    await first;
    expect((await lambda.invoke('f')).payload).toBe(1);
  });
});

describe('time in a function', () => {
  it('passes at once while the function only sleeps, and its Date shows it', async () => {
    lambda.define(
      'f',
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = async (event, context) => { const before = Date.now(); const value = await sleep(20_000, 'slept'); 
         return { value, passed: new Date() - before, iso: new Date().toISOString(), left: context.getRemainingTimeInMillis(), isDate: new Date() instanceof Date }; };`,
      { timeoutSeconds: 60 },
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toEqual({
      value: 'slept',
      passed: 20_000,
      iso: new Date(start + 20_000).toISOString(),
      left: 40_000,
      isDate: true,
    });
    expect(lambda.clock.now()).toBe(start + 20_000);
  });

  it('keeps the order of sleeps, cancels an aborted one, and runs several functions on the same clock', async () => {
    lambda.define(
      'f',
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = async ({ ms }) => { const stop = new AbortController(); const seen = [];
         const aborted = sleep(3_600_000, 0, { signal: stop.signal }).catch((error) => error.name);
         await Promise.all([sleep(ms * 2).then(() => seen.push(2)), sleep(ms).then(() => seen.push(1))]); stop.abort();
         return { seen, aborted: await aborted, now: Date.now() }; };`,
    );
    const results = await Promise.all([lambda.invoke('f', { ms: 1000 }), lambda.invoke('f', { ms: 5000 })]);
    expect(results.map(({ payload }) => payload)).toEqual([
      { seen: [1, 2], aborted: 'AbortError', now: start + 2000 },
      { seen: [1, 2], aborted: 'AbortError', now: start + 10_000 },
    ]);
    expect(lambda.clock.now()).toBe(start + 10_000);
  });

  it('times the function out at the deployed timeout, on the sandbox clock', async () => {
    lambda.define(
      'f',
      "import { setTimeout as sleep } from 'node:timers/promises'; export const handler = () => sleep(600_000);",
      { timeoutSeconds: 120 },
    );
    const result = await lambda.invoke('f');
    const errorMessage = `RequestId: ${result.requestId} Error: Task timed out after 120.00 seconds`;
    expect(result).toMatchObject({
      functionError: 'Unhandled',
      payload: { errorType: 'Sandbox.Timedout', errorMessage },
    });
    expect(lambda.clock.now()).toBe(start + 120_000);
  });

  it('does not pass while the function computes, even when another timer is due soon', async () => {
    let fired = 0;
    lambda.clock.after(1000, () => {
      fired = lambda.clock.now();
    });
    lambda.define(
      'f',
      'export const handler = async () => { await new Promise((done) => setTimeout(done, 60)); return Date.now(); };',
    );
    expect((await lambda.invoke('f')).payload).toBe(start);
    expect(fired).toBe(0);
  });

  it('ends a function that never comes back by the wall clock too', async () => {
    lambda.define('f', 'export const handler = () => { for (;;); };', { timeoutSeconds: 1 });
    expect((await lambda.invoke('f')).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  });
});

describe('connections of a function', () => {
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
      'fetch',
      "export const handler = () => fetch('https://example.com/').catch(({ cause }) => ({ code: cause.code, message: cause.message }));",
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

describe('an asynchronous invocation', () => {
  it('is tried again after one and two minutes and then reported as dropped', async () => {
    lambda.define('f', "export const handler = async () => { throw new Error('always'); };");
    lambda.runtime.invokeLater('f', Buffer.from('{}'));
    while (lambda.runtime.queued > 0) await new Promise((resolve) => setImmediate(resolve));
    expect(lambda.dropped).toMatchObject([{ functionName: 'f', attempts: 3, reason: 'RetriesExhausted' }]);
    expect(lambda.clock.now()).toBe(start + 180_000);
  });

  it('is refused at once beyond 1 MB or when it is no JSON', () => {
    lambda.define('f', 'export const handler = 1;');
    expect(() => lambda.runtime.invokeLater('f', Buffer.alloc(1024 * 1024 + 1, '1'))).toThrow(
      'too large for the Event invocation type',
    );
    expect(() => lambda.runtime.invokeLater('f', Buffer.from('{'))).toThrow('Could not parse request body into json');
  });
});
