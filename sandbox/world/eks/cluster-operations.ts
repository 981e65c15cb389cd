import type { CreateClusterRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, account, type Service } from '../../aws/contract.ts';
import { pageOf } from '../page.ts';
import type { Clusters, EksCluster } from './clusters.ts';

/** Clusters. */
export function clusterOperations(clusters: Clusters, tokens: ClientTokens): Service['operations'] {
  const create = async ({ name = '', version = '1.36', tags = {} }: CreateClusterRequest) => {
    if (clusters.has(name))
      throw new AwsError('ResourceInUseException', `Cluster already exists with name: ${name}`, 409, {
        clusterName: name,
      });
    return await clusters.create(name, version, tags, false);
  };
  return {
    CreateCluster: async (input: CreateClusterRequest) => ({
      cluster: describeCluster(
        await tokens.once('CreateCluster', input.clientRequestToken, input, () => create(input)),
      ),
    }),
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
