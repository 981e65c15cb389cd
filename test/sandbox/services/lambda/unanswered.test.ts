import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import { kinds, testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
const networks = () => ({ check: () => undefined, unanswered: () => ['127.0.0.1:9'], awsEndpoints: () => ({}) });
afterEach(async () => {
  await lambda.close();
});

const project = new URL('../../../../', import.meta.url).href;
/** A handler that tries something, and tells how it ended and how long it took on the sandbox's clock. */
const trying = (imports: string, attempt: string) =>
  `${imports}
   export const handler = async () => { const began = Date.now();
     const { name, code, message } = await (${attempt}).catch((error) => error.cause ?? error);
     return { name, code, message, milliseconds: Date.now() - began }; };`;

describe.each(kinds)('a connection of a function %s that nothing answers', (_where, inProcess) => {
  beforeEach(async () => {
    lambda = await testRuntime(networks, inProcess);
  });

  it('ends with ETIMEDOUT when its owner waits as long as the kernel does', async () => {
    lambda.define(
      'f',
      trying(
        "import net from 'node:net';",
        "new Promise((_, fail) => net.connect(9, '127.0.0.1').on('error', fail).on('connect', fail))",
      ),
      { timeoutSeconds: 900 },
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toEqual({
      name: 'Error',
      code: 'ETIMEDOUT',
      message: 'connect ETIMEDOUT 127.0.0.1:9',
      milliseconds: 127_000,
    });
  });

  it('outlasts a function with a shorter timeout', async () => {
    lambda.define(
      'f',
      trying("import net from 'node:net';", "new Promise((_, fail) => net.connect(9, '127.0.0.1').on('error', fail))"),
      { timeoutSeconds: 10 },
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toMatchObject({ errorType: 'Sandbox.Timedout' });
    expect(lambda.clock.now()).toBe(start + 10_000);
  });
});

describe('a connection that nothing answers', () => {
  beforeEach(async () => {
    lambda = await testRuntime(networks);
  });

  it("ends at undici's connect timeout, on the sandbox's clock", async () => {
    lambda.define(
      'f',
      trying(
        `import { Agent, request } from '${project}node_modules/undici/index.js';
         const dispatcher = new Agent({ connect: { timeout: 3_000 } });`,
        "request('https://127.0.0.1:9/', { dispatcher })",
      ),
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toMatchObject({ name: 'ConnectTimeoutError', code: 'UND_ERR_CONNECT_TIMEOUT' });
    // undici counts long timeouts in steps of half a second.
    const { milliseconds } = payload as { milliseconds: number };
    expect(milliseconds).toBeGreaterThanOrEqual(3_000);
    expect(milliseconds).toBeLessThanOrEqual(4_500);
    expect(lambda.clock.now()).toBe(start + milliseconds);
  });

  it("ends at the connection timeout of an SDK client, on the sandbox's clock", async () => {
    lambda.define(
      'f',
      trying(
        `import { NodeHttpHandler } from '${project}node_modules/@smithy/node-http-handler/dist-cjs/index.js';
         const handler_ = new NodeHttpHandler({ connectionTimeout: 1_000 });`,
        "handler_.handle({ protocol: 'http:', hostname: '127.0.0.1', port: 9, path: '/', method: 'GET', headers: {}, query: {} })",
      ),
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toMatchObject({
      name: 'TimeoutError',
      message: expect.stringContaining('did not establish a connection with the server within the configured timeout'),
      milliseconds: 1_000,
    });
    expect(lambda.clock.now()).toBe(start + 1_000);
  });

  it('leaves timers in their order, lets them be cancelled and refreshed, and they are real again afterwards', async () => {
    lambda.define(
      'f',
      `import net from 'node:net';
       export const handler = async () => { const began = Date.now(); const seen = []; const at = (what) => seen.push([what, Date.now() - began]);
         setTimeout(at, 5_000, 'before'); const socket = net.connect(9, '127.0.0.1').on('error', () => undefined);
         setTimeout(at, 2_000, 'first').unref(); clearTimeout(setTimeout(at, 1_000, 'never')); clearTimeout(+setTimeout(at, 1_000, 'never'));
         const again = setTimeout(at, 3_000, 'refreshed'); setTimeout(() => again.refresh(), 1_500);
         await new Promise((done) => setTimeout(done, 6_000)); socket.destroy(); await new Promise((done) => socket.once('close', done));
         await new Promise((done) => setTimeout(done, 1)); return { seen, passed: Date.now() - began }; };`,
    );
    const { payload } = await lambda.invoke('f');
    expect(payload).toEqual({
      seen: [
        ['first', 2_000],
        ['refreshed', 4_500],
        ['before', expect.any(Number)],
      ],
      passed: 6_000,
    });
  });
});
