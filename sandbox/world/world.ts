import { arnOf } from './arn.ts';
import type { Group, GroupTag } from './autoscaling/group.ts';
import { groupOf } from './autoscaling/group-operations.ts';
import { Groups } from './autoscaling/groups.ts';
import { rebalanceCapacity } from './autoscaling/rebalance-capacity.ts';
import { autoScalingService } from './autoscaling/service.ts';
import type { World, WorldChange, WorldParts } from './contract.ts';
import { Fleet } from './ec2/fleet.ts';
import { LaunchTemplates } from './ec2/launch-templates.ts';
import { ec2Service } from './ec2/service.ts';
import { Spot } from './ec2/spot.ts';
import { Clusters, type EksCluster } from './eks/clusters.ts';
import type { NodegroupMaker } from './eks/nodegroup-operations.ts';
import { eksService } from './eks/service.ts';
import { type Zone, zoneNamed } from './network.ts';
import { bootTimes, nodeConfig } from './nodes/node-config.ts';
import { Nodes } from './nodes/nodes.ts';
import { readWorldFile, type WorldGroup } from './world-file.ts';

export type { World } from './contract.ts';

interface Model {
  readonly parts: WorldParts;
  readonly fleet: Fleet;
  readonly templates: LaunchTemplates;
  readonly groups: Groups;
  readonly clusters: Clusters;
  readonly nodes: Nodes;
}

/** How long before the sandbox began its instances were launched. Milliseconds. */
const ageAtStart = 3_600_000;

/** EC2, Auto Scaling, EKS and the nodes of its clusters, as the file says that they are at the beginning. */
export async function createWorld(parts: WorldParts, file: string): Promise<World> {
  const { clock, random, emit } = parts;
  const listeners = new Set<(what: WorldChange) => void>();
  const tell = (what: WorldChange) => {
    for (const listener of listeners) listener(what);
  };
  const fleet = new Fleet({ clock, random, emit });
  const spot = new Spot({ clock, fleet, emit });
  const templates = new LaunchTemplates(clock, random);
  const groups = new Groups({ clock, random, emit, fleet, tell });
  rebalanceCapacity(groups, { spot, clock });
  const clusters = new Clusters(parts);
  const nodes = new Nodes({ clock, fleet, clusters: clusters.active, tell });
  const model: Model = { parts, fleet, templates, groups, clusters, nodes };
  try {
    await begin(model, file);
  } catch (error) {
    await clusters.close();
    throw error;
  }
  const now = () => clock.now();
  return {
    services: [
      ec2Service(fleet, templates),
      autoScalingService({ groups, templates, now }),
      eksService(clusters, nodegroupMaker(model), now),
    ],
    clusters: clusters.active,
    interruptSpot: (instanceId, { action = 'terminate' } = {}) => spot.interrupt(instanceId, action),
    recommendRebalance: (instanceId) => spot.recommend(instanceId),
    failLaunches: (group, failure) => groups.failLaunches(group, failure),
    listeners(onChange) {
      listeners.add(onChange);
      return () => listeners.delete(onChange);
    },
    settled: () =>
      fleet.moving() === 0 && spot.pending === 0 && groups.settled() && nodes.booting === 0 && clusters.settled(),
    async close() {
      fleet.close();
      spot.close();
      groups.close();
      await clusters.close();
    },
  };
}

/** Clusters, groups with their instances as Ready nodes, then workloads. */
async function begin(model: Model, path: string): Promise<void> {
  const file = readWorldFile(path);
  for (const { name, version } of file.clusters) await model.clusters.create(name, version, {}, true);
  for (const given of file.groups) beginGroup(model, given, clusterTags(given.cluster), given.labels);
  for (const given of file['managed-node-groups']) beginManaged(model, given);
  for (const [name, manifests] of Object.entries(file.manifests)) {
    try {
      await model.clusters.get(name).api.load(manifests);
    } catch (error) {
      throw new Error(`${path}: manifests.${name}: ${error instanceof Error ? error.message : String(error)}`, {
        cause: error,
      });
    }
  }
}

function beginGroup(
  model: Model,
  given: WorldGroup,
  tags: ReadonlyMap<string, GroupTag>,
  labels: Readonly<Record<string, string>>,
): Group {
  const { fleet, groups, nodes, parts } = model;
  const group = groups.add(newGroup(model, given, tags, labels));
  parts.clock.cancel(group.timer);
  group.timer = undefined;
  for (let index = 0; index < given.desired; index++) {
    const zone = group.zones[index % group.zones.length] as Zone;
    const instanceTags = Object.fromEntries([...tags].map(([key, { value }]) => [key, value]));
    const spec = { ...group.template, zone, tags: { ...instanceTags, 'aws:autoscaling:groupName': group.name } };
    const instance = fleet.launch(spec, parts.clock.now() - ageAtStart);
    groups.adopt(group, instance);
    nodes.adopt(instance);
  }
  return group;
}

function newGroup(
  model: Model,
  given: WorldGroup,
  tags: ReadonlyMap<string, GroupTag>,
  labels: Readonly<Record<string, string>>,
) {
  const zones = given.zones.map((name) => {
    const zone = zoneNamed(name);
    if (!zone) throw new Error(`group ${given.name}: there is no zone '${name}'`);
    return zone;
  });
  const node = nodeConfig({
    spot: given.spot,
    joinsAfter: given['joins-after'] * 1_000,
    readyAfter: given['ready-after'] * 1_000,
    labels,
    taints: given.taints.map(({ key, effect, value }) => ({ key, effect, ...(value !== undefined && { value }) })),
    ...(given.capacity && { capacity: given.capacity }),
  });
  const template = model.templates.add({
    name: given.name,
    imageId: 'ami-0123456789abcdef0',
    instanceType: given['instance-type'],
    spot: given.spot,
    tags: {},
    node,
  });
  const { name, min, max, desired } = given;
  return groupOf({
    name,
    min,
    max,
    desired,
    zones,
    template,
    tags: new Map(tags),
    capacityRebalance: given['capacity-rebalance'],
  });
}

function clusterTags(cluster: string): ReadonlyMap<string, GroupTag> {
  return new Map([[`kubernetes.io/cluster/${cluster}`, { value: 'owned', propagate: true }]]);
}

/** EKS names the group of a node group after it and tags it: EKS user guide, "managed node groups". */
function managedTags(cluster: string, nodegroup: string): ReadonlyMap<string, GroupTag> {
  const own = { 'eks:cluster-name': cluster, 'eks:nodegroup-name': nodegroup };
  return new Map([
    ...clusterTags(cluster),
    ...Object.entries(own).map(([key, value]) => [key, { value, propagate: true }] as const),
  ]);
}

function beginManaged(model: Model, given: WorldGroup): void {
  const cluster = model.clusters.get(given.cluster);
  const labels = { ...given.labels, 'eks.amazonaws.com/nodegroup': given.name };
  const group = beginGroup(
    model,
    { ...given, name: `eks-${given.name}` },
    managedTags(cluster.name, given.name),
    labels,
  );
  register(model, cluster, given, group, 'ACTIVE');
}

function register(model: Model, cluster: EksCluster, given: WorldGroup, group: Group, status: 'CREATING' | 'ACTIVE') {
  const nodegroup = {
    name: given.name,
    arn: arnOf('eks', `nodegroup/${cluster.name}/${given.name}/sandbox`),
    cluster: cluster.name,
    createdAt: model.parts.clock.now(),
    groupName: group.name,
    instanceTypes: [given['instance-type']],
    spot: given.spot,
    labels: given.labels,
    status: status as 'CREATING' | 'ACTIVE' | 'DELETING',
  };
  cluster.nodegroups.set(given.name, nodegroup);
  return nodegroup;
}

/** A node group takes a minute or two besides its instances' boot. Milliseconds. */
const nodegroupTime = 90_000;

function nodegroupMaker(model: Model): NodegroupMaker {
  return (cluster, { nodegroupName = '', scalingConfig, instanceTypes, capacityType, labels = {} }) => {
    const desired = scalingConfig?.desiredSize ?? 2;
    const given: WorldGroup = {
      name: nodegroupName,
      cluster: cluster.name,
      'instance-type': instanceTypes?.[0] ?? 't3.medium',
      spot: capacityType === 'SPOT',
      min: scalingConfig?.minSize ?? 1,
      desired,
      max: scalingConfig?.maxSize ?? desired,
      zones: ['us-east-1a', 'us-east-1b', 'us-east-1c'],
      'capacity-rebalance': capacityType === 'SPOT',
      'joins-after': bootTimes.joinsAfter,
      'ready-after': bootTimes.readyAfter,
      labels,
      taints: [],
    };
    const own = { ...labels, 'eks.amazonaws.com/nodegroup': nodegroupName };
    const group = model.groups.add(
      newGroup(model, { ...given, name: `eks-${nodegroupName}` }, managedTags(cluster.name, nodegroupName), own),
    );
    const nodegroup = register(model, cluster, given, group, 'CREATING');
    model.parts.clock.after(nodegroupTime, () => {
      nodegroup.status = 'ACTIVE';
    });
    return nodegroup;
  };
}
