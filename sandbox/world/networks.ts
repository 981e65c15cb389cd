import { createHash } from 'node:crypto';
import { vpcId, type Zone, zones } from './network.ts';

/** A VPC of the world. */
export interface Network {
  readonly name: string;
  readonly vpcId: string;
  /** Its subnets, each in a zone of its own. */
  readonly zones: readonly Zone[];
  readonly securityGroups: readonly string[];
  /** `nat`: its functions reach the internet, and AWS's public endpoints there. */
  readonly egress: 'nat' | 'none';
  /** AWS services that have a VPC endpoint in it, by the last part of its name. */
  readonly endpoints: readonly string[];
}

/** What a world file says of a network. */
export interface NetworkGiven extends Pick<Network, 'name' | 'egress' | 'endpoints'> {
  readonly subnets: readonly string[];
  readonly 'security-groups': readonly string[];
}

const defaultNetwork: Network = {
  name: 'default',
  vpcId,
  zones,
  securityGroups: ['sg-05a0db0c000000001'],
  egress: 'nat',
  endpoints: [],
};

/** The default VPC and those of a world file. */
export class Networks {
  readonly all: readonly Network[];

  constructor(given: readonly NetworkGiven[] = []) {
    this.all = [defaultNetwork, ...given.map(networkOf)];
  }

  /** The network that has this subnet. */
  ofSubnet(subnetId: string | undefined): Network | undefined {
    return this.all.find((network) => network.zones.some((zone) => zone.subnetId === subnetId));
  }

  /** The networks that have one of these subnets; undefined among them for a subnet that is nowhere. */
  ofSubnets(subnetIds: readonly string[]): readonly (Network | undefined)[] {
    return [...new Set(subnetIds.map((id) => this.ofSubnet(id)))];
  }

  /** Every subnet. */
  get subnets(): readonly Zone[] {
    return this.all.flatMap((network) => network.zones);
  }
}

function networkOf({ name, subnets, egress, endpoints, ...given }: NetworkGiven): Network {
  const id = `vpc-${createHash('sha256').update(name).digest('hex').slice(0, 17)}`;
  return {
    name,
    vpcId: id,
    zones: subnets.map((subnetId, index) => ({ ...(zones[index] as Zone), subnetId, vpcId: id })),
    securityGroups: given['security-groups'],
    egress,
    endpoints,
  };
}
