import { describe, expect, it } from '@jest/globals';
import {
  call,
  firstOf,
  group,
  isReady,
  members,
  node,
  of,
  parts,
  pass,
  roleArn,
  serving,
  tag,
  useWorld,
  world,
} from '../../world/world-lab.ts';

useWorld();

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
