import { describe, expect, it } from '@jest/globals';
import {
  call,
  firstOf,
  group,
  members,
  node,
  of,
  parts,
  pass,
  serving,
  tag,
  useWorld,
  world,
} from '../../world/world-lab.ts';

useWorld();

interface Activity {
  readonly Description: string;
  readonly Cause: string;
  readonly StatusCode: string;
  readonly Progress: number;
}

const AutoScalingGroupName = 'spot';
const seconds = () => `${new Date(parts.clock.now()).toISOString().slice(0, 19)}Z`;

async function activities(): Promise<Activity[]> {
  return (await call<{ Activities: Activity[] }>('autoscaling', 'DescribeScalingActivities', { AutoScalingGroupName }))
    .Activities;
}

const change = (operation: string, ids: readonly string[], more: object = {}) =>
  call<{ Activities: Activity[] }>('autoscaling', operation, { AutoScalingGroupName, InstanceIds: ids, ...more });
const update = (input: object) => call('autoscaling', 'UpdateAutoScalingGroup', { AutoScalingGroupName, ...input });
const stateOf = async (id: string) => (await members()).find(({ InstanceId }) => InstanceId === id)?.LifecycleState;

describe('an instance that stands by', () => {
  it('with a decrement leaves the group smaller, and comes back', async () => {
    const id = await firstOf();
    const entered = await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true });
    expect(entered.Activities).toMatchObject([
      {
        Description: `Moving EC2 instance to Standby: ${id}`,
        Cause: `At ${seconds()} instance ${id} was moved to standby in response to a user request, shrinking the capacity from 3 to 2.`,
        StatusCode: 'InProgress',
        Progress: 50,
      },
    ]);
    expect(await stateOf(id)).toBe('EnteringStandby');
    await pass(60);
    expect(await stateOf(id)).toBe('Standby');
    expect([(await group()).DesiredCapacity, (await serving()).length]).toEqual([2, 2]);
    expect((await activities())[0]).toMatchObject({ StatusCode: 'Successful', Progress: 100 });
    expect(world.settled()).toBe(true);
    const left = await change('ExitStandby', [id]);
    expect(left.Activities).toMatchObject([
      {
        Description: `Moving EC2 instance out of Standby: ${id}`,
        Cause: `At ${seconds()} instance ${id} was moved out of standby in response to a user request, increasing the capacity from 2 to 3.`,
        StatusCode: 'PreInService',
        Progress: 30,
      },
    ]);
    expect(await stateOf(id)).toBe('Pending');
    await pass(60);
    expect(await serving()).toContain(id);
    expect((await group()).DesiredCapacity).toBe(3);
  });

  it('without a decrement is replaced, and one is too many when it comes back', async () => {
    const id = await firstOf();
    const { Activities } = await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: false });
    expect(Activities[0]?.Cause).toMatch(/in response to a user request\.$/);
    await pass(60);
    expect((await serving()).length).toBe(3);
    expect(await stateOf(id)).toBe('Standby');
    await change('ExitStandby', [id]);
    await pass(60);
    expect([(await group()).DesiredCapacity, (await serving()).length]).toEqual([4, 4]);
  });

  it('is refused below the minimum and above the maximum', async () => {
    const id = await firstOf();
    await update({ MinSize: 3 });
    await expect(change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true })).rejects.toMatchObject({
      code: 'ValidationError',
      message:
        'AutoScalingGroup spot has min-size=3, max-size=5, and desired-size=3. To place into standby 1 instance, please update the AutoScalingGroup sizes appropriately.',
    });
    await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: false });
    await update({ MaxSize: 3 });
    await pass(60);
    await expect(change('ExitStandby', [id])).rejects.toMatchObject({ message: expect.stringContaining('max-size=3') });
  });

  it('is not checked, and found out when it comes back', async () => {
    const id = await firstOf();
    await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true });
    await pass(5);
    await call('ec2', 'TerminateInstances', { InstanceIds: [id] });
    await pass(300);
    expect(await stateOf(id)).toBe('Standby');
    await change('ExitStandby', [id]);
    await pass(300);
    expect(await stateOf(id)).toBeUndefined();
    expect((await serving()).length).toBe(3);
  });

  it('does not come back while Launch is suspended', async () => {
    const id = await firstOf();
    await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true });
    await pass(5);
    await call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: ['Launch'] });
    await expect(change('ExitStandby', [id])).rejects.toMatchObject({ code: 'ValidationError' });
  });

  it('is in service first', async () => {
    const id = await firstOf();
    await change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true });
    await expect(change('EnterStandby', [id], { ShouldDecrementDesiredCapacity: true })).rejects.toMatchObject({
      message: `The instance ${id} is not in InService.`,
    });
  });

  it('goes with its group', async () => {
    await change('EnterStandby', [await firstOf()], { ShouldDecrementDesiredCapacity: true });
    await pass(5);
    await call('autoscaling', 'DeleteAutoScalingGroup', { AutoScalingGroupName, ForceDelete: true });
    await pass(300);
    const { AutoScalingGroups } = await call<{ AutoScalingGroups: object[] }>(
      'autoscaling',
      'DescribeAutoScalingGroups',
    );
    expect(AutoScalingGroups).toEqual([]);
  });
});

describe('an instance that is detached', () => {
  it.each([
    [true, 2, /was detached in response to a user request, shrinking the capacity from 3 to 2\.$/],
    [false, 3, /was detached in response to a user request\.$/],
  ])('with ShouldDecrementDesiredCapacity %s leaves %d in service and runs on', async (decrement, left, cause) => {
    const id = await firstOf();
    const { Activities } = await change('DetachInstances', [id], { ShouldDecrementDesiredCapacity: decrement });
    expect(Activities).toMatchObject([
      { Description: `Detaching EC2 instance: ${id}`, Cause: expect.stringMatching(cause), StatusCode: 'InProgress' },
    ]);
    await pass(60);
    expect(await stateOf(id)).toBeUndefined();
    expect([(await group()).DesiredCapacity, (await serving()).length]).toEqual([left, left]);
    expect(node(id)).toBeDefined();
    const tags = await call<{ Tags: { Key: string }[] }>('ec2', 'DescribeTags', {
      Filters: [{ Name: 'resource-id', Values: [id] }],
    });
    expect(tags.Tags.map(({ Key }) => Key)).not.toContain('aws:autoscaling:groupName');
  });

  it('is attached again, and the group is larger by it', async () => {
    const id = await firstOf();
    await change('DetachInstances', [id], { ShouldDecrementDesiredCapacity: true });
    await pass(60);
    await change('AttachInstances', [id]);
    expect(await stateOf(id)).toBe('Pending');
    await pass(60);
    expect(await serving()).toContain(id);
    expect((await group()).DesiredCapacity).toBe(3);
    expect((await activities())[0]).toMatchObject({
      Description: `Attaching an existing EC2 instance: ${id}`,
      Cause: expect.stringMatching(
        /an instance was added in response to user request\. Keeping the capacity at the new 3\.$/,
      ),
      StatusCode: 'Successful',
    });
    expect(of('EC2 Instance Launch Successful').at(-1)).toMatchObject({ EC2InstanceId: id });
  });

  it('is in service or stands by', async () => {
    const id = await firstOf();
    await change('DetachInstances', [id], { ShouldDecrementDesiredCapacity: true });
    await expect(change('DetachInstances', [id], { ShouldDecrementDesiredCapacity: true })).rejects.toMatchObject({
      message: `The instance ${id} is not in InService or Standby.`,
    });
  });
});

describe('an instance that is to be attached', () => {
  it.each([
    ['of the group', firstOf, /^The Instance: i-\w+ is already part of AutoScalingGroup:spot$/],
    ['unknown', async () => 'i-00000000000000000', /^Invalid Instance ID/],
    [
      'that ends',
      async () => {
        const id = await firstOf();
        await change('DetachInstances', [id], { ShouldDecrementDesiredCapacity: true });
        await pass(5);
        await call('ec2', 'TerminateInstances', { InstanceIds: [id] });
        return id;
      },
      /is not in correct state/,
    ],
  ])('is refused when it is one %s', async (_, which, message) => {
    await expect(change('AttachInstances', [await which()])).rejects.toMatchObject({
      code: 'ValidationError',
      message: expect.stringMatching(message),
    });
  });

  it('is refused above the maximum', async () => {
    const launch = { ImageId: 'ami-1', MinCount: 1, MaxCount: 1 };
    const run = { ...launch, TagSpecifications: [{ ResourceType: 'instance', Tags: [{ Key: tag, Value: 'owned' }] }] };
    const { Instances } = await call<{ Instances: { InstanceId: string }[] }>('ec2', 'RunInstances', run);
    await update({ MaxSize: 3 });
    await pass(10);
    await expect(change('AttachInstances', [Instances[0]?.InstanceId ?? ''])).rejects.toMatchObject({
      message:
        'AutoScalingGroup spot has min-size=0, max-size=3, and desired-size=3. To attach 1 more instance, please update the AutoScalingGroup sizes appropriately.',
    });
  });
});

describe('a call about the membership of instances', () => {
  it.each(['EnterStandby', 'ExitStandby', 'DetachInstances', 'AttachInstances'])(
    'takes no more than 20: %s',
    async (operation) => {
      const ids = Array.from({ length: 21 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
      const more = operation.match(/Enter|Detach/) ? { ShouldDecrementDesiredCapacity: true } : {};
      await expect(change(operation, ids, more)).rejects.toMatchObject({
        code: 'ValidationError',
        message: expect.stringContaining('List exceeds the maximum number of instances'),
      });
    },
  );
});

describe('suspended processes', () => {
  const suspended = async () =>
    ((await group()) as unknown as { SuspendedProcesses: { ProcessName: string }[] }).SuspendedProcesses.map(
      ({ ProcessName }) => ProcessName,
    );

  it('are all of them when none is named, until they are resumed', async () => {
    await call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName });
    expect(await suspended()).toEqual([
      'Launch',
      'Terminate',
      'AddToLoadBalancer',
      'AlarmNotification',
      'AZRebalance',
      'HealthCheck',
      'InstanceRefresh',
      'ReplaceUnhealthy',
      'ScheduledActions',
    ]);
    await call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName, ScalingProcesses: ['Launch'] });
    expect(await suspended()).not.toContain('Launch');
    await call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName });
    expect(await suspended()).toEqual([]);
  });

  it('are known ones', async () => {
    await expect(
      call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: ['Lunch'] }),
    ).rejects.toMatchObject({ code: 'ValidationError', message: expect.stringContaining('Lunch') });
  });

  it.each([
    ['HealthCheck', 'Healthy'],
    ['ReplaceUnhealthy', 'Unhealthy'],
  ])('keep a lost instance: with %s it is %s', async (process, health) => {
    const id = await firstOf();
    await call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: [process] });
    await call('ec2', 'TerminateInstances', { InstanceIds: [id] });
    await pass(300);
    expect((await members()).find(({ InstanceId }) => InstanceId === id)).toMatchObject({ HealthStatus: health });
  });

  it('end no instance while Terminate is suspended, and then as many as are too many', async () => {
    await call('autoscaling', 'SuspendProcesses', { AutoScalingGroupName, ScalingProcesses: ['Terminate'] });
    await call('autoscaling', 'SetDesiredCapacity', { AutoScalingGroupName, DesiredCapacity: 1 });
    await pass(120);
    expect(await serving()).toHaveLength(3);
    await call('autoscaling', 'ResumeProcesses', { AutoScalingGroupName });
    await pass(120);
    expect(await serving()).toHaveLength(1);
  });
});
