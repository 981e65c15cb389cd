import { Hash } from '@smithy/hash-node';
import { SignatureV4 } from '@smithy/signature-v4';
import { stsHost } from '../domain/partition.ts';
import type { Clock } from '../runtime/clock.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string;
}

/** EKS takes a token for 15 min whatever X-Amz-Expires says (aws-iam-authenticator pkg/token); ours live 10. Milliseconds. */
const lifetime = 600_000;

export interface TokenSource {
  /** A bearer token of at most 10 min of age; `renew` makes a new one, after a 401. Kept in memory only. */
  token(renew?: boolean): Promise<string>;
}

/**
 * EKS bearer tokens: a presigned regional STS GetCallerIdentity that carries the cluster's name in a signed header, encoded
 * after `k8s-aws-v1.`. Source: kubernetes-sigs/aws-iam-authenticator, "API Authorization from Outside a Cluster".
 */
export function eksTokens(cluster: string, region: string, credentials: Credentials, clock: Clock): TokenSource {
  const signer = new SignatureV4({ service: 'sts', region, credentials, sha256: Hash.bind(null, 'sha256') });
  const hostname = stsHost(region);
  let current: { readonly token: string; readonly mintedAt: number } | undefined;
  return {
    async token(renew = false) {
      const now = clock.now();
      if (current && !renew && now - current.mintedAt < lifetime) return current.token;
      const signed = await signer.presign(
        {
          method: 'GET',
          protocol: 'https:',
          hostname,
          path: '/',
          query: { Action: 'GetCallerIdentity', Version: '2011-06-15' },
          headers: { host: hostname, 'x-k8s-aws-id': cluster },
        },
        { expiresIn: 60, signingDate: new Date(now), unhoistableHeaders: new Set(['x-k8s-aws-id']) },
      );
      const query = new URLSearchParams(signed.query as Record<string, string>);
      const url = `https://${hostname}/?${query.toString()}`;
      current = { token: `k8s-aws-v1.${Buffer.from(url).toString('base64url')}`, mintedAt: now };
      return current.token;
    },
  };
}
