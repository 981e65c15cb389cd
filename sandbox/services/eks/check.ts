import { AwsError } from '../../aws/contract.ts';
import { type Zone, zoneOfSubnet } from '../../world/network.ts';

export function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterException', message);
}

/** The zones of subnets. An unknown one is refused in the words that users of CreateCluster report, without the request id of EC2. */
export function zonesOfSubnets(subnetIds: readonly string[]): Zone[] {
  return subnetIds.map((id) => {
    const zone = zoneOfSubnet(id);
    if (zone) return zone;
    const origin = '(Service: AmazonEC2; Status Code: 400; Error Code: InvalidSubnetID.NotFound; Proxy: null)';
    throw invalid(`The subnet ID '${id}' does not exist ${origin}`);
  });
}

/** The form of a role's ARN (IAM user guide, reference_identifiers); whether the role is there is not looked at. */
export function checkRole(arn: string | undefined, member: string): string {
  if (arn !== undefined && /^arn:aws:iam::\d{12}:role\/[\w+=,.@/-]+$/.test(arn)) return arn;
  throw invalid(`${member} is not the ARN of a role: '${arn}'`);
}
