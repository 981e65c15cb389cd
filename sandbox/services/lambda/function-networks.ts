import { AwsError } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam/iam.ts';
import type { Network, Networks } from '../../world/networks.ts';
import type { FunctionNetworks, VpcConfig } from './contract.ts';

/** An API server as functions see it. */
interface ClusterEndpoint {
  readonly url: string;
  readonly endpoint: 'public' | 'private';
  readonly subnetIds: readonly string[];
  readonly securityGroupIds: readonly string[];
}

/** Lambda developer guide, "Giving Lambda functions access to resources in an Amazon VPC": what it needs to make network interfaces. */
const actions = ['CreateNetworkInterface', 'DescribeNetworkInterfaces', 'DeleteNetworkInterface'];

/** Discards (RFC 863): calls of AWS that have no way out go there, and the function's process lets them wait. */
const nowhere = '127.0.0.1:9';

/** Services by the last part of the names of their VPC endpoints, and the name that SDKs give them in `AWS_ENDPOINT_URL_<NAME>`. */
export const endpointServices: Readonly<Record<string, string>> = {
  autoscaling: 'AUTO_SCALING',
  dynamodb: 'DYNAMODB',
  ec2: 'EC2',
  eks: 'EKS',
  events: 'EVENTBRIDGE',
  lambda: 'LAMBDA',
  logs: 'CLOUDWATCH_LOGS',
  monitoring: 'CLOUDWATCH',
  scheduler: 'SCHEDULER',
  secretsmanager: 'SECRETS_MANAGER',
  sqs: 'SQS',
  ssm: 'SSM',
  states: 'SFN',
  sts: 'STS',
};

/** What there is to reach. */
export interface Surroundings {
  readonly networks: Networks;
  /** The API servers of all clusters. */
  endpoints(): readonly ClusterEndpoint[];
}

/** What functions reach: their own networks, and the internet outside of any VPC or through a NAT gateway. */
export function functionNetworks(world: () => Surroundings, roles: Iam): FunctionNetworks {
  const networkOf = (vpc: VpcConfig | undefined) => vpc && world().networks.ofSubnet(vpc.subnetIds[0]);
  return {
    check: (vpc, roleArn) => check(world().networks, roles, vpc, roleArn),
    unanswered: (vpc) => {
      const own = networkOf(vpc);
      const there = world();
      const lost = there.endpoints().filter((cluster) => !reaches(own, vpc, cluster, there.networks));
      const addresses = lost.map(({ url }) => new URL(url)).map(({ hostname, port }) => `${hostname}:${port || 443}`);
      return own?.egress === 'none' ? [nowhere, ...addresses] : addresses;
    },
    awsEndpoints: (vpc, endpoint) => {
      const own = networkOf(vpc);
      if (own?.egress !== 'none') return {};
      const through = own.endpoints.map((name) => [`AWS_ENDPOINT_URL_${endpointServices[name]}`, endpoint]);
      return { AWS_ENDPOINT_URL: `http://${nowhere}`, ...Object.fromEntries(through) };
    },
  };
}

/**
 * A private endpoint has addresses in the subnets of its cluster, and lets in what carries one of its security groups; a public one is
 * on the internet, also for the cluster's own network. Source: EKS user guide, "Cluster API server endpoint".
 */
function reaches(
  own: Network | undefined,
  vpc: VpcConfig | undefined,
  cluster: ClusterEndpoint,
  networks: Networks,
): boolean {
  if (cluster.endpoint === 'public') return own?.egress !== 'none';
  if (!own || !vpc || networks.ofSubnet(cluster.subnetIds[0]) !== own) return false;
  return vpc.securityGroupIds.some((id) => cluster.securityGroupIds.includes(id));
}

/** The errors of CreateFunction, in the words that people report; Lambda looks at the role and then asks EC2. */
function check(networks: Networks, roles: Iam, vpc: VpcConfig, roleArn: string): void {
  const principal = { kind: 'role', roleArn, sessionName: 'lambda' } as const;
  const denied = actions.find((action) => roles.refusal(principal, { action: `ec2:${action}`, resources: ['*'] }));
  if (denied) throw invalid(`The provided execution role does not have permissions to call ${denied} on EC2`);
  const lost = vpc.subnetIds.find((id) => !networks.ofSubnet(id));
  if (lost !== undefined) throw notFound('DescribeSubnets', 'InvalidSubnetID', `The subnet ID '${lost}'`);
  const groups = networks.all.flatMap(({ securityGroups }) => securityGroups);
  const stray = vpc.securityGroupIds.find((id) => !groups.includes(id));
  if (stray !== undefined) throw notFound('DescribeSecurityGroups', 'InvalidGroup', `The security group '${stray}'`);
  const [own, another] = networks.ofSubnets(vpc.subnetIds);
  if (another) throw invalid('The sandbox: the subnets of a function must be in one VPC.');
  if (vpc.securityGroupIds.length === 0) throw invalid('The sandbox: a function in a VPC needs a security group.');
  if (!vpc.securityGroupIds.every((id) => own?.securityGroups.includes(id)))
    throw invalid('The sandbox: the security groups of a function must be in the VPC of its subnets.');
}

function notFound(call: string, code: string, what: string): AwsError {
  const found = `EC2 Error Code: ${code}.NotFound. EC2 Error Message: ${what} does not exist`;
  return invalid(`Error occurred while ${call}. ${found}`);
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });
}
