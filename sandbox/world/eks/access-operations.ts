import type { CreateAccessEntryRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, account, type Service } from '../../aws/contract.ts';
import { arnOf } from '../arn.ts';
import type { AccessEntry } from './access.ts';
import type { Clusters } from './clusters.ts';

const adminPolicy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

interface EntryName {
  readonly clusterName?: string;
  readonly principalArn?: string;
}

interface AssociateInput extends EntryName {
  readonly policyArn?: string;
  readonly accessScope?: object;
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
    ListAccessEntries: ({ clusterName = '' }: EntryName) => ({
      accessEntries: [...clusters.get(clusterName).entries.keys()],
    }),
    DeleteAccessEntry: (input: EntryName) => {
      tokens.forget(find(clusters, input));
      clusters.get(input.clusterName ?? '').entries.delete(input.principalArn ?? '');
      return {};
    },
    AssociateAccessPolicy: (input: AssociateInput) => associate(find(clusters, input), input, new Date(now())),
  };
}

function find(clusters: Clusters, { clusterName = '', principalArn = '' }: EntryName): AccessEntry {
  const found = clusters.get(clusterName).entries.get(principalArn);
  if (found) return found;
  throw new AwsError(
    'ResourceNotFoundException',
    `The specified principalArn could not be found: ${principalArn}`,
    404,
  );
}

function createEntry(clusters: Clusters, input: CreateAccessEntryRequest, createdAt: number): AccessEntry {
  const { clusterName = '', principalArn = '', kubernetesGroups = [], type = 'STANDARD' } = input;
  const { entries } = clusters.get(clusterName);
  if (entries.has(principalArn))
    throw new AwsError(
      'ResourceInUseException',
      'The specified access entry resource is already in use on this cluster.',
      409,
    );
  if (type !== 'STANDARD')
    throw new AwsError('NotImplementedInSandbox', `The sandbox has no access entries of type '${type}'.`, 501);
  const reserved = kubernetesGroups.find((group) => /^(system:|eks:|aws:|amazon:|iam:)/.test(group));
  if (reserved !== undefined)
    throw new AwsError(
      'InvalidParameterException',
      `The kubernetes group name ${reserved} is invalid, it cannot start with system:`,
    );
  const session = principalArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/');
  const entry: AccessEntry = {
    principalArn,
    arn: arnOf('eks', `access-entry/${clusterName}/role/${account}/${principalArn.split('/').at(-1)}`),
    type,
    username: input.username ?? `${session}/{{SessionName}}`,
    kubernetesGroups: [...kubernetesGroups],
    createdAt,
    policies: new Set(),
  };
  entries.set(principalArn, entry);
  return entry;
}

function associate(
  entry: AccessEntry,
  { clusterName, principalArn, policyArn, accessScope }: AssociateInput,
  at: Date,
) {
  if (policyArn !== adminPolicy)
    throw new AwsError('NotImplementedInSandbox', `The sandbox does not know the access policy '${policyArn}'.`, 501);
  entry.policies.add(adminPolicy);
  const associatedAccessPolicy = { policyArn, accessScope, associatedAt: at, modifiedAt: at };
  return { clusterName, principalArn, associatedAccessPolicy };
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
    tags: {},
  };
}
