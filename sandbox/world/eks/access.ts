import { AwsError } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam.ts';
import { verifyPresignedIdentity } from '../../aws/signature.ts';
import type { Identity } from '../../kubernetes/contract.ts';

/** Who may come into a cluster, by principal ARN. */
export interface AccessEntry {
  readonly principalArn: string;
  readonly arn: string;
  readonly type: string;
  readonly username: string;
  readonly kubernetesGroups: readonly string[];
  readonly createdAt: number;
  /** Associated access policies; only AmazonEKSClusterAdminPolicy is known. */
  readonly policies: Set<string>;
}

const prefix = 'k8s-aws-v1.';

/**
 * The identity behind an EKS token: a presigned GetCallerIdentity for this cluster, looked up in its access entries.
 * Source: kubernetes-sigs/aws-iam-authenticator pkg/token; EKS user guide, "access entries". Undefined is answered with 401.
 */
export function identityOf(
  token: string,
  cluster: string,
  entries: ReadonlyMap<string, AccessEntry>,
  iam: Iam,
  now: number,
): Identity | undefined {
  if (!token.startsWith(prefix)) return undefined;
  const url = Buffer.from(token.slice(prefix.length), 'base64url').toString('utf8');
  if (!URL.canParse(url)) return undefined;
  try {
    const { hostname, searchParams } = new URL(url);
    const signed = (searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
    if (!hostname.startsWith('sts.') || !signed.includes('x-k8s-aws-id')) return undefined;
    const caller = verifyPresignedIdentity(iam, url, { host: hostname, 'x-k8s-aws-id': cluster }, now);
    const entry = entries.get(caller.principalArn);
    if (!entry) return undefined;
    const groups = entry.policies.size > 0 ? ['system:masters'] : [...entry.kubernetesGroups];
    const username = entry.username.replace('{{SessionName}}', caller.callerArn.split('/').at(-1) ?? '');
    return { username, groups: [...groups, 'system:authenticated'], extra: { arn: [caller.callerArn] } };
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
