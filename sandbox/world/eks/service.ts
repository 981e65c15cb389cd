import type {
  CreateAccessEntryRequest,
  CreateClusterRequest,
  CreateNodegroupRequest,
  DescribeNodegroupRequest,
} from '@aws-sdk/client-eks';
import { AwsError, account, type Service } from '../../aws/contract.ts';
import { arnOf } from '../arn.ts';
import { pageOf } from '../page.ts';
import type { AccessEntry } from './access.ts';
import type { Clusters, EksCluster, Nodegroup } from './clusters.ts';

/** Makes the Auto Scaling group of a managed node group. */
export type NodegroupMaker = (cluster: EksCluster, input: CreateNodegroupRequest) => Nodegroup;

const uses = {
  CreateCluster: ['name', 'version', 'roleArn', 'resourcesVpcConfig', 'tags', 'accessConfig', 'clientRequestToken'],
  DescribeCluster: ['name'],
  ListClusters: ['maxResults', 'nextToken'],
  CreateNodegroup: [
    'clusterName',
    'nodegroupName',
    'scalingConfig',
    'subnets',
    'instanceTypes',
    'capacityType',
    'labels',
    'nodeRole',
    'clientRequestToken',
  ],
  CreateAccessEntry: [
    'clusterName',
    'principalArn',
    'kubernetesGroups',
    'username',
    'type',
    'tags',
    'clientRequestToken',
  ],
};

/** Amazon EKS: clusters, managed node groups and access entries. */
export function eksService(clusters: Clusters, makeNodegroup: NodegroupMaker, now: () => number): Service {
  return {
    name: 'eks',
    uses,
    operations: {
      ...clusterOperations(clusters),
      ...nodegroupOperations(clusters, makeNodegroup),
      ...accessOperations(clusters, now),
    },
  };
}

function clusterOperations(clusters: Clusters): Service['operations'] {
  return {
    CreateCluster: async ({ name = '', version = '1.36', tags = {} }: CreateClusterRequest) => {
      if (clusters.has(name))
        throw new AwsError('ResourceInUseException', `Cluster already exists with name: ${name}`, 409, {
          clusterName: name,
        });
      return { cluster: describeCluster(await clusters.create(name, version, tags, false)) };
    },
    DescribeCluster: ({ name = '' }: { name?: string }) => ({ cluster: describeCluster(clusters.get(name)) }),
    ListClusters: ({ maxResults = 100, nextToken }: { maxResults?: number; nextToken?: string }) => {
      const { items, next } = pageOf(
        clusters
          .all()
          .map(({ name }) => name)
          .toSorted(),
        maxResults,
        nextToken,
        'InvalidParameterException',
      );
      return { clusters: items, nextToken: next };
    },
  };
}

function describeCluster(cluster: EksCluster) {
  const { name, arn, version, createdAt, status, api, tags } = cluster;
  const active = status === 'ACTIVE';
  return {
    name,
    arn,
    version,
    createdAt: new Date(createdAt),
    status,
    roleArn: `arn:aws:iam::${account}:role/${name}-cluster`,
    endpoint: active ? api.url : undefined,
    certificateAuthority: active ? { data: Buffer.from(api.caPem).toString('base64') } : undefined,
    resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: false, publicAccessCidrs: ['0.0.0.0/0'] },
    accessConfig: { authenticationMode: 'API' },
    platformVersion: 'eks.1',
    tags: { ...tags },
  };
}

function nodegroupOperations(clusters: Clusters, make: NodegroupMaker): Service['operations'] {
  const find = ({ clusterName = '', nodegroupName = '' }: DescribeNodegroupRequest): Nodegroup => {
    const found = clusters.get(clusterName).nodegroups.get(nodegroupName);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `No node group found for name: ${nodegroupName}.`, 404, {
      clusterName,
      nodegroupName,
    });
  };
  return {
    CreateNodegroup: (input: CreateNodegroupRequest) => {
      const cluster = clusters.get(input.clusterName ?? '');
      if (cluster.nodegroups.has(input.nodegroupName ?? '')) {
        throw new AwsError(
          'ResourceInUseException',
          `NodeGroup already exists with name ${input.nodegroupName} and cluster name ${cluster.name}`,
          409,
        );
      }
      return { nodegroup: describeNodegroup(make(cluster, input)) };
    },
    DescribeNodegroup: (input: DescribeNodegroupRequest) => ({ nodegroup: describeNodegroup(find(input)) }),
    ListNodegroups: ({ clusterName = '' }: { clusterName?: string }) => ({
      nodegroups: [...clusters.get(clusterName).nodegroups.keys()],
    }),
  };
}

function describeNodegroup({
  name,
  arn,
  cluster,
  createdAt,
  groupName,
  instanceTypes,
  spot,
  labels,
  status,
}: Nodegroup) {
  return {
    nodegroupName: name,
    nodegroupArn: arn,
    clusterName: cluster,
    createdAt: new Date(createdAt),
    status,
    capacityType: spot ? 'SPOT' : 'ON_DEMAND',
    instanceTypes: [...instanceTypes],
    labels: { ...labels },
    resources: { autoScalingGroups: [{ name: groupName }] },
    health: { issues: [] },
  };
}

const adminPolicy = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';

function accessOperations(clusters: Clusters, now: () => number): Service['operations'] {
  const find = ({
    clusterName = '',
    principalArn = '',
  }: {
    clusterName?: string;
    principalArn?: string;
  }): AccessEntry => {
    const found = clusters.get(clusterName).entries.get(principalArn);
    if (found) return found;
    throw new AwsError(
      'ResourceNotFoundException',
      `The specified principalArn could not be found: ${principalArn}`,
      404,
    );
  };
  return {
    CreateAccessEntry: (input: CreateAccessEntryRequest) => {
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
      const entry: AccessEntry = {
        principalArn,
        arn: arnOf('eks', `access-entry/${clusterName}/role/${account}/${principalArn.split('/').at(-1)}`),
        type,
        username:
          input.username ??
          `${principalArn.replace(':iam:', ':sts:').replace(':role/', ':assumed-role/')}/{{SessionName}}`,
        kubernetesGroups: [...kubernetesGroups],
        createdAt: now(),
        policies: new Set(),
      };
      entries.set(principalArn, entry);
      return { accessEntry: describeEntry(clusterName, entry) };
    },
    DescribeAccessEntry: (input: { clusterName?: string; principalArn?: string }) => ({
      accessEntry: describeEntry(input.clusterName ?? '', find(input)),
    }),
    ListAccessEntries: ({ clusterName = '' }: { clusterName?: string }) => ({
      accessEntries: [...clusters.get(clusterName).entries.keys()],
    }),
    DeleteAccessEntry: (input: { clusterName?: string; principalArn?: string }) => {
      find(input);
      clusters.get(input.clusterName ?? '').entries.delete(input.principalArn ?? '');
      return {};
    },
    AssociateAccessPolicy: (input: {
      clusterName?: string;
      principalArn?: string;
      policyArn?: string;
      accessScope?: object;
    }) => {
      const entry = find(input);
      if (input.policyArn !== adminPolicy)
        throw new AwsError(
          'NotImplementedInSandbox',
          `The sandbox does not know the access policy '${input.policyArn}'.`,
          501,
        );
      entry.policies.add(adminPolicy);
      const at = new Date(now());
      return {
        clusterName: input.clusterName,
        principalArn: input.principalArn,
        associatedAccessPolicy: {
          policyArn: adminPolicy,
          accessScope: input.accessScope,
          associatedAt: at,
          modifiedAt: at,
        },
      };
    },
  };
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
