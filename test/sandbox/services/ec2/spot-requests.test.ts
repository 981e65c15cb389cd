import { describe, expect, it } from '@jest/globals';
import { call, firstOf, of, pass, useWorld, world } from '../../world/world-lab.ts';

useWorld();

interface Request {
  readonly SpotInstanceRequestId: string;
  readonly InstanceId: string;
  readonly State: string;
  readonly Status: { readonly Code: string; readonly Message: string };
}

async function requests(input: object = {}): Promise<Request[]> {
  return (await call<{ SpotInstanceRequests: Request[] }>('ec2', 'DescribeSpotInstanceRequests', input))
    .SpotInstanceRequests;
}

async function requestOf(instanceId: string): Promise<Request | undefined> {
  return (await requests({ Filters: [{ Name: 'instance-id', Values: [instanceId] }] }))[0];
}

async function status(instanceId: string): Promise<[string | undefined, string | undefined]> {
  const request = await requestOf(instanceId);
  return [request?.State, request?.Status.Code];
}

async function state(instanceId: string): Promise<string | undefined> {
  const described = await call<{ Reservations: { Instances: { State: { Name: string } }[] }[] }>(
    'ec2',
    'DescribeInstances',
    { InstanceIds: [instanceId] },
  );
  return described.Reservations[0]?.Instances[0]?.State.Name;
}

async function persistent(InstanceInterruptionBehavior = 'stop'): Promise<string> {
  const { Instances } = await call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', {
    ImageId: 'ami-1',
    InstanceType: 'm5.large',
    MinCount: 1,
    MaxCount: 1,
    InstanceMarketOptions: {
      MarketType: 'spot',
      SpotOptions: { SpotInstanceType: 'persistent', InstanceInterruptionBehavior },
    },
  });
  const id = Instances[0]?.InstanceId ?? '';
  await pass(10);
  return id;
}

const stop = (id: string) => call('ec2', 'StopInstances', { InstanceIds: [id] });
const start = (id: string) => call('ec2', 'StartInstances', { InstanceIds: [id] });
const terminate = (id: string) => call('ec2', 'TerminateInstances', { InstanceIds: [id] });

describe('the request of a Spot instance', () => {
  it('is there for each instance, fulfilled and one-time', async () => {
    expect(await requests()).toHaveLength(3);
    const id = await firstOf();
    expect(await requestOf(id)).toMatchObject({
      InstanceId: id,
      Type: 'one-time',
      InstanceInterruptionBehavior: 'terminate',
      State: 'active',
      Status: { Code: 'fulfilled', Message: 'Your Spot request is fulfilled.' },
    });
  });

  it('is closed at once when EC2 needs the capacity, while the instance runs for two minutes more', async () => {
    const id = await firstOf();
    world.interruptSpot(id);
    expect(await status(id)).toEqual(['closed', 'instance-terminated-no-capacity']);
    expect(await state(id)).toBe('running');
    await pass(121);
    expect(await state(id)).toBe('shutting-down');
    expect(await status(id)).toEqual(['closed', 'instance-terminated-no-capacity']);
  });

  it('is closed when a person terminates the instance', async () => {
    const id = await firstOf();
    await terminate(id);
    expect(await status(id)).toEqual(['closed', 'instance-terminated-by-user']);
  });

  it('is open while the instance of a group comes up', async () => {
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName: 'spot', DesiredCapacity: 4 });
    await pass(6);
    const open = await requests({ Filters: [{ Name: 'state', Values: ['open'] }] });
    expect(open).toMatchObject([{ Status: { Code: 'pending-fulfillment' } }]);
    await pass(9);
    expect(await status(open[0]?.InstanceId ?? '')).toEqual(['active', 'fulfilled']);
  });

  it('is shown for four hours after its end, longer than the instance', async () => {
    const id = await firstOf();
    await terminate(id);
    await pass(2 * 3_600);
    expect(await status(id)).toEqual(['closed', 'instance-terminated-by-user']);
    await pass(2 * 3_600 + 1);
    expect(await requestOf(id)).toBeUndefined();
  });

  it('that is cancelled leaves its instance running', async () => {
    const id = await firstOf();
    const { SpotInstanceRequestId = '' } = (await requestOf(id)) ?? {};
    await call('ec2', 'CancelSpotInstanceRequests', { SpotInstanceRequestIds: [SpotInstanceRequestId] });
    expect(await status(id)).toEqual(['cancelled', 'request-canceled-and-instance-running']);
    expect(await state(id)).toBe('running');
    await terminate(id);
    expect(await status(id)).toEqual(['cancelled', 'instance-terminated-by-user']);
  });

  it('is known by its id only', async () => {
    await expect(requests({ SpotInstanceRequestIds: ['sir-00000000'] })).rejects.toMatchObject({
      code: 'InvalidSpotInstanceRequestID.NotFound',
    });
  });
});

describe('a Spot instance of a one-time request', () => {
  it('cannot be stopped, and keeps others of the call from it', async () => {
    const id = await firstOf();
    await expect(stop(id)).rejects.toMatchObject({
      code: 'UnsupportedOperation',
      message: expect.stringContaining(`You can't stop the Spot Instance '${id}'`),
    });
    expect(await state(id)).toBe('running');
  });

  it('cannot be asked for with another behaviour than its end', async () => {
    const InstanceMarketOptions = { MarketType: 'spot', SpotOptions: { InstanceInterruptionBehavior: 'stop' } };
    const launch = { ImageId: 'ami-1', MinCount: 1, MaxCount: 1, InstanceMarketOptions };
    await expect(call('ec2', 'RunInstances', launch)).rejects.toMatchObject({ code: 'InvalidParameterCombination' });
  });
});

describe('a Spot instance of a persistent request', () => {
  it('is stopped and started by its owner', async () => {
    const id = await persistent();
    await stop(id);
    expect(await status(id)).toEqual(['active', 'marked-for-stop']);
    await pass(31);
    expect(await status(id)).toEqual(['disabled', 'instance-stopped-by-user']);
    await start(id);
    expect(await status(id)).toEqual(['open', 'pending-evaluation']);
    await pass(9);
    expect(await status(id)).toEqual(['active', 'fulfilled']);
  });

  it('is stopped by EC2, and then only EC2 starts it', async () => {
    const id = await persistent();
    world.interruptSpot(id);
    expect(of('EC2 Spot Instance Interruption Warning')).toContainEqual({
      'instance-id': id,
      'instance-action': 'stop',
    });
    expect(await status(id)).toEqual(['active', 'marked-for-stop']);
    await pass(151);
    expect(await status(id)).toEqual(['disabled', 'instance-stopped-no-capacity']);
    await expect(start(id)).rejects.toMatchObject({ code: 'IncorrectSpotRequestState' });
  });

  it('is terminated from its stop by the service', async () => {
    const id = await persistent();
    await stop(id);
    await pass(31);
    await terminate(id);
    expect(await status(id)).toEqual(['cancelled', 'instance-terminated-by-service']);
  });

  it('comes back as another instance of the same request after its end', async () => {
    const id = await persistent('terminate');
    const before = await requestOf(id);
    await terminate(id);
    await pass(15);
    const [after] = await requests({ SpotInstanceRequestIds: [before?.SpotInstanceRequestId] });
    expect(after).toMatchObject({ State: 'active', Status: { Code: 'fulfilled' } });
    expect(after?.InstanceId).not.toBe(id);
  });
});

describe('an experiment with Spot interruptions', () => {
  it('recommends and warns at once, and ends the instance two minutes later', async () => {
    const id = await firstOf();
    world.experimentOnSpot(id, 120_000);
    expect(of('EC2 Instance Rebalance Recommendation')).toEqual([{ 'instance-id': id }]);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([
      { 'instance-id': id, 'instance-action': 'terminate' },
    ]);
    expect(await status(id)).toEqual(['active', 'fulfilled']);
    await pass(121);
    expect(await state(id)).toBe('shutting-down');
    expect(await status(id)).toEqual(['closed', 'instance-terminated-by-experiment']);
  });

  it('warns two minutes before the time that it is given', async () => {
    const id = await firstOf();
    world.experimentOnSpot(id, 300_000);
    expect(of('EC2 Instance Rebalance Recommendation')).toEqual([{ 'instance-id': id }]);
    await pass(179);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([]);
    expect(world.settled()).toBe(false);
    await pass(2);
    expect(of('EC2 Spot Instance Interruption Warning')).toHaveLength(1);
    await pass(120);
    expect(await state(id)).toBe('shutting-down');
  });

  it('stops an instance that is to be stopped, which its owner starts again', async () => {
    const id = await persistent();
    world.experimentOnSpot(id, 120_000);
    expect(await status(id)).toEqual(['active', 'marked-for-stop-by-experiment']);
    await pass(151);
    expect(await status(id)).toEqual(['disabled', 'instance-stopped-by-experiment']);
    await start(id);
    await pass(9);
    expect(await status(id)).toEqual(['active', 'fulfilled']);
  });

  it('leaves alone what has ended since', async () => {
    const id = await firstOf();
    world.experimentOnSpot(id, 300_000);
    await terminate(id);
    await pass(300);
    expect(of('EC2 Spot Instance Interruption Warning')).toEqual([]);
  });
});
