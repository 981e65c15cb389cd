import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { person } from '../../../../sandbox/aws/contract.ts';
import type { World } from '../../../../sandbox/world/world.ts';
import { type Credentials, eksTokens } from '../../../../shared/kubernetes/eks-token.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';
import { addWorld } from '../../world/support.ts';

const role = 'arn:aws:iam::000000000000:role/team/operator';
const policyArn = 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy';
const subnet = (zone: string) => `subnet-05a0db0c00000000${zone}`;

let parts: TestCloud;
let world: World;
let operator: Credentials;
const somebody: Credentials = { accessKeyId: 'AKIASOMEBODY', secretAccessKey: 'x', sessionToken: '' };

beforeEach(async () => {
  parts = testCloud();
  operator = parts.roles.registerRole(role, []);
  world = await addWorld(parts, { clusters: [{ name: 'demo' }] });
});

afterEach(async () => {
  await world.close();
  parts.clock.close();
});

const call = <Output = unknown>(operation: string, input: object = {}, service = 'eks') =>
  parts.cloud.call<Output>(service, operation, input, person);

const vpc = { subnetIds: [subnet('a'), subnet('b')] };
/** Creates the cluster `second` and lets EKS finish. */
const create = async (more: object = {}) => {
  const { cluster } = await call<{ cluster: object }>('CreateCluster', {
    name: 'second',
    roleArn: role,
    resourcesVpcConfig: vpc,
    ...more,
  });
  await parts.clock.letPass(601_000);
  return cluster;
};

/** What the cluster answers to a bearer of these credentials. */
async function status(credentials: Credentials, name = 'second'): Promise<number> {
  const cluster = world.clusters.get(name);
  const tokens = eksTokens(name, 'us-east-1', credentials, {
    now: () => parts.clock.now(),
    sleep: async () => undefined,
  });
  const agent = new Agent({ connect: { ca: cluster?.caPem ?? '' } });
  try {
    const headers = { authorization: `Bearer ${await tokens.token()}` };
    const { statusCode, body } = await request(`${cluster?.url}/api/v1/nodes`, { dispatcher: agent, headers });
    await body.dump();
    return statusCode;
  } finally {
    await agent.close();
  }
}

const awsAuth = (data: object) =>
  world.clusters
    .get('second')
    ?.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'aws-auth', namespace: 'kube-system' }, data }]);
const mapped = (rolearn: string) =>
  JSON.stringify([{ rolearn, username: 'op:{{SessionName}}', groups: ['system:masters'] }]);

describe('CreateCluster', () => {
  it('shows role, subnets and access configuration as they were given', async () => {
    expect(await create({ accessConfig: { authenticationMode: 'API' } })).toMatchObject({
      roleArn: role,
      resourcesVpcConfig: vpc,
      accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: true },
    });
  });

  it.each([
    ['an unknown subnet', { subnetIds: [subnet('a'), 'subnet-1'] }, /The subnet ID 'subnet-1' does not exist/],
    ['subnets of one zone', { subnetIds: [subnet('a')] }, /at least two different AZs/],
    ['no subnets', {}, /at least two different AZs/],
    ['security groups', { ...vpc, securityGroupIds: ['sg-1'] }, /resourcesVpcConfig.securityGroupIds/],
  ])('is refused with %s', async (_, resourcesVpcConfig, message) => {
    await expect(create({ resourcesVpcConfig })).rejects.toThrow(message);
  });

  it('is refused with a role that is none', async () => {
    await expect(create({ roleArn: 'operator' })).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('makes its creator an administrator by an access entry in the mode API', async () => {
    await create({ accessConfig: { authenticationMode: 'API' } });
    expect(await call('ListAccessEntries', { clusterName: 'second' })).toEqual({
      accessEntries: ['arn:aws:iam::000000000000:user/person'],
    });
    expect([await status(somebody), await status(operator)]).toEqual([200, 401]);
  });

  it('gives its creator nothing when that is not wanted', async () => {
    await create({ accessConfig: { authenticationMode: 'API', bootstrapClusterCreatorAdminPermissions: false } });
    expect(await call('ListAccessEntries', { clusterName: 'second' })).toEqual({ accessEntries: [] });
    expect(await status(somebody)).toBe(401);
  });

  it('goes by the aws-auth ConfigMap when no mode is given, without access entries', async () => {
    expect(await create()).toMatchObject({ accessConfig: { authenticationMode: 'CONFIG_MAP' } });
    await expect(call('ListAccessEntries', { clusterName: 'second' })).rejects.toMatchObject({
      code: 'InvalidRequestException',
      message: expect.stringContaining('[API, API_AND_CONFIG_MAP]'),
    });
    expect([await status(somebody), await status(operator)]).toEqual([200, 401]);
    awsAuth({ mapRoles: mapped('arn:aws:iam::000000000000:role/operator') });
    expect(await status(operator)).toBe(200);
  });

  it.each([
    ['with the path of a role, as on AWS', { mapRoles: mapped(role) }],
    ['that is no YAML', { mapRoles: '- [' }],
    ['that is no list', { mapRoles: 'rolearn: x' }],
  ])('lets nobody in by an entry of aws-auth %s', async (_, data) => {
    await create();
    awsAuth(data);
    expect(await status(operator)).toBe(401);
  });

  it('takes access entry and aws-auth in the mode of both, the access entry first', async () => {
    await create({ accessConfig: { authenticationMode: 'API_AND_CONFIG_MAP' } });
    awsAuth({ mapRoles: mapped('arn:aws:iam::000000000000:role/operator') });
    expect(await status(operator)).toBe(200);
    await call('CreateAccessEntry', { clusterName: 'second', principalArn: role });
    expect(await status(operator)).toBe(403);
  });

  it('finds users in aws-auth too', async () => {
    const accessConfig = { authenticationMode: 'API_AND_CONFIG_MAP', bootstrapClusterCreatorAdminPermissions: false };
    await create({ accessConfig });
    expect(await status(somebody)).toBe(401);
    const user = { userarn: 'arn:aws:iam::000000000000:user/person', username: 'somebody', groups: ['system:masters'] };
    awsAuth({ mapUsers: JSON.stringify([user]) });
    expect(await status(somebody)).toBe(200);
  });

  it.each([
    ['no administrator at all', { bootstrapClusterCreatorAdminPermissions: false }, /must be true/],
    ['an unknown mode', { authenticationMode: 'NONE' }, /NONE/],
  ])('is refused with %s', async (_, accessConfig, message) => {
    await expect(create({ accessConfig })).rejects.toMatchObject({
      code: 'InvalidParameterException',
      message: expect.stringMatching(message),
    });
  });
});

describe('AssociateAccessPolicy', () => {
  const associate = (accessScope: object) =>
    call('AssociateAccessPolicy', { clusterName: 'demo', principalArn: role, policyArn, accessScope });

  beforeEach(() => call('CreateAccessEntry', { clusterName: 'demo', principalArn: role, tags: { team: 'a' } }));

  it('makes an administrator of the cluster', async () => {
    expect(await status(operator, 'demo')).toBe(403);
    await associate({ type: 'cluster' });
    expect(await status(operator, 'demo')).toBe(200);
  });

  it.each([
    ['namespaces, by name', { type: 'namespace', namespaces: ['web'] }, 'NotImplementedInSandbox'],
    ['namespaces beside the whole cluster', { type: 'cluster', namespaces: ['web'] }, 'InvalidParameterException'],
    ['no type', {}, 'InvalidParameterException'],
  ])('is refused for %s, and gives nothing', async (_, accessScope, code) => {
    await expect(associate(accessScope)).rejects.toMatchObject({ code });
    expect(await status(operator, 'demo')).toBe(403);
  });
});

describe('an access entry', () => {
  it.each([
    ['role/team/operator', 'arn:aws:sts::000000000000:assumed-role/operator/{{SessionName}}', 'role'],
    ['user/ann', 'arn:aws:iam::000000000000:user/ann', 'user'],
  ])('of %s has the user name of its kind, and its tags', async (rest, username, kind) => {
    const input = { clusterName: 'demo', principalArn: `arn:aws:iam::000000000000:${rest}`, tags: { team: 'a' } };
    expect(await call('CreateAccessEntry', input)).toMatchObject({
      accessEntry: { username, tags: { team: 'a' }, accessEntryArn: expect.stringContaining(`/${kind}/`) },
    });
  });

  it('is refused for a principal that is none', async () => {
    await expect(call('CreateAccessEntry', { clusterName: 'demo', principalArn: 'ann' })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
  });
});

describe('CreateNodegroup', () => {
  const make = (more: object = {}, clusterName = 'demo') =>
    call('CreateNodegroup', {
      clusterName,
      nodegroupName: 'ng',
      subnets: [subnet('b'), subnet('c')],
      nodeRole: role,
      scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
      ...more,
    });

  it('launches its instances in its subnets, which join as Ready nodes', async () => {
    await make();
    await parts.clock.letPass(120_000);
    expect(await call('DescribeNodegroup', { clusterName: 'demo', nodegroupName: 'ng' })).toMatchObject({
      nodegroup: {
        status: 'ACTIVE',
        subnets: [subnet('b'), subnet('c')],
        nodeRole: role,
        scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
      },
    });
    const zones = world.clusters
      .get('demo')
      ?.store.list('nodes')
      .map(({ metadata }) => metadata.labels?.['topology.kubernetes.io/zone']);
    expect(zones?.toSorted()).toEqual(['us-east-1b', 'us-east-1c']);
  });

  it.each<[string, object, string, RegExp]>([
    ['an unknown subnet', { subnets: [subnet('a'), 'subnet-1'] }, 'InvalidParameterException', /'subnet-1' does not/],
    ['no subnets', { subnets: [] }, 'InvalidParameterException', /subnets/],
    ['a role that is none', { nodeRole: 'operator' }, 'InvalidParameterException', /nodeRole/],
    [
      'less than its minimum',
      { scalingConfig: { minSize: 3, desiredSize: 2, maxSize: 3 } },
      'InvalidParameterException',
      /Minimum capacity 3 can't be greater than desired size 2/,
    ],
    [
      'more than its maximum',
      { scalingConfig: { minSize: 1, desiredSize: 4, maxSize: 3 } },
      'InvalidParameterException',
      /desired size 4/,
    ],
    ['several instance types', { instanceTypes: ['a', 'b'] }, 'NotImplementedInSandbox', /instanceTypes/],
    ['a capacity block', { capacityType: 'CAPACITY_BLOCK' }, 'NotImplementedInSandbox', /CAPACITY_BLOCK/],
  ])('is refused with %s', async (_, more, code, message) => {
    await expect(make(more)).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
  });

  it('is refused while its cluster is not ACTIVE', async () => {
    await call('CreateCluster', { name: 'second', roleArn: role, resourcesVpcConfig: vpc });
    await expect(make({}, 'second')).rejects.toMatchObject({ code: 'InvalidRequestException' });
  });
});

describe('DescribeSubnets', () => {
  it('shows where instances can go', async () => {
    const describeSubnets = (input: object = {}) => call('DescribeSubnets', input, 'ec2');
    expect(await describeSubnets()).toMatchObject({
      Subnets: ['a', 'b', 'c'].map((zone) => ({ SubnetId: subnet(zone), AvailabilityZone: `us-east-1${zone}` })),
    });
    expect(await describeSubnets({ SubnetIds: [subnet('b')] })).toMatchObject({ Subnets: [{ SubnetId: subnet('b') }] });
    await expect(describeSubnets({ SubnetIds: ['subnet-1'] })).rejects.toMatchObject({
      code: 'InvalidSubnetID.NotFound',
    });
  });
});
