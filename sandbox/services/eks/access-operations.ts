import type { AccessScope, CreateAccessEntryRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, notImplemented, type Service } from '../../aws/contract.ts';
import { type AccessEntry, addEntry, adminPolicy, type ClusterAccess } from './access.ts';
import { invalid } from './check.ts';
import type { Clusters } from './clusters.ts';

interface EntryName {
  readonly clusterName?: string;
  readonly principalArn?: string;
}

interface AssociateInput extends EntryName {
  readonly policyArn?: string;
  readonly accessScope?: AccessScope;
}

/** Access entries and their policies. */
export function accessOperations(clusters: Clusters, tokens: ClientTokens, now: () => number): Service['operations'] {
  return {
    CreateAccessEntry: (input: CreateAccessEntryRequest) => {
      const make = () => createEntry(clusters, input, now());
      const entry = tokens.once('CreateAccessEntry', input.clientRequestToken, input, make);
      return { accessEntry: describeEntry(input.clusterName ?? '', entry) };
    },
    DescribeAccessEntry: (input: EntryName) => ({
      accessEntry: describeEntry(input.clusterName ?? '', find(clusters, input)),
    }),
    ListAccessEntries: ({ clusterName }: EntryName) => ({
      accessEntries: [...accessOf(clusters, clusterName).entries.keys()],
    }),
    DeleteAccessEntry: (input: EntryName) => {
      tokens.forget(find(clusters, input));
      accessOf(clusters, input.clusterName).entries.delete(input.principalArn ?? '');
      return {};
    },
    AssociateAccessPolicy: (input: AssociateInput) => associate(find(clusters, input), input, new Date(now())),
  };
}

function accessOf(clusters: Clusters, clusterName = ''): ClusterAccess {
  const { access } = clusters.get(clusterName);
  if (access.mode !== 'CONFIG_MAP') return access;
  throw new AwsError(
    'InvalidRequestException',
    "The cluster's authentication mode must be set to one of [API, API_AND_CONFIG_MAP] to perform this operation.",
  );
}

function find(clusters: Clusters, { clusterName, principalArn = '' }: EntryName): AccessEntry {
  const found = accessOf(clusters, clusterName).entries.get(principalArn);
  if (found) return found;
  throw new AwsError(
    'ResourceNotFoundException',
    `The specified principalArn could not be found: ${principalArn}`,
    404,
  );
}

function createEntry(clusters: Clusters, input: CreateAccessEntryRequest, createdAt: number): AccessEntry {
  const { clusterName = '', principalArn = '', kubernetesGroups = [], type = 'STANDARD', username, tags } = input;
  const access = accessOf(clusters, clusterName);
  if (access.entries.has(principalArn))
    throw new AwsError(
      'ResourceInUseException',
      'The specified access entry resource is already in use on this cluster.',
      409,
    );
  if (type !== 'STANDARD')
    throw new AwsError('NotImplementedInSandbox', `The sandbox has no access entries of type '${type}'.`, 501);
  const reserved = kubernetesGroups.find((group) => /^(system:|eks:|aws:|amazon:|iam:)/.test(group));
  if (reserved !== undefined)
    throw invalid(`The kubernetes group name ${reserved} is invalid, it cannot start with system:`);
  return addEntry(access, clusterName, {
    principalArn,
    createdAt,
    kubernetesGroups: [...kubernetesGroups],
    ...(username !== undefined && { username }),
    ...(tags && { tags }),
  });
}

function associate(
  entry: AccessEntry,
  { clusterName, principalArn, policyArn, accessScope }: AssociateInput,
  at: Date,
) {
  if (policyArn !== adminPolicy)
    throw new AwsError('NotImplementedInSandbox', `The sandbox does not know the access policy '${policyArn}'.`, 501);
  checkScope(accessScope);
  entry.policies.add(adminPolicy);
  const associatedAccessPolicy = { policyArn, accessScope, associatedAt: at, modifiedAt: at };
  return { clusterName, principalArn, associatedAccessPolicy };
}

/** Of a policy that is bound to namespaces a real control plane behind the sandbox could not be told. */
function checkScope({ type, namespaces = [] }: AccessScope = {}): void {
  if (type === 'namespace') throw notImplemented("accessScope.type 'namespace' of eks:AssociateAccessPolicy");
  if (type !== 'cluster') throw invalid(`The accessScope type '${type}' is invalid.`);
  if (namespaces.length > 0) throw invalid('The accessScope of type cluster cannot have namespaces.');
}

function describeEntry(clusterName: string, entry: AccessEntry) {
  return {
    clusterName,
    principalArn: entry.principalArn,
    kubernetesGroups: [...entry.kubernetesGroups],
    accessEntryArn: entry.arn,
    createdAt: new Date(entry.createdAt),
    modifiedAt: new Date(entry.createdAt),
    username: entry.username,
    type: entry.type,
    tags: { ...entry.tags },
  };
}
