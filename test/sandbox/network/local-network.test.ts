import { createServer, request } from 'node:http';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LocalNetwork } from '../../../sandbox/network/local-network.ts';
import type { VirtualSocket } from '../../../sandbox/network/virtual-socket.ts';
import { HeldClock } from '../held-clock.ts';

let clock: HeldClock;
let network: LocalNetwork;
beforeEach(() => {
  clock = new HeldClock(0, false);
  network = new LocalNetwork(() => clock.stir());
});
afterEach(() => clock.close());

const timers = {
  setTimeout: (run: () => void, milliseconds: number) => clock.after(milliseconds, run),
  clearTimeout: (timer: unknown) => clock.cancel(timer as never),
};

function connect(port: number, ca?: string, host = '127.0.0.1'): VirtualSocket {
  return network.connect({ host, port, ca }, { timers, unanswered: (address) => address === '127.0.0.1:9' });
}

/** How a connection begins: `connected`, or the code of its error. */
async function beginning(socket: VirtualSocket): Promise<string> {
  return await clock.during(
    async () =>
      await new Promise<string>((resolve) => {
        socket.on('connect', () => resolve('connected'));
        socket.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
      }),
  );
}

interface Answer {
  readonly status: number | undefined;
  readonly text: string;
}

/** One request over a socket of the network; the code of its error when there is no answer. */
async function ask(port: number, body: string): Promise<Answer | string> {
  return await clock.during(
    async () =>
      await new Promise<Answer | string>((resolve) => {
        const outgoing = request({ method: 'POST', createConnection: () => connect(port) }, (response) => {
          const chunks: Buffer[] = [];
          response.on('data', (chunk: Buffer) => chunks.push(chunk));
          response.on('end', () => resolve({ status: response.statusCode, text: Buffer.concat(chunks).toString() }));
        });
        outgoing.on('error', ({ code }: NodeJS.ErrnoException) => resolve(code ?? ''));
        outgoing.end(body);
      }),
  );
}

/** A server that gives back what it is sent, or does what a test wants. */
function serve(port: number, ends?: (socket: VirtualSocket) => void): void {
  const server = createServer((incoming, response) => {
    if (ends) ends(incoming.socket as unknown as VirtualSocket);
    else incoming.pipe(response);
  });
  network.serve(port, { accept: (socket) => server.emit('connection', socket) });
}

describe('a connection in memory', () => {
  it('carries HTTP both ways, however large the bodies', async () => {
    serve(80);
    const text = 'é'.repeat(500_000);
    expect(await ask(80, text)).toEqual({ status: 200, text });
  });

  it.each([
    ['is reset by its server', (socket: VirtualSocket) => socket.resetAndDestroy()],
    ['is closed without an answer', (socket: VirtualSocket) => socket.destroy()],
  ])('ends with ECONNRESET when it %s', async (_what, ends) => {
    serve(80, ends);
    expect(await ask(80, 'x')).toBe('ECONNRESET');
  });

  it('is refused where nobody listens, and elsewhere than on this machine', async () => {
    expect(await beginning(connect(81))).toBe('ECONNREFUSED');
    expect(await beginning(connect(81, undefined, 'example.com'))).toBe('ESANDBOX');
  });

  it('is lost after as long as Linux tries when nothing answers', async () => {
    expect(await beginning(connect(9))).toBe('ETIMEDOUT');
    expect(clock.now()).toBe(127_000);
  });

  it.each([
    ['the authority of a server that speaks TLS', 'one', 'one', 'connected'],
    ['another authority', 'one', 'other', 'SELF_SIGNED_CERT_IN_CHAIN'],
    ['no TLS to a server that speaks it', 'one', undefined, 'ECONNRESET'],
    ['TLS to a server that does not speak it', undefined, 'one', 'EPROTO'],
  ])('of a client with %s begins as on a socket', async (_what, server, client, expected) => {
    network.serve(443, { accept: () => undefined, ca: server });
    expect(await beginning(connect(443, client))).toBe(expected);
  });

  it('times out after so long without a byte', async () => {
    network.serve(80, { accept: () => undefined });
    const socket = connect(80);
    socket.setTimeout(5_000);
    const timedOut = new Promise<number>((resolve) => socket.on('timeout', () => resolve(clock.now())));
    expect(await clock.during(async () => await timedOut)).toBe(5_000);
  });
});

describe('a clock without sockets', () => {
  it('does not jump while something stirs it in every turn', async () => {
    let fired = false;
    clock.after(1, () => {
      fired = true;
    });
    await clock.during(async () => {
      for (let turn = 0; turn < 20; turn++) {
        clock.stir();
        await new Promise((resolve) => setImmediate(resolve));
      }
      expect(fired).toBe(false);
    });
    await clock.goUntil(() => fired);
    expect(clock.now()).toBe(1);
  });
});
