import type { CreateNodegroupRequest, DescribeNodegroupRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, type Service } from '../../aws/contract.ts';
import type { Clusters, EksCluster, Nodegroup } from './clusters.ts';

/** Makes the Auto Scaling group of a managed node group. */
export type NodegroupMaker = (cluster: EksCluster, input: CreateNodegroupRequest) => Nodegroup;

/** Managed node groups. */
export function nodegroupOperations(
  clusters: Clusters,
  tokens: ClientTokens,
  make: NodegroupMaker,
): Service['operations'] {
  const find = ({ clusterName = '', nodegroupName = '' }: DescribeNodegroupRequest): Nodegroup => {
    const found = clusters.get(clusterName).nodegroups.get(nodegroupName);
    if (found) return found;
    throw new AwsError('ResourceNotFoundException', `No node group found for name: ${nodegroupName}.`, 404, {
      clusterName,
      nodegroupName,
    });
  };
  const create = (input: CreateNodegroupRequest) => {
    const cluster = clusters.get(input.clusterName ?? '');
    if (cluster.nodegroups.has(input.nodegroupName ?? '')) {
      throw new AwsError(
        'ResourceInUseException',
        `NodeGroup already exists with name ${input.nodegroupName} and cluster name ${cluster.name}`,
        409,
      );
    }
    return make(cluster, input);
  };
  return {
    CreateNodegroup: (input: CreateNodegroupRequest) => ({
      nodegroup: describeNodegroup(
        tokens.once('CreateNodegroup', input.clientRequestToken, input, () => create(input)),
      ),
    }),
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
