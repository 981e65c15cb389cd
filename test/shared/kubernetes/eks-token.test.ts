import { describe, expect, it } from '@jest/globals';
import { eksTokens } from '../../../shared/kubernetes/eks-token.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';

const credentials = { accessKeyId: 'AKIDEXAMPLE', secretAccessKey: 'secret', sessionToken: 'session' };
const urlOf = (token: string) => new URL(Buffer.from(token.replace('k8s-aws-v1.', ''), 'base64url').toString());

describe('a token for the API of a cluster', () => {
  it.each([
    ['eu-west-1', 'sts.eu-west-1.amazonaws.com'],
    ['cn-north-1', 'sts.cn-north-1.amazonaws.com.cn'],
    ['us-gov-east-1', 'sts.us-gov-east-1.amazonaws.com'],
  ])('in %s is a question to %s that names the cluster in a signed header', async (region, host) => {
    const url = urlOf(await eksTokens('demo', region, credentials, fakeClock()).token());
    expect(url.host).toBe(host);
    expect(url.searchParams.get('Action')).toBe('GetCallerIdentity');
    expect(url.searchParams.get('X-Amz-SignedHeaders')).toBe('host;x-k8s-aws-id');
    expect(url.searchParams.get('X-Amz-Credential')).toContain(`/${region}/sts/aws4_request`);
  });

  it('is kept for ten minutes, and made anew when that is asked for', async () => {
    const clock = fakeClock();
    const tokens = eksTokens('demo', 'eu-west-1', credentials, clock);
    const first = await tokens.token();
    await clock.sleep(599_000);
    expect(await tokens.token()).toBe(first);
    const renewed = await tokens.token(true);
    expect(renewed).not.toBe(first);
    await clock.sleep(600_000);
    expect(await tokens.token()).not.toBe(renewed);
  });
});
