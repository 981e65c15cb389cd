import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { bootSandbox } from '../../sandbox/sandbox.ts';
import { worldFile } from './world/support.ts';

const boot = (port: number, resources: object = {}) =>
  bootSandbox({
    assembly: { stackName: 's', template: { Resources: resources as never }, asset: () => '', warm: true },
    manifests: join(import.meta.dirname, '..', '..', 'infra', 'kubernetes'),
    world: worldFile({ clusters: [{ name: 'demo' }] }),
    seed: 1,
    mode: 'skip',
    port,
  });

/** Ports that are listened on; a closed one goes at the end of the turn of the event loop. */
async function ports(): Promise<number> {
  await setImmediate();
  await setImmediate();
  return process.getActiveResourcesInfo().filter((kind) => kind === 'TCPServerWrap').length;
}

describe('a sandbox that cannot boot', () => {
  let other: Server;
  beforeEach(async () => {
    other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
  });
  afterEach(() => void other.close());

  it('says which port is taken and leaves nothing open', async () => {
    const before = await ports();
    await expect(boot((other.address() as AddressInfo).port)).rejects.toMatchObject({ code: 'EADDRINUSE' });
    expect(await ports()).toBe(before);
  });

  it('names the resource that it does not know and leaves nothing open', async () => {
    const before = await ports();
    await expect(boot(0, { Pipe: { Type: 'AWS::Pipes::Pipe' } })).rejects.toThrow('Pipe (AWS::Pipes::Pipe)');
    expect(await ports()).toBe(before);
  });
});
