import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../sandbox/aws/contract.ts';
import type { KubeObject } from '../../sandbox/kubernetes/types/objects.ts';
import { codes, expectOutcome, scenario, useScenario } from './use-scenario.ts';

useScenario();

const idle = () => scenario.untilIdle();
const nodeName = () => scenario.nodeOf(scenario.spot)?.metadata.name ?? '';

/** A Deployment of one pod that only fits the interrupted node. */
function pinned(app: string, given: { grace?: number; stopsAfter?: string } = {}): object {
  const labels = { app };
  const annotations = { 'sandbox.eks-steward/stops-after': given.stopsAfter ?? '1s' };
  const spec = {
    nodeSelector: { 'kubernetes.io/hostname': nodeName() },
    terminationGracePeriodSeconds: given.grace ?? 30,
    containers: [{ name: 'main', image: 'app:1' }],
  };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: app, namespace: 'shop' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels, annotations }, spec } },
  };
}

function budget(name: string, app: string): object {
  const spec = { minAvailable: 1, selector: { matchLabels: { app } } };
  return { apiVersion: 'policy/v1', kind: 'PodDisruptionBudget', metadata: { name, namespace: 'shop' }, spec };
}

const runs = () => scenario.executions();

/** AWS refuses calls to a service that name this, in their operation or their input. */
function refuse(service: string, named: string, error: AwsError): void {
  const { cloud } = scenario.sandbox;
  const handle = cloud.handle.bind(cloud);
  cloud.handle = async (called, operation, input, context) => {
    if (called === service && `${operation} ${JSON.stringify(input)}`.includes(named)) throw error;
    return await handle(called, operation, input, context);
  };
}

describe('an interruption of a node with', () => {
  it('a pod that its budget never lets go: deletes it when only its grace period is left, and says so', async () => {
    scenario.cluster.apply([pinned('held'), budget('held', 'held')]);
    await scenario.letPass(10_000);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced', 'ForceDeleted');
    const events = scenario.cluster.store.list('events') as readonly (KubeObject & {
      reason?: string;
      message?: string;
    })[];
    expect(events.find(({ reason }) => reason === 'StewardForceDeleted')?.message).toContain(
      'shop/held needs 1 healthy pod and has 1',
    );
  });

  it('two budgets on one pod: names both', async () => {
    scenario.cluster.apply([pinned('twice'), budget('one', 'twice'), budget('two', 'twice')]);
    await scenario.letPass(10_000);
    const seen: string[] = [];
    scenario.sandbox.buses.onEvent((event) => {
      if (event['detail-type'] === 'Workflow Blocked') seen.push(JSON.stringify(event.detail));
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
    expect(seen.join()).toContain('shop/one, shop/two');
  });

  it('a pod that does not end before its grace period: shortens that to the deadline', async () => {
    scenario.cluster.apply([pinned('stubborn', { grace: 3_600, stopsAfter: 'never' })]);
    await scenario.letPass(10_000);
    const began = scenario.sandbox.clock.now();
    let goneAt = 0;
    scenario.cluster.store.subscribe(({ type, resource, object }) => {
      if (resource === 'pods' && type === 'DELETED' && object.metadata.name.startsWith('stubborn'))
        goneAt = scenario.sandbox.clock.now();
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const [execution] = await runs();
    expect(codes(execution?.reasons)).toContain('GraceShortened');
    expect(goneAt - began).toBeGreaterThan(100_000);
    expect(goneAt - began).toBeLessThanOrEqual(120_000);
  });
});

describe('a group', () => {
  it('at its maximum is not made larger: the drain goes on and the group launches when the instance has ended', async () => {
    const { desired } = await scenario.group('demo-spot');
    await scenario.call('autoscaling', 'UpdateAutoScalingGroup', {
      AutoScalingGroupName: 'demo-spot',
      MaxSize: desired,
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced', 'GroupAtMaximum');
    expect((await scenario.group('demo-spot')).desired).toBe(desired);
  });

  it('that cannot launch: a recommendation is rolled back, and the old node works on', async () => {
    const before = await scenario.group('demo-spot');
    scenario.sandbox.world.failLaunches('demo-spot', { code: 'InsufficientInstanceCapacity', message: 'no capacity' });
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await expectOutcome('RolledBack', 'LaunchFailed');
    expect((await scenario.group('demo-spot')).desired).toBe(before.desired);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
  });
});

describe('an interruption whose replacement', () => {
  it('cannot be launched is drained all the same, and says what is still to come', async () => {
    scenario.sandbox.world.failLaunches('demo-spot', { code: 'InsufficientInstanceCapacity', message: 'no capacity' });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Drained', 'ReplacementRequested', 'InstanceTerminated', 'ReplacementPending');
    expect(scenario.nodeOf(scenario.spot)).toBeUndefined();
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });

  it('may not be asked for is drained all the same, and says what was refused', async () => {
    refuse('autoscaling', 'SetDesiredCapacity', new AwsError('AccessDenied', 'not this group', 403));
    scenario.sandbox.world.interruptSpot(scenario.spot);
    const execution = await expectOutcome('Replaced');
    expect(execution?.reasons).toContainEqual(
      expect.objectContaining({ code: 'LaunchFailed', text: expect.stringContaining('AccessDenied') }),
    );
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });
});

describe('an interruption whose function that launches does not answer', () => {
  it('is drained all the same, and names the error', async () => {
    refuse('lambda', 'launch-replacements', new AwsError('ResourceNotFoundException', 'Function not found', 404));
    scenario.sandbox.world.interruptSpot(scenario.spot);
    const execution = await expectOutcome('Replaced');
    expect(execution?.reasons).toContainEqual({
      code: 'LaunchFailed',
      about: scenario.spot,
      text: 'the function that launches replacements failed: Lambda.ResourceNotFoundException',
    });
  });
});

describe('a rebalance recommendation', () => {
  it('brings the new node up first, then drains without force', async () => {
    const order: string[] = [];
    const old = nodeName();
    scenario.cluster.store.subscribe(({ type, resource, object, previous }) => {
      if (resource === 'nodes' && type === 'ADDED') order.push('joined');
      const leaves =
        object.metadata.deletionTimestamp !== undefined && previous?.metadata.deletionTimestamp === undefined;
      if (resource === 'pods' && leaves && (object.spec as { nodeName?: string }).nodeName === old)
        order.push('evicted');
    });
    // Its one pod is held by a budget for ever, which only an interruption may force.
    scenario.cluster.apply([
      {
        ...(budget('license-server', 'license-server') as object),
        spec: { minAvailable: 0, selector: { matchLabels: { app: 'license-server' } } },
      },
    ]);
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await expectOutcome('Replaced');
    expect(order[0]).toBe('joined');
    expect(order).toContain('evicted');
  });

  it('followed by the interruption and the end of the instance is one drain and one end', async () => {
    scenario.sandbox.world.recommendRebalance(scenario.spot);
    await scenario.letPass(12_000);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const executions = await runs();
    expect(executions.map(({ outcome }) => outcome)).toEqual(['Replaced']);
    const { desired, inService } = await scenario.group('demo-spot');
    expect(inService).toHaveLength(desired);
    expect(desired).toBe(3);
  });
});

describe('a node that', () => {
  it('vanishes after its event is success: the instance ends, the group gets its replacement', async () => {
    const name = nodeName();
    scenario.cluster.store.subscribe(({ resource, object, previous }) => {
      const cordoned = (node: KubeObject | undefined) =>
        (node?.spec as { unschedulable?: boolean } | undefined)?.unschedulable === true;
      if (resource === 'nodes' && object.metadata.name === name && cordoned(object) && !cordoned(previous)) {
        scenario.sandbox.clock.after(0, () => scenario.cluster.removeNode(name));
      }
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });
});

describe('a node of', () => {
  it('a managed node group is left to EKS', async () => {
    const [{ Instances: [instance] = [] } = {}] = (
      await scenario.call<{ AutoScalingGroups: { Instances?: { InstanceId: string }[] }[] }>(
        'autoscaling',
        'DescribeAutoScalingGroups',
        { AutoScalingGroupNames: ['eks-platform'] },
      )
    ).AutoScalingGroups;
    await scenario.run({ cluster: 'demo', instances: [instance?.InstanceId], dryRun: false }, 'managed');
    const execution = await expectOutcome('HandedOver');
    expect(codes(execution?.reasons)).toEqual(['OwnedByManagedNodeGroup']);
  });
});
