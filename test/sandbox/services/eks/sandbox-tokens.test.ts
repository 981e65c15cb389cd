import { describe, expect, it } from '@jest/globals';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { Agent, request } from 'undici';
import { call, credentials, parts, roleArn, useWorld, world } from '../../world/world-lab.ts';

useWorld();

const person = { accessKeyId: 'me', secretAccessKey: 'me' };

interface Signed {
  readonly host?: string;
  readonly cluster?: string;
  readonly by?: { readonly accessKeyId: string; readonly secretAccessKey: string; readonly sessionToken?: string };
}

/** A token as `aws eks get-token` makes it for the endpoint in AWS_ENDPOINT_URL. */
async function token({ host = '127.0.0.1:4566', cluster = 'demo', by = person }: Signed = {}) {
  const signer = new SignatureV4({
    credentials: by,
    region: 'us-east-1',
    service: 'sts',
    sha256: Hash.bind(null, 'sha256'),
  });
  const signed = await signer.presign(
    {
      method: 'GET',
      protocol: 'http:',
      hostname: host,
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host, 'x-k8s-aws-id': cluster },
    },
    { expiresIn: 60, signingDate: new Date(parts.clock.now()), unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const url = `http://${host}/?${new URLSearchParams(signed.query as Record<string, string>).toString()}`;
  return `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`;
}

async function status(bearer: string): Promise<number> {
  const cluster = world.clusters.get('demo');
  const agent = new Agent({ connect: { ca: cluster?.caPem ?? '' } });
  try {
    const headers = { authorization: `Bearer ${bearer}` };
    const { statusCode, body } = await request(`${cluster?.url}/api/v1/nodes`, { dispatcher: agent, headers });
    await body.dump();
    return statusCode;
  } finally {
    await agent.close();
  }
}

describe('a token that was signed for the sandbox instead of STS', () => {
  it.each(['127.0.0.1:4566', 'localhost:4566', '[::1]:4566', 'localhost'])(
    'for %s lets the creator of the cluster in',
    async (host) => {
      expect(await status(await token({ host }))).toBe(200);
    },
  );

  it('lets nobody in whose entry was taken away', async () => {
    const principalArn = 'arn:aws:iam::000000000000:user/person';
    await call('eks', 'DeleteAccessEntry', { clusterName: 'demo', principalArn });
    expect(await status(await token())).toBe(401);
  });

  it('lets a role with an access entry in, and no other', async () => {
    expect(await status(await token({ by: credentials }))).toBe(401);
    await call('eks', 'CreateAccessEntry', { clusterName: 'demo', principalArn: roleArn });
    expect(await status(await token({ by: credentials }))).toBe(403);
  });

  it.each<[string, () => Signed]>([
    ['of another cluster, by a role', () => ({ cluster: 'other', by: credentials })],
    ['by a role with another secret', () => ({ by: { ...credentials, secretAccessKey: 'x' } })],
    ['for a host that is neither', () => ({ host: 'example.com' })],
    ['for a host that only begins like it', () => ({ host: '127.0.0.1.example.com' })],
  ])('is refused %s', async (_what, signed) => {
    await call('eks', 'CreateAccessEntry', { clusterName: 'demo', principalArn: roleArn });
    expect(await status(await token(signed()))).toBe(401);
  });
});
