import { describe, expect, it } from '@jest/globals';
import { call, firstOf, members, of, parts, pass, serving, useWorld, world } from '../../world/world-lab.ts';

useWorld();

const AutoScalingGroupName = 'spot';

interface Refresh {
  readonly InstanceRefreshId: string;
  readonly Status: string;
  readonly StatusReason?: string;
  readonly PercentageComplete: number;
  readonly InstancesToUpdate: number;
}

const maintain = (min: number, max: number) =>
  call('autoscaling', 'UpdateAutoScalingGroup', {
    AutoScalingGroupName,
    InstanceMaintenancePolicy: { MinHealthyPercentage: min, MaxHealthyPercentage: max },
  });
const start = (Preferences: object = {}, more: object = {}) =>
  call<{ InstanceRefreshId: string }>('autoscaling', 'StartInstanceRefresh', {
    AutoScalingGroupName,
    Preferences,
    ...more,
  });

async function refresh(): Promise<Refresh | undefined> {
  const found = await call<{ InstanceRefreshes: Refresh[] }>('autoscaling', 'DescribeInstanceRefreshes', {
    AutoScalingGroupName,
  });
  return found.InstanceRefreshes[0];
}

const coming = async () =>
  (await members()).filter(({ LifecycleState: state }) => state.startsWith('Pending') || state === 'InService').length;

/** The fewest in service and the most that came or served, until the time is over. */
async function extremes(seconds: number): Promise<{ fewest: number; most: number }> {
  let [fewest, most] = [Number.POSITIVE_INFINITY, 0];
  for (let passed = 0; passed < seconds; passed += 1) {
    await parts.clock.letPass(1_000);
    fewest = Math.min(fewest, (await serving()).length);
    most = Math.max(most, await coming());
  }
  return { fewest, most };
}

async function causes(): Promise<string[]> {
  const { Activities } = await call<{ Activities: { Cause: string }[] }>('autoscaling', 'DescribeScalingActivities', {
    AutoScalingGroupName,
  });
  return Activities.map(({ Cause }) => Cause);
}

const unhealthy = async () => {
  const InstanceId = await firstOf();
  await call('autoscaling', 'SetInstanceHealth', { InstanceId, HealthStatus: 'Unhealthy' });
  return InstanceId;
};

describe('an unhealthy instance', () => {
  it('ends before its replacement comes, without a maintenance policy', async () => {
    const id = await unhealthy();
    expect((await extremes(120)).most).toBe(3);
    expect(await serving()).not.toContain(id);
    expect(await causes()).toEqual([
      expect.stringMatching(/an instance was launched in response to an unhealthy instance needing to be replaced\.$/),
      expect.stringMatching(/taken out of service in response to a user health-check\.$/),
    ]);
  });

  it('stays until its replacement serves, with a policy that launches first', async () => {
    await maintain(100, 110);
    const id = await unhealthy();
    expect(await extremes(120)).toEqual({ fewest: 3, most: 4 });
    expect(await serving()).not.toContain(id);
    expect(await serving()).toHaveLength(3);
    expect(await causes()).toEqual([
      expect.stringMatching(/taken out of service in response to a user health-check\.$/),
      expect.stringMatching(/an instance was launched in response to an unhealthy instance needing to be replaced\.$/),
    ]);
  });

  it('is replaced at once when it has ended, whatever the policy', async () => {
    await maintain(100, 110);
    const id = await firstOf();
    await call('ec2', 'TerminateInstances', { InstanceIds: [id] });
    await pass(300);
    expect(await serving()).toHaveLength(3);
  });
});

describe('a maintenance policy', () => {
  const policy = async () =>
    (
      await call<{ AutoScalingGroups: { InstanceMaintenancePolicy?: object }[] }>(
        'autoscaling',
        'DescribeAutoScalingGroups',
      )
    ).AutoScalingGroups[0]?.InstanceMaintenancePolicy;

  it('is shown, and cleared with -1', async () => {
    await maintain(90, 120);
    expect(await policy()).toEqual({ MinHealthyPercentage: 90, MaxHealthyPercentage: 120 });
    await maintain(-1, -1);
    expect(await policy()).toBeUndefined();
  });

  it.each([
    [101, 150],
    [50, 99],
    [100, 201],
    [0, 150],
  ])('cannot be %d to %d', async (min, max) => {
    await expect(maintain(min, max)).rejects.toMatchObject({ code: 'ValidationError' });
  });
});

describe('an instance refresh', () => {
  it('replaces one after another, each at the same time as its replacement comes', async () => {
    const old = await serving();
    const { InstanceRefreshId } = await start();
    expect(await refresh()).toMatchObject({ InstanceRefreshId, Status: 'Pending', InstancesToUpdate: 3 });
    expect(await extremes(200)).toEqual({ fewest: 2, most: 3 });
    expect(await refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100, InstancesToUpdate: 0 });
    const now = await serving();
    expect(now).toHaveLength(3);
    for (const id of old) expect(now).not.toContain(id);
    const detail = { InstanceRefreshId, AutoScalingGroupName };
    expect(of('EC2 Auto Scaling Instance Refresh Started')).toEqual([detail]);
    expect(of('EC2 Auto Scaling Instance Refresh Succeeded')).toEqual([detail]);
    expect((await causes())[0]).toMatch(/an instance was launched in response to an instance refresh\.$/);
    expect((await causes())[1]).toMatch(
      /taken out of service in response to an instance refresh\. {2}At \S+ instance i-\w+ was selected for termination\.$/,
    );
    expect(world.settled()).toBe(true);
  });

  it('launches first when it is told to stay at its size', async () => {
    await start({ MinHealthyPercentage: 100, MaxHealthyPercentage: 100 });
    expect(await extremes(200)).toEqual({ fewest: 3, most: 4 });
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
  });

  it('goes by the maintenance policy of the group', async () => {
    await maintain(100, 200);
    await start();
    expect(await extremes(200)).toEqual({ fewest: 3, most: 6 });
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
  });

  it('replaces all at once with a minimum of 0', async () => {
    await start({ MinHealthyPercentage: 0 });
    expect((await extremes(60)).fewest).toBe(0);
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
  });

  it('waits for the warm-up of each', async () => {
    await start({ InstanceWarmup: 100 });
    await pass(250);
    expect(await refresh()).toMatchObject({ Status: 'InProgress', PercentageComplete: 66 });
    await pass(200);
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
  });

  it('skips what matches', async () => {
    await start({ SkipMatching: true });
    await pass(60);
    expect(await refresh()).toMatchObject({ Status: 'Successful', PercentageComplete: 100 });
    expect(await causes()).toEqual([]);
  });

  it('launches from the template that is desired, which is then the one of the group', async () => {
    const LaunchTemplateData = { ImageId: 'ami-new', InstanceType: 'm6i.large' };
    await call('ec2', 'CreateLaunchTemplate', { LaunchTemplateName: 'newer', LaunchTemplateData });
    await start({}, { DesiredConfiguration: { LaunchTemplate: { LaunchTemplateName: 'newer', Version: '1' } } });
    await pass(200);
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
    const [group] = (await call<{ AutoScalingGroups: object[] }>('autoscaling', 'DescribeAutoScalingGroups'))
      .AutoScalingGroups;
    const newer = { LaunchTemplateName: 'newer' };
    expect(group).toMatchObject({
      LaunchTemplate: newer,
      Instances: Array.from({ length: 3 }, () => ({ InstanceType: 'm6i.large', LaunchTemplate: newer })),
    });
  });

  const protectFirst = async () => {
    const id = await firstOf();
    const protect = { AutoScalingGroupName, InstanceIds: [id], ProtectedFromScaleIn: true };
    await call('autoscaling', 'SetInstanceProtection', protect);
    return id;
  };

  it('waits an hour for protected instances, and fails', async () => {
    const id = await protectFirst();
    await start();
    await pass(600);
    expect(await refresh()).toMatchObject({ Status: 'InProgress', InstancesToUpdate: 1 });
    await pass(3_600);
    expect(await refresh()).toMatchObject({ Status: 'Failed' });
    expect(await serving()).toContain(id);
    expect(await serving()).toHaveLength(3);
  });

  it.each<[string, object, number]>([
    ['ignores protected instances when told so', { ScaleInProtectedInstances: 'Ignore' }, 1],
    ['replaces protected instances when told so', { ScaleInProtectedInstances: 'Refresh' }, 0],
  ])('%s', async (_, preferences, left) => {
    const id = await protectFirst();
    await start(preferences);
    await pass(600);
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
    expect((await serving()).filter((one) => one === id)).toHaveLength(left);
    expect(await serving()).toHaveLength(3);
  });

  it.each<[string, object, string | undefined]>([
    ['ignores instances that stand by when told so', { StandbyInstances: 'Ignore' }, 'Standby'],
    ['ends them when told so', { StandbyInstances: 'Terminate' }, undefined],
  ])('%s', async (_, preferences, state) => {
    const id = await firstOf();
    const standby = { AutoScalingGroupName, InstanceIds: [id], ShouldDecrementDesiredCapacity: true };
    await call('autoscaling', 'EnterStandby', standby);
    await pass(5);
    await start(preferences);
    await pass(300);
    expect(await refresh()).toMatchObject({ Status: 'Successful' });
    expect((await members()).find(({ InstanceId }) => InstanceId === id)?.LifecycleState).toBe(state);
    expect(await serving()).toHaveLength(2);
  });

  it('is cancelled when what is under way has come to its end', async () => {
    await start();
    await pass(7);
    await call('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName });
    expect(await refresh()).toMatchObject({ Status: 'Cancelling' });
    await pass(120);
    expect(await refresh()).toMatchObject({ Status: 'Cancelled', InstancesToUpdate: 2 });
    expect(of('EC2 Auto Scaling Instance Refresh Cancelled')).toHaveLength(1);
    expect(await serving()).toHaveLength(3);
  });

  it('is one at a time, and there is none to cancel when none runs', async () => {
    await expect(call('autoscaling', 'CancelInstanceRefresh', { AutoScalingGroupName })).rejects.toMatchObject({
      code: 'ActiveInstanceRefreshNotFound',
    });
    await start();
    await expect(start()).rejects.toMatchObject({ code: 'InstanceRefreshInProgress' });
  });

  it('lets each instance wait for its terminate hook', async () => {
    await call('autoscaling', 'PutLifecycleHook', {
      AutoScalingGroupName,
      LifecycleHookName: 'drain',
      LifecycleTransition: 'autoscaling:EC2_INSTANCE_TERMINATING',
      HeartbeatTimeout: 600,
      DefaultResult: 'CONTINUE',
    });
    await start();
    await pass(30);
    expect(of('EC2 Instance-terminate Lifecycle Action').length).toBeGreaterThan(0);
    expect((await members()).some(({ LifecycleState }) => LifecycleState === 'Terminating:Wait')).toBe(true);
    expect((await serving()).length).toBeGreaterThanOrEqual(2);
  });

  it.each([
    ['checkpoints', { CheckpointPercentages: [50, 100] }, /CheckpointPercentages/],
    ['a rollback', { AutoRollback: true }, /AutoRollback/],
  ])('refuses %s by name', async (_, preferences, message) => {
    await expect(start(preferences)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});
