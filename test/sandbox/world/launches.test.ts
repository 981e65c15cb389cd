import {
  CreateLaunchTemplateCommand,
  DescribeInstancesCommand,
  DescribeLaunchTemplatesCommand,
  EC2Client,
  RunInstancesCommand,
} from '@aws-sdk/client-ec2';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { World } from '../../../sandbox/world/world.ts';
import { testServer } from '../aws/support.ts';
import { addWorld } from './support.ts';

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
    await server.clock.sleep(10_000);
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

describe('CreateLaunchTemplate of the SDK', () => {
  it('makes a template', async () => {
    const ec2 = new EC2Client(server.client);
    const data = { ImageId: 'ami-1', InstanceType: 'm5.large' as const };
    await ec2.send(new CreateLaunchTemplateCommand({ LaunchTemplateName: 't', LaunchTemplateData: data }));
    const { LaunchTemplates } = await ec2.send(new DescribeLaunchTemplatesCommand({}));
    expect(LaunchTemplates).toMatchObject([{ LaunchTemplateName: 't' }]);
  });
});
