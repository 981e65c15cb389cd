import { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, type Service } from '../../aws/contract.ts';
import { accessOperations } from './access-operations.ts';
import { clusterOperations } from './cluster-operations.ts';
import type { Clusters } from './clusters.ts';
import { type NodegroupMaker, nodegroupOperations } from './nodegroup-operations.ts';

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
  const tokens = new ClientTokens(otherParameters);
  return {
    name: 'eks',
    uses,
    operations: {
      ...clusterOperations(clusters, tokens),
      ...nodegroupOperations(clusters, tokens, makeNodegroup),
      ...accessOperations(clusters, tokens, now),
    },
  };
}

/** EKS documents no error of its own for a token that comes again with another request. */
function otherParameters(): AwsError {
  return new AwsError('InvalidParameterException', 'The clientRequestToken has been used for another request.');
}
