import { type NetworkGiven, Networks } from './networks.ts';

interface Given {
  readonly networks: readonly NetworkGiven[];
  readonly clusters: readonly {
    readonly name: string;
    readonly endpoint: 'public' | 'private';
    readonly subnets?: readonly string[] | undefined;
    readonly 'security-groups': readonly string[];
  }[];
  readonly groups: readonly GivenGroup[];
  readonly 'managed-node-groups': readonly GivenGroup[];
}

interface GivenGroup {
  readonly name: string;
  readonly cluster: string;
  readonly zones: readonly { readonly name: string }[];
}

/** What cannot be of the networks, clusters and groups of a world file, in one line with its place, or undefined. */
export function checkNetworks(file: Given): string | undefined {
  const twice = twiceIn(
    file.networks.flatMap(({ name, subnets, ...rest }) => [name, ...subnets, ...rest['security-groups']]),
  );
  if (twice !== undefined) return `networks: '${twice}' is there twice`;
  const networks = new Networks(file.networks);
  for (const cluster of file.clusters) {
    const wrong = checkCluster(networks, cluster);
    if (wrong !== undefined) return `clusters: ${cluster.name}: ${wrong}`;
  }
  for (const group of [...file.groups, ...file['managed-node-groups']]) {
    const subnets = file.clusters.find(({ name }) => name === group.cluster)?.subnets;
    const has = networks.ofSubnet(subnets?.[0])?.zones.map(({ name }) => name);
    if (has && !group.zones.some(({ name }) => has.includes(name)))
      return `group ${group.name}: the network of ${group.cluster} has subnets in ${has.join(', ')} only`;
  }
  return undefined;
}

function checkCluster(networks: Networks, cluster: Given['clusters'][number]): string | undefined {
  const { endpoint, subnets, 'security-groups': groups } = cluster;
  if (endpoint === 'private' && (!subnets || groups.length === 0))
    return 'a private endpoint needs subnets and security-groups';
  const lost = subnets?.find((id) => !networks.ofSubnet(id));
  if (lost !== undefined) return `no network has the subnet '${lost}'`;
  const [own = networks.all[0], another] = networks.ofSubnets(subnets ?? []);
  if (another) return 'its subnets are in more than one network';
  const stray = groups.find((id) => !own?.securityGroups.includes(id));
  return stray === undefined ? undefined : `the network '${own?.name}' has no security group '${stray}'`;
}

function twiceIn(names: readonly string[]): string | undefined {
  return names.find((name, index) => names.indexOf(name) !== index);
}
