import { arnOf } from '../aws/arn.ts';
import type { SandboxClock } from '../clock.ts';
import { type Random, uuid } from '../random.ts';
import type { Group, GroupTag } from '../services/autoscaling/group.ts';
import type { Groups } from '../services/autoscaling/groups.ts';
import type { LaunchTemplates } from '../services/ec2/launch-templates.ts';
import type { EksCluster, Nodegroup } from '../services/eks/clusters.ts';
import type { NodegroupMaker } from '../services/eks/nodegroup-operations.ts';
import { clusterTags, newGroup } from './new-group.ts';
import { nodeConfig } from './nodes/node-config.ts';

/** A node group takes a minute or two besides its instances' boot. Milliseconds. */
const creationTime = 90_000;

export interface NodegroupTools {
  readonly clock: SandboxClock;
  readonly random: Random;
  readonly templates: LaunchTemplates;
  readonly groups: Groups;
}

/** Makes the Auto Scaling group of a managed node group, called `eks-<name>-<uuid>` as EKS does. */
export function nodegroupMaker({ clock, random, templates, groups }: NodegroupTools): NodegroupMaker {
  return (cluster, { name, scaling, spot, zones, instanceType, labels, nodeRole }) => {
    const group = groups.add(
      newGroup(templates, {
        name: `eks-${name}-${uuid(random)}`,
        min: scaling.minSize,
        max: scaling.maxSize,
        desired: scaling.desiredSize,
        zones,
        instanceType,
        spot,
        node: nodeConfig({ spot, labels: managedLabels(labels, name) }),
        tags: managedTags(cluster.name, name),
        capacityRebalance: spot,
      }),
    );
    const nodegroup = register({ cluster, group, name, spot, labels, nodeRole, createdAt: clock.now() });
    clock.after(creationTime, () => {
      nodegroup.status = 'ACTIVE';
    });
    return nodegroup;
  };
}

interface Registered extends Pick<Nodegroup, 'name' | 'spot' | 'labels' | 'nodeRole' | 'createdAt'> {
  readonly cluster: EksCluster;
  readonly group: Group;
}

/** Makes a group a managed node group of the cluster, which is being created. */
export function register({ cluster, group, ...given }: Registered): Nodegroup {
  const nodegroup: Nodegroup = {
    ...given,
    arn: arnOf('eks', `nodegroup/${cluster.name}/${given.name}/sandbox`),
    cluster: cluster.name,
    groupName: group.name,
    instanceTypes: [group.template.instanceType],
    subnets: group.zones.map(({ subnetId }) => subnetId),
    scaling: { minSize: group.min, maxSize: group.max, desiredSize: group.desired },
    status: 'CREATING',
  };
  cluster.nodegroups.set(given.name, nodegroup);
  return nodegroup;
}

export function managedLabels(labels: Readonly<Record<string, string>>, nodegroup: string) {
  return { ...labels, 'eks.amazonaws.com/nodegroup': nodegroup };
}

/** EKS tags the group of a node group: EKS user guide, "managed node groups". */
export function managedTags(cluster: string, nodegroup: string): ReadonlyMap<string, GroupTag> {
  const own = { 'eks:cluster-name': cluster, 'eks:nodegroup-name': nodegroup };
  return new Map([
    ...clusterTags(cluster),
    ...Object.entries(own).map(([key, value]) => [key, { value, propagate: true }] as const),
  ]);
}
