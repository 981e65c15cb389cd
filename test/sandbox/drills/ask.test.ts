import { mkdtempSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { announce, announced } from '../../../sandbox/drills/announcement.ts';
import { ask, meant, readRequest } from '../../../sandbox/drills/ask.ts';

describe('npm run interrupt', () => {
  it('takes an instance, and as many minutes as FIS does', () => {
    expect(readRequest(['i-1'])).toEqual({ instance: 'i-1', minutes: 2, port: undefined });
    expect(readRequest(['i-1', '--minutes', '15', '--port', '4566'])).toEqual({
      instance: 'i-1',
      minutes: 15,
      port: 4566,
    });
    expect(readRequest(['--help'])).toBeUndefined();
  });

  it.each([
    ['no instance', [], /name one instance/],
    ['two instances', ['i-1', 'i-2'], /name one instance/],
    ['a minute', ['i-1', '--minutes', '1'], /--minutes '1': a whole number from 2 to 15/],
    ['an hour', ['i-1', '--minutes', '60'], /from 2 to 15/],
    ['a port that is none', ['i-1', '--port', 'x'], /--port 'x'/],
    ['an unknown flag', ['i-1', '--now'], /--now/],
  ])('refuses %s', (_, args, message) => {
    expect(() => readRequest(args)).toThrow(message);
  });

  it('finds the sandboxes that stay up, and needs a port where there are several', () => {
    const folder = mkdtempSync(join(tmpdir(), 'announced-'));
    expect(() => meant(announced(folder), undefined)).toThrow('no sandbox stays up: npm start');
    const first = { port: 4566, url: 'http://127.0.0.1:1' };
    const second = { port: 4568, url: 'http://127.0.0.1:2' };
    announce(folder, first);
    expect(meant(announced(folder), undefined)).toEqual(first);
    const takeBack = announce(folder, second);
    expect(() => meant(announced(folder), undefined)).toThrow(
      'several sandboxes stay up: --port with one of 4566, 4568',
    );
    expect(meant(announced(folder), 4568)).toEqual(second);
    expect(() => meant(announced(folder), 1)).toThrow('--port 1: one of 4566, 4568');
    takeBack();
    expect(announced(folder)).toEqual([first]);
  });

  it('says what the sandbox says, also when it refuses or is gone', async () => {
    const asked: string[] = [];
    const server = createServer((request, response) => {
      asked.push(`${request.method} ${request.url}`);
      if (request.url?.includes('i-0')) response.writeHead(409);
      response.end('in its words\n');
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const there = { port: 4566, url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` };
    const request = { instance: 'i-1', minutes: 5, port: undefined };
    expect(await ask(there, request)).toBe('in its words');
    expect(asked).toEqual(['POST /spot-experiment/i-1?minutes=5']);
    await expect(ask(there, { ...request, instance: 'i-0' })).rejects.toThrow('in its words');
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    await expect(ask(there, request)).rejects.toThrow('the sandbox of port 4566 is not there any more');
  });
});
