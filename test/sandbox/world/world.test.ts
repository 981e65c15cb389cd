import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import type { NewEvent } from '../../../sandbox/events/contract.ts';
import { createCluster } from '../../../sandbox/kubernetes/cluster.ts';
import type { KubeObject } from '../../../sandbox/kubernetes/objects.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { createWorld, type World } from '../../../sandbox/world/world.ts';
import { type Credentials, eksTokens } from '../../../shared/kubernetes/eks-token.ts';
import { type TestCloud, testCloud } from '../aws/support.ts';
import { addWorld, worldFile } from './support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/drainer';
const tag = 'kubernetes.io/cluster/demo';

let parts: TestCloud;
let world: World;
let emitted: NewEvent[];
let credentials: Credentials;

const small = {
  clusters: [{ name: 'demo' }],
  groups: [{ name: 'spot', cluster: 'demo', spot: true, desired: 3, max: 5 }],
};

async function begin(given: object = small): Promise<void> {
  parts = testCloud();
  emitted = [];
  credentials = parts.roles.registerRole(roleArn, []);
  world = await addWorld(parts, given, (event) => void emitted.push(event));
}

beforeEach(() => begin());
afterEach(async () => {
  await world.close();
  parts.clock.close();
});

const call = <Output>(service: string, operation: string, input: object = {}) =>
  parts.cloud.call<Output>(service, operation, input, { kind: 'person' });

interface Group {
  readonly DesiredCapacity: number;
  readonly Instances?: readonly {
    readonly InstanceId: string;
    readonly LifecycleState: string;
    readonly AvailabilityZone: string;
  }[];
}

async function group(): Promise<Group> {
  const { AutoScalingGroups } = await call<{ AutoScalingGroups: [Group] }>('autoscaling', 'DescribeAutoScalingGroups', {
    AutoScalingGroupNames: ['spot'],
  });
  return AutoScalingGroups[0];
}

const members = async () => (await group()).Instances ?? [];
const serving = async () =>
  (await members()).filter(({ LifecycleState }) => LifecycleState === 'InService').map(({ InstanceId }) => InstanceId);
const firstOf = async () => (await serving())[0] ?? '';
const pass = (seconds: number) => parts.clock.sleep(seconds * 1_000);
const of = (detailType: string) =>
  emitted.filter((event) => event.detailType === detailType).map(({ detail }) => detail as Record<string, unknown>);
const node = (instanceId: string): KubeObject | undefined =>
  world.clusters
    .get('demo')
    ?.store.list('nodes')
    .find(({ spec }) => (spec as { providerID?: string }).providerID?.endsWith(instanceId));
const isReady = (object: KubeObject | undefined) =>
  ((object?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
    ({ type, status }) => type === 'Ready' && status === 'True',
  );

describe('a world', () => {
  it('begins at rest, with its instances as Ready nodes over all zones', async () => {
    expect(world.settled()).toBe(true);
    const zones = (await members()).map(({ AvailabilityZone }) => AvailabilityZone);
    expect(zones.toSorted()).toEqual(['us-east-1a', 'us-east-1b', 'us-east-1c']);
    const id = await firstOf();
    expect(isReady(node(id))).toBe(true);
    expect(node(id)?.metadata.labels).toMatchObject({
      'topology.kubernetes.io/region': 'us-east-1',
      'node.kubernetes.io/instance-type': 'm5.xlarge',
      'eks.amazonaws.com/capacityType': 'SPOT',
    });
  });

  it.each([
    ['an unknown key', { ...small, colour: 1 }, /colour/],
    [
      'a group larger than its maximum',
      { ...small, groups: [{ name: 'g', cluster: 'demo', desired: 3, max: 2 }] },
      /min <= desired <= max/,
    ],
    [
      'a zone that is not there',
      { ...small, groups: [{ name: 'g', cluster: 'demo', desired: 1, max: 2, zones: ['us-east-1a', 'us-east-1z'] }] },
      /groups\.0\.zones\.1: there is no zone 'us-east-1z'/,
    ],
    ['a group of no cluster', { ...small, groups: [{ name: 'g', cluster: 'other', desired: 1, max: 2 }] }, /'other'/],
    [
      'an object that the API server refuses',
      {
        ...small,
        manifests: {
          demo: [{ apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p', namespace: 'default' }, spec: {} }],
        },
      },
      /manifests\.demo/,
    ],
  ])('is refused with %s, by its path', async (_, given, message) => {
    const other = testCloud();
    const { clock, roles } = other;
    const begun = async () =>
      await createWorld(
        { clock, random: seededRandom(1), roles, emit: () => undefined, createCluster },
        worldFile(given),
      );
    await expect(begun()).rejects.toThrow(message);
    other.clock.close();
  });
});

describe('a Spot instance', () => {
  it('is warned of and taken away two minutes later', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([
      { 'instance-id': id, 'instance-action': 'terminate' },
    ]);
    await pass(119);
    expect(of('EC2 Instance State-change Notification')).toEqual([]);
    await pass(2);
    expect(of('EC2 Instance State-change Notification')[0]).toEqual({ 'instance-id': id, state: 'shutting-down' });
  });

  it('that hibernates is not given any time', async () => {
    world.interruptSpot(await firstOf(), { action: 'hibernate' });
    await pass(1);
    expect(of('EC2 Instance State-change Notification')[0]).toMatchObject({ state: 'stopping' });
  });

  it('is replaced by its group after a health check, and its node leaves', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    await pass(400);
    expect(await serving()).toHaveLength(3);
    expect(await serving()).not.toContain(id);
    expect(node(id)).toBeUndefined();
  });

  it('can only be interrupted while it runs, and once', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    expect(() => world.interruptSpot(id)).toThrow(/already/);
    expect(() => world.interruptSpot('i-00000000000000000')).toThrow(/no instance/);
  });
});

describe('a group', () => {
  it('launches what is asked for: the instance joins as a node after its boot time', async () => {
    const before = await serving();
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 4 });
    await pass(20);
    const fresh = (await serving()).find((id) => !before.includes(id)) ?? '';
    expect(fresh).toMatch(/^i-/);
    expect(node(fresh)).toBeUndefined();
    await pass(27);
    expect(isReady(node(fresh))).toBe(false);
    await pass(6);
    expect(isReady(node(fresh))).toBe(true);
    expect(world.settled()).toBe(true);
  });

  it.each([
    [6, 'New SetDesiredCapacity value 6 is above max value 5 for the AutoScalingGroup.'],
    [-1, 'New SetDesiredCapacity value -1 is below min value 0 for the AutoScalingGroup.'],
  ])('refuses a desired capacity of %d in the words of AWS', async (DesiredCapacity, message) => {
    await expect(
      call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity }),
    ).rejects.toMatchObject({ code: 'ValidationError', message });
  });

  it.each([
    [true, 2],
    [false, 3],
  ])(
    'ends an instance with ShouldDecrementDesiredCapacity %s and has %d afterwards',
    async (ShouldDecrementDesiredCapacity, expected) => {
      const id = await firstOf();
      await call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: id,
        ShouldDecrementDesiredCapacity,
      });
      await pass(120);
      expect((await group()).DesiredCapacity).toBe(expected);
      expect(await serving()).toHaveLength(expected);
      expect(await serving()).not.toContain(id);
    },
  );

  it('knows only its own instances', async () => {
    await expect(
      call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
        InstanceId: 'i-00000000000000000',
        ShouldDecrementDesiredCapacity: false,
      }),
    ).rejects.toMatchObject({ code: 'ValidationError', message: expect.stringContaining('not found') });
  });

  it('waits for a lifecycle hook before an instance ends, until it is completed', async () => {
    const hook = { AutoScalingGroupName: 'spot', LifecycleHookName: 'drain' };
    await call('autoscaling', 'PutLifecycleHook', {
      ...hook,
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 300,
    });
    const InstanceId = await firstOf();
    await call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
      InstanceId,
      ShouldDecrementDesiredCapacity: true,
    });
    await pass(200);
    expect((await members()).find((member) => member.InstanceId === InstanceId)?.LifecycleState).toBe(
      'Terminating:Wait',
    );
    expect(of('EC2 Instance-terminate Lifecycle Action')).toMatchObject([
      { EC2InstanceId: InstanceId, LifecycleHookName: 'drain' },
    ]);
    await call('autoscaling', 'RecordLifecycleActionHeartbeat', { ...hook, InstanceId });
    await pass(200);
    expect(await members()).toHaveLength(3);
    await call('autoscaling', 'CompleteLifecycleAction', { ...hook, InstanceId, LifecycleActionResult: 'CONTINUE' });
    await pass(60);
    expect(await members()).toHaveLength(2);
  });

  it('goes on by itself when nobody completes the hook in time', async () => {
    await call('autoscaling', 'PutLifecycleHook', {
      AutoScalingGroupName: 'spot',
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 60,
      DefaultResult: 'CONTINUE',
    });
    await call('autoscaling', 'TerminateInstanceInAutoScalingGroup', {
      InstanceId: await firstOf(),
      ShouldDecrementDesiredCapacity: true,
    });
    await pass(120);
    expect(await members()).toHaveLength(2);
  });

  it('shows failed launches in its activities, and launches when there is capacity again', async () => {
    const recover = world.failLaunches('spot', { code: 'InsufficientInstanceCapacity', message: 'no capacity' });
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 4 });
    await pass(30);
    const { Activities } = await call<{ Activities: { StatusCode: string; Description: string }[] }>(
      'autoscaling',
      'DescribeScalingActivities',
      { AutoScalingGroupName: 'spot' },
    );
    expect(Activities[0]).toMatchObject({ StatusCode: 'Failed', Description: expect.stringMatching(/^Launching/) });
    recover();
    await pass(300);
    expect(await serving()).toHaveLength(4);
  });

  it('launches nothing while Launch is suspended', async () => {
    await call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName: 'spot', ScalingProcesses: ['Launch'] });
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 4 });
    await pass(120);
    expect(await serving()).toHaveLength(3);
    await call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName: 'spot', ScalingProcesses: ['Launch'] });
    await pass(60);
    expect(await serving()).toHaveLength(4);
  });

  it('never ends a protected instance when it is made smaller', async () => {
    const ids = await serving();
    await call('autoscaling', 'SetInstanceProtection', {
      AutoScalingGroupName: 'spot',
      InstanceIds: ids.slice(0, 2),
      ProtectedFromScaleIn: true,
    });
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 2 });
    await pass(120);
    expect((await serving()).toSorted()).toEqual(ids.slice(0, 2).toSorted());
  });

  it('with Capacity Rebalancing launches first and ends the instance at risk when the new one is in service', async () => {
    await call('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName: 'spot', CapacityRebalance: true });
    const id = await firstOf();
    world.recommendRebalance(id);
    await pass(10);
    expect(await members()).toHaveLength(4);
    await pass(120);
    expect(await serving()).toHaveLength(3);
    expect(await serving()).not.toContain(id);
  });

  it('tells IAM its tags and its real ARN', async () => {
    const statement = {
      Effect: 'Allow',
      Action: 'autoscaling:SetDesiredCapacity',
      Resource: '*',
      Condition: { StringEquals: { [`aws:ResourceTag/${tag}`]: 'owned' } },
    };
    parts.roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement: [statement] }]);
    const principal = { kind: 'role', roleArn, sessionName: 's' } as const;
    await parts.cloud.call(
      'autoscaling',
      'SetDesiredCapacity',
      { AutoScalingGroupName: 'spot', DesiredCapacity: 3 },
      principal,
    );
    await call('ec2', 'CreateLaunchTemplate', {
      LaunchTemplateName: 'one',
      LaunchTemplateData: { ImageId: 'ami-1', InstanceType: 'm5.large' },
    });
    await call('autoscaling', 'CreateAutoScalingGroup', {
      AutoScalingGroupName: 'foreign',
      LaunchTemplate: { LaunchTemplateName: 'one' },
      MinSize: 0,
      MaxSize: 1,
      AvailabilityZones: ['us-east-1a'],
    });
    await expect(
      parts.cloud.call(
        'autoscaling',
        'SetDesiredCapacity',
        { AutoScalingGroupName: 'foreign', DesiredCapacity: 1 },
        principal,
      ),
    ).rejects.toMatchObject({ code: 'AccessDenied' });
  });
});

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

describe('EC2', () => {
  it('describes instances by filter and by id, with the errors of AWS', async () => {
    const id = await firstOf();
    const found = await call<{
      Reservations: { Instances: { InstanceId: string; InstanceLifecycle: string; PrivateDnsName: string }[] }[];
    }>('ec2', 'DescribeInstances', { Filters: [{ Name: 'instance-id', Values: [id, 'i-00000000000000000'] }] });
    expect(found.Reservations.flatMap(({ Instances }) => Instances)).toMatchObject([
      { InstanceId: id, InstanceLifecycle: 'spot', PrivateDnsName: node(id)?.metadata.name },
    ]);
    await expect(call('ec2', 'DescribeInstances', { InstanceIds: ['i-00000000000000000'] })).rejects.toMatchObject({
      code: 'InvalidInstanceID.NotFound',
    });
    await expect(call('ec2', 'DescribeInstances', { InstanceIds: ['nonsense'] })).rejects.toMatchObject({
      code: 'InvalidInstanceID.Malformed',
    });
  });

  it('tells of every state of an instance, and forgets its name when it has ended', async () => {
    const { Instances } = await call<{ Instances: [{ InstanceId: string }] }>('ec2', 'RunInstances', {
      ImageId: 'ami-1',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
    });
    await pass(20);
    await call('ec2', 'TerminateInstances', { InstanceIds: [Instances[0].InstanceId] });
    await pass(60);
    expect(of('EC2 Instance State-change Notification').map(({ state }) => state)).toEqual([
      'pending',
      'running',
      'shutting-down',
      'terminated',
    ]);
    const found = await call<{ Reservations: [{ Instances: [{ PrivateDnsName?: string; State: { Name: string } }] }] }>(
      'ec2',
      'DescribeInstances',
      { InstanceIds: [Instances[0].InstanceId] },
    );
    expect(found.Reservations[0].Instances[0]).toMatchObject({ PrivateDnsName: '', State: { Name: 'terminated' } });
  });
});
