import { channel } from 'node:diagnostics_channel';
import { once } from 'node:events';
import { createServer, request as httpRequest, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { openRequests } from '../../../../sandbox/services/lambda/open-requests.mjs';

let url = '';
let answer: (response: ServerResponse) => void = () => undefined;
const asked: ServerResponse[] = [];
const server = createServer((_request, response) => {
  asked.push(response);
  answer(response);
});

beforeAll(async () => {
  await once(server.listen(0, '127.0.0.1'), 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
});
afterAll(() => {
  server.close();
  server.closeAllConnections();
});

/** Both clients that bundles have: that of Node, and undici, which is `fetch`. */
const clients: readonly (readonly [string, () => Promise<unknown>])[] = [
  ['fetch', async () => await (await fetch(url)).text()],
  [
    'node:http',
    async () =>
      await new Promise((resolve, reject) => {
        const outgoing = httpRequest(url, { agent: false }, (response) => {
          response.resume();
          response.once('close', resolve);
        });
        outgoing.once('error', reject);
        outgoing.end();
      }),
  ],
];

/** Resolves when the server has the request. */
async function received(): Promise<ServerResponse> {
  return await new Promise((resolve) => {
    answer = resolve;
  });
}

describe.each(clients)('a request of %s', (_name, send) => {
  it('is open until its answer is whole', async () => {
    expect(openRequests()).toBe(0);
    const at = received();
    const sent = send();
    const response = await at;
    expect(openRequests()).toBe(1);
    response.end('done');
    await sent;
    expect(openRequests()).toBe(0);
  });

  it('is no longer open when its connection is lost', async () => {
    const at = received();
    const sent = send();
    const response = await at;
    response.destroy();
    await expect(sent).rejects.toThrow(/fetch failed|socket hang up/);
    expect(openRequests()).toBe(0);
  });
});

describe('a request whose answer is a stream', () => {
  it('is open until its first bytes are there', async () => {
    const at = received();
    const sent = fetch(url);
    const response = await at;
    expect(openRequests()).toBe(1);
    response.write('watch');
    const { body } = await sent;
    expect(openRequests()).toBe(0);
    await body?.cancel();
  });
});

describe('a request over HTTP/2, whose headers are an object', () => {
  it.each([
    [{ 'content-length': '4' }, 1],
    [{ 'content-type': 'application/json' }, 0],
  ])('has an answer with %j, and %i is open', (headers, left) => {
    const request = {};
    channel('undici:request:create').publish({ request });
    channel('undici:request:headers').publish({ request, response: { headers } });
    expect(openRequests()).toBe(left);
    channel('undici:request:trailers').publish({ request });
    expect(openRequests()).toBe(0);
  });
});
