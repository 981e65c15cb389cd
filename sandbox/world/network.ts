import { region } from '../aws/contract.ts';

/** The one VPC of the sandbox, with a subnet in each zone. Zone ids differ from account to account on AWS. */
export const vpcId = 'vpc-05a0db0c000000001';

export interface Zone {
  readonly name: string;
  readonly id: string;
  readonly subnetId: string;
  readonly vpcId: string;
}

export const zones: readonly Zone[] = ['a', 'b', 'c'].map((letter, index) => ({
  name: `${region}${letter}`,
  id: `use1-az${index + 1}`,
  subnetId: `subnet-05a0db0c00000000${letter}`,
  vpcId,
}));

export function zoneNamed(name: string): Zone | undefined {
  return zones.find((zone) => zone.name === name);
}

export function zoneOfSubnet(subnetId: string): Zone | undefined {
  return zones.find((zone) => zone.subnetId === subnetId);
}
