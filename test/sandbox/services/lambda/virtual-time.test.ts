import { createServer, type Server } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import { kinds, testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
afterEach(async () => {
  await lambda.close();
});

describe.each(kinds)('time in a function %s', (_where, inProcess) => {
  beforeEach(async () => {
    lambda = await testRuntime(undefined, inProcess);
  });

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
});

describe('ordinary timers', () => {
  it('follow the clock in the process of the sandbox, and stand still between invocations', async () => {
    lambda = await testRuntime(undefined, true);
    lambda.define(
      'f',
      `const seen = []; export const handler = async ({ wait }) => { const began = Date.now(); if (wait === 0) setTimeout(() => seen.push(Date.now()), 5_000);
         else await new Promise((done) => setTimeout(done, wait)); return { seen, passed: Date.now() - began, until: performance.now() }; };`,
    );
    expect((await lambda.invoke('f', { wait: 0 })).payload).toMatchObject({ seen: [], passed: 0 });
    await lambda.clock.letPass(60_000);
    expect((await lambda.invoke('f', { wait: 2_000 })).payload).toMatchObject({
      seen: [start + 60_000],
      passed: 2_000,
      until: 62_000,
    });
  });
});

describe('time in a process of its own', () => {
  beforeEach(async () => {
    lambda = await testRuntime();
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

describe('sleeping beside connections', () => {
  let peer: Server;
  let url: string;
  beforeEach(async () => {
    lambda = await testRuntime();
    peer = createServer((request, response) => {
      if (request.url === '/answer') response.end('answer');
      else response.write('first event\n');
    });
    await new Promise<void>((resolve) => peer.listen(0, '127.0.0.1', () => resolve()));
    const address = peer.address();
    url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  });
  afterEach(() => {
    peer.close();
    peer.closeAllConnections();
  });

  it.each([
    ['fetch', 'await (await fetch(url + "/answer")).text();'],
    [
      'an agent',
      'await new Promise((done) => http.get(url + "/answer", { agent }, (response) => response.resume().on("end", done)));',
    ],
  ])('lets time pass over idle connections of %s', async (_what, statement) => {
    lambda.define(
      'f',
      `import { setTimeout as sleep } from 'node:timers/promises'; import http from 'node:http'; const agent = new http.Agent({ keepAlive: true });
       export const handler = async ({ url }) => { ${statement} await sleep(20_000); ${statement} return Date.now(); };`,
    );
    expect((await lambda.invoke('f', { url })).payload).toBe(start + 20_000);
  });

  it('lets time pass over a stream that stays open and quiet, as a watch does', async () => {
    lambda.define(
      'f',
      `import { setTimeout as sleep } from 'node:timers/promises';
       export const handler = async ({ url }) => { const reader = (await fetch(url + '/watch')).body.getReader(); await reader.read();
         const next = reader.read(); await sleep(20_000); reader.cancel(); await next; return Date.now(); };`,
    );
    expect((await lambda.invoke('f', { url })).payload).toBe(start + 20_000);
  });
});
