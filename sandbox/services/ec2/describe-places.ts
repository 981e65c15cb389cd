import type { DescribeAvailabilityZonesRequest, DescribeSubnetsRequest } from '@aws-sdk/client-ec2';
import { AwsError, account, region } from '../../aws/contract.ts';
import { type Zone, zoneNamed, zones } from '../../world/network.ts';
import type { Networks } from '../../world/networks.ts';

/** DescribeAvailabilityZones. */
export function describeZones({ ZoneNames: names }: DescribeAvailabilityZonesRequest) {
  const unknown = names?.find((name) => !zoneNamed(name));
  if (unknown !== undefined) {
    throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${unknown}]`);
  }
  return {
    AvailabilityZones: zones
      .filter(({ name }) => !names?.length || names.includes(name))
      .map(({ id, name }) => ({
        ZoneName: name,
        ZoneId: id,
        RegionName: region,
        GroupName: region,
        State: 'available',
        ZoneType: 'availability-zone',
        OptInStatus: 'opt-in-not-required',
      })),
  };
}

/** DescribeSubnets: at most one in each zone of a VPC. Their addresses are not modelled, so neither are their blocks. */
export function describeSubnets(networks: Networks, { SubnetIds: ids }: DescribeSubnetsRequest) {
  const unknown = ids?.find((id) => !networks.ofSubnet(id));
  if (unknown !== undefined)
    throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${unknown}' does not exist`);
  return {
    Subnets: networks.subnets.filter(({ subnetId }) => !ids?.length || ids.includes(subnetId)).map(describeSubnet),
  };
}

function describeSubnet({ id, name, subnetId, vpcId }: Zone) {
  return {
    SubnetId: subnetId,
    VpcId: vpcId,
    AvailabilityZone: name,
    AvailabilityZoneId: id,
    State: 'available',
    OwnerId: account,
    Tags: [],
  };
}
