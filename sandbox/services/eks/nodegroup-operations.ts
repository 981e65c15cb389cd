import type { CreateNodegroupRequest, DescribeNodegroupRequest } from '@aws-sdk/client-eks';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, notImplemented, type Service } from '../../aws/contract.ts';
import type { Zone } from '../../world/network.ts';
import { checkRole, invalid, zonesOfSubnets } from './check.ts';
import type { Clusters, EksCluster, Nodegroup } from './clusters.ts';

/** What somebody wants a node group to be, checked. */
interface NewNodegroup extends Pick<Nodegroup, 'name' | 'scaling' | 'spot' | 'labels'> {
  readonly instanceType: string;
  readonly zones: readonly Zone[];
  readonly nodeRole: string;
}

/** Makes the Auto Scaling group of a managed node group. */
export type NodegroupMaker = (cluster: EksCluster, given: NewNodegroup) => Nodegroup;

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
  return {
    CreateNodegroup: (input: CreateNodegroupRequest) => {
      const create = () => make(readyCluster(clusters, input), newNodegroup(input));
      return {
        nodegroup: describeNodegroup(tokens.once('CreateNodegroup', input.clientRequestToken, input, create)),
      };
    },
    DescribeNodegroup: (input: DescribeNodegroupRequest) => ({ nodegroup: describeNodegroup(find(input)) }),
    ListNodegroups: ({ clusterName = '' }: { clusterName?: string }) => ({
      nodegroups: [...clusters.get(clusterName).nodegroups.keys()],
    }),
  };
}

/** The cluster of a new node group. "The request is invalid given the state of the cluster" is what InvalidRequestException is for (API reference). */
function readyCluster(clusters: Clusters, { clusterName = '', nodegroupName = '' }: CreateNodegroupRequest) {
  const cluster = clusters.get(clusterName);
  if (cluster.status !== 'ACTIVE')
    throw new AwsError('InvalidRequestException', `Cluster '${clusterName}' is not in ACTIVE status`);
  if (!cluster.nodegroups.has(nodegroupName)) return cluster;
  throw new AwsError(
    'ResourceInUseException',
    `NodeGroup already exists with name ${nodegroupName} and cluster name ${clusterName}`,
    409,
  );
}

function newNodegroup(input: CreateNodegroupRequest): NewNodegroup {
  const { nodegroupName: name = '', subnets = [], instanceTypes = ['t3.medium'], capacityType = 'ON_DEMAND' } = input;
  const [instanceType = ''] = instanceTypes;
  if (instanceTypes.length > 1) throw notImplemented('several instanceTypes of eks:CreateNodegroup');
  if (capacityType !== 'SPOT' && capacityType !== 'ON_DEMAND')
    throw notImplemented(`the capacity type '${capacityType}' of eks:CreateNodegroup`);
  if (subnets.length === 0) throw invalid('The subnets of a node group cannot be empty.');
  return {
    name,
    instanceType,
    zones: zonesOfSubnets(subnets),
    nodeRole: checkRole(input.nodeRole, 'nodeRole'),
    scaling: scalingOf(input.scalingConfig),
    spot: capacityType === 'SPOT',
    labels: input.labels ?? {},
  };
}

/** The words about the minimum are those that users report; for the maximum nobody does. */
function scalingOf(given: CreateNodegroupRequest['scalingConfig']): Nodegroup['scaling'] {
  const { desiredSize = 2, minSize = 1, maxSize = desiredSize } = given ?? {};
  if (minSize > desiredSize)
    throw invalid(`Minimum capacity ${minSize} can't be greater than desired size ${desiredSize}`);
  if (desiredSize > maxSize)
    throw invalid(`Maximum capacity ${maxSize} can't be less than desired size ${desiredSize}`);
  return { minSize, maxSize, desiredSize };
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
  subnets,
  scaling,
  nodeRole,
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
    subnets: [...subnets],
    scalingConfig: { ...scaling },
    nodeRole,
    resources: { autoScalingGroups: [{ name: groupName }] },
    health: { issues: [] },
  };
}
