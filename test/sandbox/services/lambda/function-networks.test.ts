import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { functionNetworks } from '../../../../sandbox/services/lambda/function-networks.ts';
import type { World } from '../../../../sandbox/world/world.ts';
import { start } from '../../aws/support.ts';
import { addWorld } from '../../world/support.ts';
import { testRuntime } from './support.ts';

const networks = [
  { name: 'red', subnets: ['subnet-0ed00001', 'subnet-0ed00002'], 'security-groups': ['sg-0ed00001', 'sg-0ed00002'] },
  {
    name: 'blue',
    subnets: ['subnet-0b100001', 'subnet-0b100002'],
    'security-groups': ['sg-0b100001'],
    egress: 'none',
    endpoints: ['ssm'],
  },
];
const privately = (name: string, subnets: string[], group: string) => ({
  name,
  endpoint: 'private',
  subnets,
  'security-groups': [group],
});
const clusters = [
  { name: 'open' },
  privately('red', ['subnet-0ed00001', 'subnet-0ed00002'], 'sg-0ed00001'),
  privately('blue', ['subnet-0b100001', 'subnet-0b100002'], 'sg-0b100001'),
];
const red = { subnetIds: ['subnet-0ed00001', 'subnet-0ed00002'], securityGroupIds: ['sg-0ed00001'] };
const blue = { subnetIds: ['subnet-0b100001', 'subnet-0b100002'], securityGroupIds: ['sg-0b100001'] };

let lambda: Awaited<ReturnType<typeof testRuntime>>;
let world: World;
let asked = 0;
beforeEach(async () => {
  lambda = await testRuntime((roles) => functionNetworks(() => world, roles));
  const actions = ['Create', 'Describe', 'Delete'].map(
    (verb) => `ec2:${verb}NetworkInterface${verb === 'Describe' ? 's' : ''}`,
  );
  allow('arn:aws:iam::000000000000:role/worker', [...actions, 'ssm:GetParameter', 'sts:GetCallerIdentity']);
  world = await addWorld(lambda, { networks, clusters, groups: [group('red')] });
});
afterEach(async () => {
  await lambda.close();
  await world.close();
});

const group = (cluster: string) => ({ name: `${cluster}-nodes`, cluster, desired: 2, max: 2 });

function allow(roleArn: string, actions: readonly string[]): void {
  const Statement = [{ Effect: 'Allow', Action: [...actions, 'sqs:*', 'lambda:InvokeFunction'], Resource: '*' }];
  lambda.roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement }]);
}

/** What a function there gets from a cluster, or the code of its error, and the seconds that it took on the sandbox's clock. */
async function ask(cluster: string, vpc?: typeof red): Promise<unknown> {
  asked += 1;
  const project = new URL('../../../../', import.meta.url).href;
  lambda.define(
    `ask-${asked}`,
    `import { Agent, request } from '${project}node_modules/undici/index.js';
     export const handler = async ({ url, ca }) => { const dispatcher = new Agent({ connect: { ca, timeout: 1_000 } });
       return await request(url + '/version', { dispatcher }).then(({ statusCode }) => statusCode, ({ code }) => code); };`,
    { vpc },
  );
  const api = world.clusters.get(cluster);
  return (await lambda.invoke(`ask-${asked}`, { url: api?.url, ca: api?.caPem })).payload;
}

const answered = expect.any(Number);
const timedOut = 'UND_ERR_CONNECT_TIMEOUT';

describe('a private endpoint', () => {
  it('is reached from a function in its network, and lets others wait until they give up', async () => {
    expect(await ask('red', red)).toEqual(answered);
    expect(lambda.clock.now()).toBe(start);
    expect(await ask('red')).toBe(timedOut);
    expect(lambda.clock.now()).toBeGreaterThanOrEqual(start + 1_000);
    expect(lambda.clock.now()).toBeLessThan(start + 3_000);
    expect(await ask('red', blue)).toBe(timedOut);
    expect(await ask('blue', blue)).toEqual(answered);
    expect(await ask('blue', red)).toBe(timedOut);
  });

  it('lets only functions with one of its security groups in', async () => {
    expect(await ask('red', { ...red, securityGroupIds: ['sg-0ed00002'] })).toBe(timedOut);
    expect(await ask('red', { ...red, securityGroupIds: ['sg-0ed00002', 'sg-0ed00001'] })).toEqual(answered);
  });

  it('is what EKS says of its cluster, whose nodes are in its subnets', async () => {
    const person = { kind: 'person' } as const;
    const described = async (name: string) =>
      (await lambda.cloud.call<{ cluster: object }>('eks', 'DescribeCluster', { name }, person)).cluster;
    const { Subnets } = await lambda.cloud.call<{ Subnets: { VpcId: string }[] }>(
      'ec2',
      'DescribeSubnets',
      { SubnetIds: ['subnet-0ed00002'] },
      person,
    );
    const vpcId = Subnets[0]?.VpcId;
    expect(await described('red')).toMatchObject({
      resourcesVpcConfig: {
        endpointPublicAccess: false,
        endpointPrivateAccess: true,
        subnetIds: ['subnet-0ed00001', 'subnet-0ed00002'],
        securityGroupIds: ['sg-0ed00001'],
        vpcId,
      },
    });
    expect(await described('open')).toMatchObject({
      resourcesVpcConfig: { endpointPublicAccess: true, endpointPrivateAccess: false, securityGroupIds: [] },
    });
    const { Reservations } = await lambda.cloud.call<{ Reservations: { Instances: object[] }[] }>(
      'ec2',
      'DescribeInstances',
      {},
      person,
    );
    const placed = Reservations.flatMap(({ Instances }) => Instances) as { SubnetId: string; VpcId: string }[];
    expect(new Set(placed.map(({ SubnetId }) => SubnetId))).toEqual(new Set(['subnet-0ed00001', 'subnet-0ed00002']));
    expect(placed.map(({ VpcId }) => VpcId)).toEqual([vpcId, vpcId]);
  });
});

describe('a public endpoint', () => {
  it('is reached from everywhere but a network without a way out', async () => {
    expect(await ask('open')).toEqual(answered);
    expect(await ask('open', red)).toEqual(answered);
    expect(await ask('open', blue)).toBe(timedOut);
  });
});

describe('a network without a way out', () => {
  it('reaches AWS through its VPC endpoints and nowhere else', async () => {
    const project = new URL('../../../../', import.meta.url).href;
    const client = (name: string) => `${project}node_modules/@aws-sdk/client-${name}/dist-cjs/index.js`;
    const source = `import ssm from '${client('ssm')}'; import sts from '${client('sts')}';
      const options = { maxAttempts: 1, requestHandler: { connectionTimeout: 1_000 } };
      const named = (promise) => promise.then(() => 'answered', ({ name }) => name);
      export const handler = async () => ({
        ssm: await named(new ssm.SSMClient(options).send(new ssm.GetParameterCommand({ Name: '/a' }))),
        sts: await named(new sts.STSClient(options).send(new sts.GetCallerIdentityCommand({}))) });`;
    lambda.define('inside', source, { vpc: blue });
    lambda.define('behind-nat', source, { vpc: red });
    expect((await lambda.invoke('inside')).payload).toEqual({ ssm: 'ParameterNotFound', sts: 'TimeoutError' });
    expect(lambda.clock.now()).toBe(start + 1_000);
    expect((await lambda.invoke('behind-nat')).payload).toEqual({ ssm: 'ParameterNotFound', sts: 'answered' });
  });
});

describe('a function is not made', () => {
  it.each([
    [
      'a subnet that is nowhere',
      { ...red, subnetIds: ['subnet-x'] },
      "DescribeSubnets. EC2 Error Code: InvalidSubnetID.NotFound. EC2 Error Message: The subnet ID 'subnet-x' does not exist",
    ],
    [
      'a security group that is nowhere',
      { ...red, securityGroupIds: ['sg-x'] },
      "DescribeSecurityGroups. EC2 Error Code: InvalidGroup.NotFound. EC2 Error Message: The security group 'sg-x' does not exist",
    ],
    ['subnets of two networks', { ...red, subnetIds: ['subnet-0ed00001', 'subnet-0b100001'] }, 'must be in one VPC'],
    [
      'a security group of another network',
      { ...red, securityGroupIds: ['sg-0b100001'] },
      'must be in the VPC of its subnets',
    ],
  ])('with %s', (_, vpc, message) => {
    const define = () => lambda.define('f', '', { vpc });
    expect(define).toThrow(message);
    expect(define).toThrow(expect.objectContaining({ code: 'InvalidParameterValueException' }));
  });

  it('with a role that may not make network interfaces', () => {
    const roleArn = 'arn:aws:iam::000000000000:role/plain';
    allow(roleArn, ['ec2:CreateNetworkInterface', 'ec2:DeleteNetworkInterface']);
    expect(() => lambda.define('f', '', { vpc: red, roleArn })).toThrow(
      'The provided execution role does not have permissions to call DescribeNetworkInterfaces on EC2',
    );
  });
});
