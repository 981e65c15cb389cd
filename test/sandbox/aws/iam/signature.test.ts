import { describe, expect, it } from '@jest/globals';
import { Hash } from '@smithy/core/serde';
import { SignatureV4 } from '@smithy/signature-v4';
import { Iam } from '../../../../sandbox/aws/iam/iam.ts';
import { verifyPresignedIdentity } from '../../../../sandbox/aws/iam/signature.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { start } from '../support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/path/drainer';

/** A presigned URL as an EKS token holds it, made by the signer of the SDK. */
async function presigned(
  credentials: { accessKeyId: string; secretAccessKey: string; sessionToken?: string },
  cluster = 'prod',
): Promise<string> {
  const signer = new SignatureV4({
    credentials,
    region: 'us-east-1',
    service: 'sts',
    sha256: Hash.bind(null, 'sha256'),
  });
  const request = await signer.presign(
    {
      method: 'GET',
      protocol: 'https:',
      hostname: 'sts.us-east-1.amazonaws.com',
      path: '/',
      query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
      headers: { host: 'sts.us-east-1.amazonaws.com', 'x-k8s-aws-id': cluster },
    },
    { expiresIn: 60, signingDate: new Date(start), unhoistableHeaders: new Set(['x-k8s-aws-id']) },
  );
  const query = Object.entries(request.query ?? {}).map(
    ([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(String(value))}`,
  );
  return `https://${request.hostname}/?${query.join('&')}`;
}

describe('a presigned GetCallerIdentity URL', () => {
  const iam = new Iam(seededRandom(3));
  const credentials = iam.registerRole(roleArn, []);
  const headers = { 'x-k8s-aws-id': 'prod' };

  it('names the role that signed it', async () => {
    const identity = await verifyPresignedIdentity(iam, await presigned(credentials), headers, start + 60_000);
    expect(identity).toEqual({
      callerArn: 'arn:aws:sts::000000000000:assumed-role/drainer/sandbox',
      principalArn: roleArn,
    });
  });

  // The verifier is the SDK's own signer; this URL was signed by botocore 1.43.11 (SigV4QueryAuth) at `start` with these credentials.
  it('names the role when another client than the SDK for JavaScript signed it', async () => {
    const query = [
      'Action=GetCallerIdentity&Version=2011-06-15&X-Amz-Algorithm=AWS4-HMAC-SHA256',
      `X-Amz-Credential=${credentials.accessKeyId}%2F20260101%2Fus-east-1%2Fsts%2Faws4_request`,
      'X-Amz-Date=20260101T000000Z&X-Amz-Expires=60&X-Amz-SignedHeaders=host%3Bx-k8s-aws-id',
      `X-Amz-Security-Token=${credentials.sessionToken}`,
      'X-Amz-Signature=0369c6fbed64fa187f103be5615cee9052903053583ed02c6aa68f15687165d8',
    ];
    const url = `https://sts.us-east-1.amazonaws.com/?${query.join('&')}`;
    expect((await verifyPresignedIdentity(iam, url, headers, start)).principalArn).toBe(roleArn);
  });

  it('names the person for credentials that the sandbox did not issue', async () => {
    const identity = await verifyPresignedIdentity(
      iam,
      await presigned({ accessKeyId: 'AKIAX', secretAccessKey: 'x' }),
      headers,
      start,
    );
    expect(identity.principalArn).toBe('arn:aws:iam::000000000000:user/person');
  });

  it('goes by the clock of the machine as well where the person signed, and by the sandbox alone where a role did', async () => {
    const hour = 3_600_000;
    const verified = async (
      by: typeof credentials | { accessKeyId: string; secretAccessKey: string },
      machine: number,
    ) => verifyPresignedIdentity(iam, await presigned(by), headers, start + hour, machine);
    const person = { accessKeyId: 'AKIAX', secretAccessKey: 'x' };
    expect(await verified(person, start + 60_000)).toMatchObject({ principalArn: expect.stringMatching(/person$/) });
    await expect(verified(person, start + hour)).rejects.toMatchObject({ code: 'ExpiredToken' });
    await expect(verified(credentials, start + 60_000)).rejects.toMatchObject({ code: 'ExpiredToken' });
  });

  it.each<[string, (url: string) => string, Record<string, string>, number, string]>([
    [
      'was signed for another cluster',
      (url) => url,
      { 'x-k8s-aws-id': 'other' },
      start,
      'does not match the signature',
    ],
    ['lacks the signed header', (url) => url, {}, start, "'x-k8s-aws-id' is missing"],
    ['is older than fifteen minutes', (url) => url, headers, start + 15 * 60_000 + 1, 'expired'],
    ['comes from the future', (url) => url, headers, start - 15 * 60_000 - 1, 'expired'],
    ['was changed', (url) => url.replace('2011-06-15', '2011-06-16'), headers, start, 'does not match the signature'],
    [
      'asks for something else',
      (url) => url.replace('GetCallerIdentity', 'AssumeRole'),
      headers,
      start,
      'not a GetCallerIdentity request',
    ],
    [
      'has no session token',
      (url) => url.replace(/X-Amz-Security-Token=[^&]*&?/, ''),
      headers,
      start,
      'security token',
    ],
    ['is no URL', () => 'nonsense', headers, start, 'not a URL'],
  ])('is refused when it %s', async (_what, change, sent, now, message) => {
    const url = change(await presigned(credentials));
    await expect(verifyPresignedIdentity(iam, url, sent, now)).rejects.toThrow(message);
  });

  it('is refused when another secret signed it', async () => {
    const url = await presigned({ ...credentials, secretAccessKey: 'guessed' });
    await expect(verifyPresignedIdentity(iam, url, headers, start)).rejects.toThrow('does not match the signature');
  });
});
