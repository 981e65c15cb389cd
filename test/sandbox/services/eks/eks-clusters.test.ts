import { describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { eksTokens } from '../../../../shared/kubernetes/eks-token.ts';
import { call, credentials, parts, pass, roleArn, useWorld, world } from '../../world/world-lab.ts';

useWorld();

describe('an EKS cluster', () => {
  const clock = { now: () => parts.clock.now(), sleep: async () => undefined };
  const token = (cluster = 'demo', given = credentials) => eksTokens(cluster, 'us-east-1', given, clock).token();
  const status = async (bearer: string) => {
    const cluster = world.clusters.get('demo');
    const agent = new Agent({ connect: { ca: cluster?.caPem ?? '' } });
    try {
      const headers = { authorization: `Bearer ${bearer}` };
      const { statusCode, body } = await request(`${cluster?.url}/api/v1/nodes`, { dispatcher: agent, headers });
      await body.dump();
      return statusCode;
    } finally {
      await agent.close();
    }
  };
  const enter = (more: object = {}) =>
    call('eks', 'CreateAccessEntry', {
      clusterName: 'demo',
      principalArn: roleArn,
      kubernetesGroups: ['drainers'],
      ...more,
    });

  it('lets a principal with an access entry in: 403 without a rule, 200 as an administrator', async () => {
    expect(await status(await token())).toBe(401);
    await enter();
    expect(await status(await token())).toBe(403);
    await call('eks', 'AssociateAccessPolicy', {
      clusterName: 'demo',
      principalArn: roleArn,
      policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy',
      accessScope: { type: 'cluster' },
    });
    expect(await status(await token())).toBe(200);
  });

  it.each([
    ['of another cluster', () => token('other')],
    ['with a foreign signature', () => token('demo', { ...credentials, secretAccessKey: 'x' })],
    ['that is none', async () => 'k8s-aws-v1.bm90LWEtdXJs'],
    ['without the prefix', async () => 'token'],
  ])('refuses a token %s', async (_, make) => {
    await enter();
    expect(await status(await make())).toBe(401);
  });

  it('refuses a token after fifteen minutes', async () => {
    await enter();
    const old = await token();
    await pass(901);
    expect(await status(old)).toBe(401);
  });

  it('refuses groups that are reserved, and unknown access policies by name', async () => {
    await expect(enter({ kubernetesGroups: ['system:masters'] })).rejects.toMatchObject({
      code: 'InvalidParameterException',
    });
    await enter();
    await expect(
      call('eks', 'AssociateAccessPolicy', {
        clusterName: 'demo',
        principalArn: roleArn,
        policyArn: 'arn:aws:eks::aws:cluster-access-policy/AmazonEKSEditPolicy',
        accessScope: { type: 'cluster' },
      }),
    ).rejects.toMatchObject({ message: expect.stringContaining('AmazonEKSEditPolicy') });
  });

  it('that is created becomes ACTIVE with an endpoint after its time, and gets node groups', async () => {
    const subnets = ['subnet-05a0db0c00000000a', 'subnet-05a0db0c00000000b'];
    const resourcesVpcConfig = { subnetIds: subnets };
    await call('eks', 'CreateCluster', { name: 'second', version: '1.36', roleArn, resourcesVpcConfig });
    const describe = () =>
      call<{ cluster: { status: string; endpoint?: string } }>('eks', 'DescribeCluster', { name: 'second' });
    expect((await describe()).cluster).toMatchObject({ status: 'CREATING' });
    await pass(601);
    expect((await describe()).cluster).toMatchObject({ status: 'ACTIVE', endpoint: expect.stringMatching(/^https:/) });
    await call('eks', 'CreateNodegroup', {
      clusterName: 'second',
      nodegroupName: 'ng',
      subnets,
      nodeRole: roleArn,
      scalingConfig: { minSize: 1, desiredSize: 2, maxSize: 3 },
    });
    await pass(120);
    expect(world.clusters.get('second')?.store.list('nodes')).toHaveLength(2);
    expect(await call('eks', 'DescribeNodegroup', { clusterName: 'second', nodegroupName: 'ng' })).toMatchObject({
      nodegroup: { status: 'ACTIVE' },
    });
  });

  it('that does not exist is not found', async () => {
    await expect(call('eks', 'DescribeCluster', { name: 'none' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });
});
