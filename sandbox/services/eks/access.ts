import type { AuthenticationMode } from '@aws-sdk/client-eks';
import { arnOf } from '../../aws/arn.ts';
import { AwsError } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam/iam.ts';
import { type Identity as Caller, verifyPresignedIdentity } from '../../aws/iam/signature.ts';
import type { Identity } from '../../kubernetes/contract.ts';
import { mappingOf } from './aws-auth.ts';
import { invalid } from './check.ts';

/** Who may come into a cluster, by principal ARN. */
export interface AccessEntry {
  readonly principalArn: string;
  readonly arn: string;
  readonly type: string;
  readonly username: string;
  readonly kubernetesGroups: readonly string[];
  readonly tags: Readonly<Record<string, string>>;
  readonly createdAt: number;
  /** Associated access policies; only AmazonEKSClusterAdminPolicy of the whole cluster is known. */
  readonly policies: Set<string>;
}

/** How a cluster finds out who somebody is. */
export interface ClusterAccess {
  readonly mode: AuthenticationMode;
  /** The creator, who is an administrator for ever where there are no access entries. */
  readonly hiddenAdmin: string | undefined;
  readonly bootstrapped: boolean;
  readonly entries: Map<string, AccessEntry>;
}

export const adminPolicy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

type NewEntry = Pick<AccessEntry, 'principalArn' | 'createdAt'> & Partial<AccessEntry>;

/** Adds an entry; its user name is by default the principal's own, or a role's session (EKS user guide, "access entries"). */
export function addEntry(access: ClusterAccess, cluster: string, given: NewEntry): AccessEntry {
  const [, account, kind, name] =
    /^arn:aws:iam::(\d{12}):(role|user)\/(?:.*\/)?([^/]+)$/.exec(given.principalArn) ?? [];
  if (name === undefined) throw invalid('The specified principalArn is invalid: invalid principal.');
  const session = `arn:aws:sts::${account}:assumed-role/${name}/{{SessionName}}`;
  const entry: AccessEntry = {
    arn: arnOf('eks', `access-entry/${cluster}/${kind}/${account}/${name}`),
    type: 'STANDARD',
    username: kind === 'role' ? session : given.principalArn,
    kubernetesGroups: [],
    tags: {},
    policies: new Set(),
    ...given,
  };
  access.entries.set(given.principalArn, entry);
  return entry;
}

const prefix = 'k8s-aws-v1.';

/** Clients whose AWS endpoint is the sandbox sign for it instead of STS; a real authenticator takes hosts of STS alone. */
const loopback = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

export interface Authenticator {
  readonly cluster: string;
  readonly access: ClusterAccess;
  /** Data of the ConfigMap `aws-auth`. */
  readonly awsAuth: () => Readonly<Record<string, string>>;
  readonly iam: Iam;
  readonly now: () => number;
}

/**
 * The identity behind an EKS token: a presigned GetCallerIdentity for this cluster, looked up in its access entries, then in `aws-auth`, as far
 * as the mode has them. Source: kubernetes-sigs/aws-iam-authenticator pkg/token; EKS user guide, "access entries". Undefined is answered with 401.
 */
export async function identityOf(token: string, authenticator: Authenticator): Promise<Identity | undefined> {
  const caller = await callerOf(token, authenticator);
  if (!caller) return undefined;
  const found = lookUp(caller.principalArn, authenticator);
  if (!found) return undefined;
  const username = found.username.replace('{{SessionName}}', caller.callerArn.split('/').at(-1) ?? '');
  return { username, groups: [...found.groups, 'system:authenticated'], extra: extraOf(token, caller) };
}

/** As the authenticator of EKS gives it, among others: aws-iam-authenticator pkg/server/server.go. */
function extraOf(token: string, { callerArn }: Caller) {
  const credential = new URL(urlOf(token)).searchParams.get('X-Amz-Credential') ?? '';
  return { accessKeyId: [credential.split('/')[0] ?? ''], arn: [callerArn] };
}

function urlOf(token: string): string {
  return Buffer.from(token.slice(prefix.length), 'base64url').toString('utf8');
}

function lookUp(principal: string, { access, awsAuth }: Authenticator) {
  const entry = access.entries.get(principal);
  if (entry) {
    const admin = entry.policies.size > 0 ? ['system:masters'] : [];
    return { username: entry.username, groups: [...entry.kubernetesGroups, ...admin] };
  }
  if (access.mode === 'API') return undefined;
  if (access.hiddenAdmin === principal) return { username: 'kubernetes-admin', groups: ['system:masters'] };
  return mappingOf(awsAuth(), principal);
}

async function callerOf(token: string, { cluster, iam, now }: Authenticator): Promise<Caller | undefined> {
  if (!token.startsWith(prefix)) return undefined;
  const url = urlOf(token);
  if (!URL.canParse(url)) return undefined;
  try {
    const { host, hostname, searchParams } = new URL(url);
    const signed = (searchParams.get('X-Amz-SignedHeaders') ?? '').split(';');
    const isSts = hostname.startsWith('sts.') || loopback.test(hostname);
    if (!isSts || !signed.includes('x-k8s-aws-id')) return undefined;
    return await verifyPresignedIdentity(iam, url, { host, 'x-k8s-aws-id': cluster }, now());
  } catch (error) {
    if (error instanceof AwsError) return undefined;
    throw error;
  }
}
