import { AutoScalingClient, CreateAutoScalingGroupCommand } from '@aws-sdk/client-auto-scaling';
import {
  CreateLaunchTemplateCommand,
  DescribeInstanceAttributeCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  DescribeLaunchTemplateVersionsCommand,
  EC2Client,
  type RequestLaunchTemplateData,
  RunInstancesCommand,
  type Tag,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { World } from '../../../../sandbox/world/world.ts';
import { testServer } from '../../aws/support.ts';
import { addWorld } from '../../world/support.ts';

let server: Awaited<ReturnType<typeof testServer>>;
let world: World;

beforeEach(async () => {
  server = await testServer();
  world = await addWorld(server, { clusters: [{ name: 'demo' }] });
});

afterEach(async () => {
  await world.close();
  await server.close();
});

describe('RunInstances of the SDK, which makes up a token for each call', () => {
  const run = (more: object = {}) => {
    const input = { ImageId: 'ami-1', InstanceType: 'm5.large' as const, MinCount: 2, MaxCount: 2, ...more };
    return new EC2Client(server.client).send(new RunInstancesCommand(input));
  };
  const describeInstances = () => new EC2Client(server.client).send(new DescribeInstancesCommand({}));

  it('launches each time, and shows token and reservation with the instances', async () => {
    const [first, second] = [await run(), await run({ ClientToken: 'mine' })];
    expect(second.ReservationId).not.toBe(first.ReservationId);
    const { Reservations = [] } = await describeInstances();
    expect(Reservations.map(({ ReservationId, Instances }) => [ReservationId, Instances?.length])).toEqual([
      [first.ReservationId, 2],
      [second.ReservationId, 2],
    ]);
    expect(Reservations[1]?.Instances).toMatchObject([
      { ClientToken: 'mine', AmiLaunchIndex: 0 },
      { ClientToken: 'mine', AmiLaunchIndex: 1 },
    ]);
  });

  it('tells a retry what has become of the instances', async () => {
    const first = await run({ ClientToken: 'mine' });
    await server.clock.letPass(10_000);
    const again = await run({ ClientToken: 'mine' });
    expect(again.ReservationId).toBe(first.ReservationId);
    expect(first.Instances?.map(({ State }) => State?.Name)).toEqual(['pending', 'pending']);
    expect(again.Instances?.map(({ State }) => State?.Name)).toEqual(['running', 'running']);
  });

  it('goes by zone where the request names one, by the region otherwise', async () => {
    const inZone = (AvailabilityZone: string) => run({ ClientToken: 'mine', Placement: { AvailabilityZone } });
    const [a, b] = [await inZone('us-east-1a'), await inZone('us-east-1b')];
    expect(b.ReservationId).not.toBe(a.ReservationId);
    expect((await inZone('us-east-1b')).ReservationId).toBe(b.ReservationId);
    await expect(run({ ClientToken: 'mine', SubnetId: 'subnet-05a0db0c00000000a' })).rejects.toMatchObject({
      name: 'IdempotentParameterMismatch',
    });
  });

  it('refuses a token of more than 64 characters', async () => {
    await expect(run({ ClientToken: 'x'.repeat(65) })).rejects.toMatchObject({ name: 'InvalidParameterValue' });
  });
});

const clusterTag: Tag = { Key: 'kubernetes.io/cluster/demo', Value: 'owned' };
const userData = Buffer.from('#!/bin/sh\n').toString('base64');

/** Names of the cluster's Ready nodes. */
const readyNodes = () =>
  (world.clusters.get('demo')?.store.list('nodes') ?? [])
    .filter(({ status }) => status?.conditions?.some(({ type, status: value }) => type === 'Ready' && value === 'True'))
    .map(({ metadata }) => metadata.name);

describe('an instance that a person launches', () => {
  const launch = async (Tags: Tag[], UserData?: string) => {
    const { Instances = [] } = await new EC2Client(server.client).send(
      new RunInstancesCommand({
        ImageId: 'ami-1',
        InstanceType: 'm5.large',
        MinCount: 1,
        MaxCount: 1,
        TagSpecifications: [{ ResourceType: 'instance', Tags }],
        UserData,
      }),
    );
    return Instances[0];
  };

  it('joins the cluster of its tag as a Ready node after the boot time of a world file', async () => {
    const instance = await launch([clusterTag]);
    await server.clock.letPass(60_000);
    expect(readyNodes()).toEqual([instance?.PrivateDnsName]);
    const [node] = world.clusters.get('demo')?.store.list('nodes') ?? [];
    const ready = node?.status?.conditions?.find(({ type }) => type === 'Ready');
    // Kubernetes' times are whole seconds.
    const launched = Math.floor((instance?.LaunchTime?.getTime() ?? 0) / 1_000);
    const sinceLaunch = (time = '') => Date.parse(time) / 1_000 - launched;
    expect(sinceLaunch(node?.metadata.creationTimestamp)).toBe(40);
    expect(sinceLaunch(ready?.lastTransitionTime)).toBe(45);
  });

  it.each([
    ['no tag', { Key: 'Name', Value: 'demo' }],
    ['the tag of a cluster that is not there', { Key: 'kubernetes.io/cluster/other', Value: 'owned' }],
  ])('joins nothing with %s', async (_, tag) => {
    await launch([tag]);
    await server.clock.letPass(120_000);
    expect(readyNodes()).toEqual([]);
  });

  it('keeps its user data, which EC2 shows on demand only', async () => {
    const ec2 = new EC2Client(server.client);
    const shown = async (InstanceId?: string) =>
      (await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }))).UserData;
    expect(await shown((await launch([], userData))?.InstanceId)).toEqual({ Value: userData });
    expect(await shown((await launch([]))?.InstanceId)).toEqual({});
  });

  it.each([
    ['is not base64', '#!/bin/sh', 'InvalidUserData.Malformed'],
    ['has more than 16 KB', Buffer.alloc(16_385).toString('base64'), 'InvalidUserData.Malformed'],
  ])('is refused with user data that %s', async (_, text, name) => {
    await expect(launch([], text)).rejects.toMatchObject({ name });
  });
});

describe('a group that a person makes from a launch template', () => {
  const make = async (tags: Tag[], Version?: string, data: RequestLaunchTemplateData = {}) => {
    await new EC2Client(server.client).send(
      new CreateLaunchTemplateCommand({
        LaunchTemplateName: 'mine',
        LaunchTemplateData: { ImageId: 'ami-1', InstanceType: 'm5.large', ...data },
      }),
    );
    await new AutoScalingClient(server.client).send(
      new CreateAutoScalingGroupCommand({
        AutoScalingGroupName: 'mine',
        LaunchTemplate: { LaunchTemplateName: 'mine', Version },
        MinSize: 0,
        MaxSize: 2,
        DesiredCapacity: 2,
        VPCZoneIdentifier: 'subnet-05a0db0c00000000a,subnet-05a0db0c00000000b',
        Tags: tags.map((tag) => ({ ...tag, Key: tag.Key ?? '', PropagateAtLaunch: true })),
      }),
    );
    await server.clock.letPass(120_000);
  };

  it('brings Ready nodes to the cluster of its tag', async () => {
    await make([clusterTag], '$Latest');
    expect(readyNodes()).toHaveLength(2);
    expect(world.settled()).toBe(true);
  });

  it('brings them by a tag of the template too', async () => {
    await make([], '1', { TagSpecifications: [{ ResourceType: 'instance', Tags: [clusterTag] }] });
    expect(readyNodes()).toHaveLength(2);
  });

  it('brings none without the tag', async () => {
    await make([{ Key: 'Name', Value: 'demo' }]);
    expect(readyNodes()).toEqual([]);
  });

  it('gives its instances the user data of the template', async () => {
    await make([], undefined, { UserData: userData });
    const ec2 = new EC2Client(server.client);
    const { Reservations = [] } = await ec2.send(new DescribeInstancesCommand({}));
    const InstanceId = Reservations[0]?.Instances?.[0]?.InstanceId;
    const { UserData } = await ec2.send(new DescribeInstanceAttributeCommand({ InstanceId, Attribute: 'userData' }));
    expect(UserData).toEqual({ Value: userData });
  });

  it('is refused with a version that the template does not have', async () => {
    await expect(make([], '2')).rejects.toMatchObject({ name: 'ValidationError' });
  });
});

describe('a launch template', () => {
  const data = {
    ImageId: 'ami-1',
    InstanceType: 'm5.large' as const,
    InstanceMarketOptions: { MarketType: 'spot' as const },
    TagSpecifications: [{ ResourceType: 'instance' as const, Tags: [clusterTag] }],
    UserData: userData,
  };
  const create = (LaunchTemplateData: RequestLaunchTemplateData) =>
    new EC2Client(server.client).send(
      new CreateLaunchTemplateCommand({ LaunchTemplateName: 'mine', LaunchTemplateData }),
    );

  it('is listed, and shows what it holds as its first version', async () => {
    await create(data);
    const ec2 = new EC2Client(server.client);
    const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    expect(LaunchTemplates).toMatchObject([{ LaunchTemplateName: 'mine', LatestVersionNumber: 1 }]);
    const versions = (Versions?: string[], LaunchTemplateName = 'mine') =>
      ec2.send(new DescribeLaunchTemplateVersionsCommand({ LaunchTemplateName, Versions }));
    for (const version of [undefined, ['1'], ['$Latest', '$Default'], ['$Latest']])
      expect((await versions(version)).LaunchTemplateVersions).toMatchObject([
        { LaunchTemplateName: 'mine', VersionNumber: 1, DefaultVersion: true, LaunchTemplateData: data },
      ]);
    await expect(versions(['2'])).rejects.toMatchObject({ name: 'InvalidLaunchTemplateId.VersionNotFound' });
    await expect(versions(['1'], 'other')).rejects.toMatchObject({
      name: 'InvalidLaunchTemplateName.NotFoundException',
    });
  });

  it.each(['t', 'a b c', 'x'.repeat(129)])('is refused under the name %j', async (LaunchTemplateName) => {
    const command = new CreateLaunchTemplateCommand({ LaunchTemplateName, LaunchTemplateData: data });
    await expect(new EC2Client(server.client).send(command)).rejects.toMatchObject({
      name: 'InvalidLaunchTemplateName.MalformedException',
    });
  });

  it.each<[string, RequestLaunchTemplateData, string | RegExp]>([
    ['user data that is not base64', { ...data, UserData: '#!/bin/sh' }, 'Invalid BASE64 encoding of user data.'],
    ['a member that would have no effect', { ...data, KeyName: 'k' }, /KeyName/],
    ['tags of volumes', { ...data, TagSpecifications: [{ ResourceType: 'volume', Tags: [] }] }, /'volume'/],
    [
      'Spot options',
      { ...data, InstanceMarketOptions: { MarketType: 'spot', SpotOptions: { MaxPrice: '1' } } },
      /SpotOptions/,
    ],
  ])('is refused with %s', async (_, given, message) => {
    await expect(create(given)).rejects.toThrow(message);
  });
});
