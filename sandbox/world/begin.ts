import type { SandboxClock } from '../clock.ts';
import { InputError } from '../input.ts';
import type { Group } from '../services/autoscaling/group.ts';
import type { Groups } from '../services/autoscaling/groups.ts';
import type { Fleet } from '../services/ec2/fleet.ts';
import type { LaunchTemplates } from '../services/ec2/launch-templates.ts';
import type { Clusters } from '../services/eks/clusters.ts';
import { managedLabels, managedTags, register } from './managed-nodegroups.ts';
import type { Zone } from './network.ts';
import type { Networks } from './networks.ts';
import { clusterTags, type NewGroup, newGroup } from './new-group.ts';
import { nodeConfig } from './nodes/node-config.ts';
import type { Nodes } from './nodes/nodes.ts';
import type { WorldCluster, WorldFile, WorldGroup } from './world-file.ts';

interface Model {
  readonly clock: SandboxClock;
  readonly fleet: Fleet;
  readonly templates: LaunchTemplates;
  readonly groups: Groups;
  readonly clusters: Clusters;
  readonly networks: Networks;
  readonly nodes: Nodes;
  /** What is applied to each cluster before its own manifests. */
  readonly manifests: readonly object[];
}

/** How long before the sandbox began its instances were launched. Milliseconds. */
const ageAtStart = 3_600_000;

/** Clusters, groups with their instances as Ready nodes, what an operator applied to all clusters, then what is in each. */
export async function begin(model: Model, file: WorldFile): Promise<void> {
  for (const given of file.clusters) await model.clusters.begin(clusterIn(model.networks, given));
  for (const given of file.groups) beginGroup(model, { ...groupIn(model, given), tags: clusterTags(given.cluster) });
  for (const given of file['managed-node-groups']) beginManaged(model, given);
  for (const { api } of model.clusters.all()) await api.load(model.manifests);
  for (const [name, manifests] of Object.entries(file.manifests)) {
    try {
      await model.clusters.get(name).api.load(manifests);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      throw new InputError(`${file.path}: manifests.${name}: ${message}`, { cause: error });
    }
  }
}

function beginManaged(model: Model, given: WorldGroup): void {
  const { name, spot, labels } = given;
  const cluster = model.clusters.get(given.cluster);
  const group = beginGroup(model, {
    ...groupIn(model, { ...given, labels: managedLabels(labels, name) }),
    name: `eks-${name}`,
    tags: managedTags(cluster.name, name),
  });
  const createdAt = model.clock.now();
  register({ cluster, group, name, spot, labels, nodeRole: undefined, createdAt }).status = 'ACTIVE';
}

function beginGroup({ clock, fleet, groups, nodes, templates }: Model, given: NewGroup): Group {
  const group = groups.add(newGroup(templates, given));
  clock.cancel(group.timer);
  group.timer = undefined;
  const tags = Object.fromEntries([...given.tags].map(([key, { value }]) => [key, value]));
  for (let index = 0; index < given.desired; index++) {
    const zone = group.zones[index % group.zones.length] as Zone;
    const spec = { ...group.template, zone, tags: { ...tags, 'aws:autoscaling:groupName': group.name } };
    const instance = fleet.launch(spec, clock.now() - ageAtStart);
    groups.adopt(group, instance);
    nodes.adopt(instance);
  }
  return group;
}

/** A group as the file describes it. */
function groupIn({ clusters, networks }: Model, given: WorldGroup): Omit<NewGroup, 'tags'> {
  const { name, min, max, desired, spot, labels, capacity } = given;
  // Its subnets are in the network of its cluster.
  const own = networks.ofSubnet(clusters.get(given.cluster).subnetIds[0]);
  const zones = own?.zones.filter((zone) => given.zones.some((wanted) => wanted.name === zone.name)) ?? [];
  return {
    name,
    min,
    max,
    desired,
    spot,
    zones,
    instanceType: given['instance-type'],
    capacityRebalance: given['capacity-rebalance'],
    node: nodeConfig({
      spot,
      labels,
      joinsAfter: given['joins-after'] * 1_000,
      readyAfter: given['ready-after'] * 1_000,
      taints: given.taints.map(({ key, effect, value }) => ({ key, effect, ...(value !== undefined && { value }) })),
      ...(capacity && { capacity }),
    }),
  };
}

function clusterIn(networks: Networks, { name, version, endpoint, subnets, ...given }: WorldCluster) {
  const network = subnets ? networks.ofSubnet(subnets[0]) : networks.all[0];
  return {
    name,
    version,
    endpoint,
    vpcId: network?.vpcId ?? '',
    subnetIds: subnets ?? network?.zones.map(({ subnetId }) => subnetId) ?? [],
    securityGroupIds: given['security-groups'],
  };
}
