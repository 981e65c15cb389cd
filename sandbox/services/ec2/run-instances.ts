import type { RunInstancesRequest } from '@aws-sdk/client-ec2';
import type { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError } from '../../aws/contract.ts';
import { refuseOthers } from '../../aws/refuse.ts';
import { type Zone, zoneNamed, zoneOfSubnet, zones } from '../../world/network.ts';
import { nodeConfig } from '../../world/nodes/node-config.ts';
import { describeReservation } from './describe-instances.ts';
import type { Fleet } from './fleet.ts';
import type { LaunchSpec } from './instance.ts';
import { checkToken, checkUserData, instanceTagsOf, marketOf } from './launch-input.ts';

const operation = 'ec2:RunInstances';

/** "Constraints: Maximum 64 ASCII characters" (API_RunInstances). */
const longestToken = 64;

/**
 * RunInstances. A token counts for the zone that the request names by itself or by a subnet, for the region when it names none, and a retry
 * gets the instances as they are now: https://docs.aws.amazon.com/ec2/latest/devguide/ec2-api-idempotency.html
 */
export function runInstances(fleet: Fleet, tokens: ClientTokens, input: RunInstancesRequest) {
  const { ClientToken: token, MinCount: least = 1, MaxCount: most = 1 } = input;
  const zone = zoneOf(input);
  const spec = specOf(input, zone ?? (zones[0] as Zone));
  checkToken(token, longestToken);
  checkUserData(input.UserData);
  if (least < 1 || most < least)
    throw new AwsError('InvalidParameterValue', `Value (${least}) for parameter minCount is invalid.`);
  const scope = zone ? `RunInstances ${zone.name}` : 'RunInstances';
  return describeReservation(tokens.once(scope, token, input, () => fleet.launchAll(spec, most)));
}

function specOf(input: RunInstancesRequest, zone: Zone): LaunchSpec {
  if (input.ImageId === undefined)
    throw new AwsError('MissingParameter', 'The request must contain the parameter ImageId');
  const market = marketOf(input.InstanceMarketOptions, operation);
  return {
    imageId: input.ImageId,
    instanceType: input.InstanceType ?? 'm1.small',
    zone,
    ...market,
    tags: instanceTagsOf(input.TagSpecifications, operation),
    node: nodeConfig({ spot: market.spot }),
    userData: input.UserData,
    clientToken: input.ClientToken,
  };
}

function zoneOf({ SubnetId: subnetId, Placement: placement }: RunInstancesRequest): Zone | undefined {
  refuseOthers(placement, ['AvailabilityZone'], `${operation} Placement`);
  const name = placement?.AvailabilityZone;
  if (subnetId === undefined && name === undefined) return undefined;
  const zone = subnetId === undefined ? zoneNamed(name ?? '') : zoneOfSubnet(subnetId);
  if (zone) return zone;
  if (subnetId !== undefined)
    throw new AwsError('InvalidSubnetID.NotFound', `The subnet ID '${subnetId}' does not exist`);
  throw new AwsError('InvalidParameterValue', `Invalid availability zone: [${name}]`);
}
