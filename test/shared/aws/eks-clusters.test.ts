import { EKSClient } from '@aws-sdk/client-eks';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { World } from '../../../sandbox/world/world.ts';
import { describeEndpoint } from '../../../shared/aws/eks-clusters.ts';
import { testServer } from '../../sandbox/aws/support.ts';
import { addWorld } from '../../sandbox/world/support.ts';

let server: Awaited<ReturnType<typeof testServer>>;
let world: World;
let client: EKSClient;

beforeAll(async () => {
  server = await testServer();
  world = await addWorld(server, { clusters: [{ name: 'demo' }] });
  client = new EKSClient(server.client);
});
afterAll(async () => {
  client.destroy();
  await world.close();
  await server.close();
});

describe('the endpoint of a cluster', () => {
  const region = 'us-east-1';

  it('is what EKS says, with the authority that signed its certificate', async () => {
    const endpoint = await describeEndpoint(client, 'demo', { region, alsoHost: '127.0.0.1' });
    expect(endpoint.url).toBe(world.clusters.get('demo')?.url);
    expect(endpoint.caPem).toBe(world.clusters.get('demo')?.caPem);
  });

  it('is refused when its host is not one of EKS in this region: a token would go there', async () => {
    await expect(describeEndpoint(client, 'demo', { region })).rejects.toMatchObject({
      name: 'RequestRejectedError',
      message: expect.stringContaining('no token is sent to: 127.0.0.1'),
    });
  });

  it('of a cluster that EKS does not know is an unknown cluster', async () => {
    await expect(describeEndpoint(client, 'other', { region })).rejects.toMatchObject({ name: 'UnknownClusterError' });
  });
});
