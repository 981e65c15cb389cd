import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import { kinds, testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
afterEach(async () => {
  await lambda.close();
});

describe.each(kinds)('an invocation of a function %s', (_where, inProcess) => {
  beforeEach(async () => {
    lambda = await testRuntime(undefined, inProcess);
  });

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
      'what a timer throws',
      'setTimeout(() => { throw new TypeError("late"); }, 5); await new Promise(() => {})',
      { errorType: 'TypeError', errorMessage: 'late' },
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

  it('writes every line as JSON when the function is deployed so', async () => {
    lambda.define('f', "export const handler = async () => { console.warn('careful'); throw new Error('no'); };", {
      logFormat: 'JSON',
    });
    const { requestId } = await lambda.invoke('f');
    const lines = lambda.logs.map(({ message }) => JSON.parse(message) as Record<string, unknown>);
    expect(lines).toMatchObject([
      { type: 'platform.start', record: { requestId } },
      { level: 'WARN', requestId, message: 'careful' },
      { level: 'ERROR', requestId, message: { errorType: 'Error', errorMessage: 'no' } },
      { type: 'platform.report', record: { requestId } },
    ]);
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

it('an unhandled rejection ends a process of its own, as on Lambda', async () => {
  lambda = await testRuntime();
  lambda.define(
    'f',
    'export const handler = async () => { void Promise.reject(new TypeError("late")); await new Promise(() => {}); };',
  );
  const error = { errorType: 'Runtime.UnhandledPromiseRejection', errorMessage: 'TypeError: late' };
  expect(await lambda.invoke('f')).toMatchObject({ functionError: 'Unhandled', payload: error });
});

it('nothing of a function in the process of the sandbox is left in its next environment, or in the sandbox', async () => {
  lambda = await testRuntime(undefined, true);
  lambda.define(
    'f',
    `globalThis.seen ??= 0; globalThis.seen += 1; process.env.MINE = 'mine'; let n = 0;
     export const handler = async ({ crash }) => { n += 1; if (crash) process.exit(1); return { n, seen: globalThis.seen, random: Math.random() }; };`,
  );
  const first = (await lambda.invoke('f')).payload;
  await lambda.invoke('f', { crash: true });
  const second = (await lambda.invoke('f')).payload;
  expect([first, second]).toMatchObject([
    { n: 1, seen: 1 },
    { n: 1, seen: 1 },
  ]);
  expect('seen' in globalThis).toBe(false);
  expect(process.env['MINE']).toBeUndefined();
  const again = await testRuntime(undefined, true);
  again.define(
    'f',
    'export const handler = async () => ({ random: Math.random(), bytes: crypto.getRandomValues(new Uint8Array(3)).join() });',
  );
  const one = (await again.invoke('f')).payload;
  await again.close();
  expect((one as { random: number }).random).toBe((first as { random: number }).random);
});

it('a function that was killed in the process of the sandbox does nothing more', async () => {
  lambda = await testRuntime(undefined, true);
  const queue = lambda.queues.create('q', {});
  const send = `const send = () => new Promise((done, fail) => http.request({ method: 'POST', host: '127.0.0.1', port: new URL(process.env.AWS_ENDPOINT_URL).port, path: '/',
      headers: { 'x-amz-target': 'AmazonSQS.SendMessage', 'content-type': 'application/x-amz-json-1.0', authorization: 'AWS4-HMAC-SHA256 Credential=' + process.env.AWS_ACCESS_KEY_ID + '/20260101/us-east-1/sqs/aws4_request' } },
      (response) => response.resume().on('end', done)).on('error', fail).end(JSON.stringify({ QueueUrl: url, MessageBody: 'x' })));`;
  lambda.define(
    'f',
    `import http from 'node:http'; import { setTimeout as sleep } from 'node:timers/promises';
     export const handler = async ({ url }) => { ${send} await send(); await sleep(1_000); await send(); await sleep(600_000); };`,
    { timeoutSeconds: 10 },
  );
  const sleeping = lambda.invoke('f', { url: lambda.queues.url(queue) });
  await lambda.clock.goUntil(() => queue.counts().visible === 2);
  expect((await sleeping).payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
  await lambda.clock.letPass(700_000);
  expect(queue.counts().visible).toBe(2);
});
