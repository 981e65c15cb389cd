import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { KubeObject } from '../../sandbox/kubernetes/objects.ts';
import { Scenario } from './scenario.ts';

jest.setTimeout(60_000);

let scenario: Scenario;

beforeEach(async () => {
  scenario = await Scenario.start();
});

afterEach(async () => {
  await scenario.end();
});

const idle = () => scenario.sandbox.untilIdle();
const specOf = (node: KubeObject | undefined) => (node?.spec ?? {}) as { unschedulable?: boolean; taints?: unknown[] };
const cordoned = () => scenario.isCordoned(scenario.spot);
const codes = (reasons: readonly unknown[]) => (reasons as { code: string }[]).map(({ code }) => code);

describe('a Spot interruption', () => {
  it('drains and replaces its node, and leaves group and workloads as they were', async () => {
    const before = await scenario.group('demo-spot');
    const workloads = () =>
      scenario.cluster.store.list('pods').filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== 'DaemonSet')
        .length;
    const pods = workloads();
    const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    expect(await scenario.executions()).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
    const after = await scenario.group('demo-spot');
    expect(after.desired).toBe(before.desired);
    expect(after.inService).toHaveLength(before.inService.length);
    expect(after.inService).not.toContain(scenario.spot);
    expect(scenario.cluster.store.get('nodes', undefined, node)).toBeUndefined();
    expect(scenario.unready()).toEqual([]);
    expect(workloads()).toBe(pods);
  });

  it('ends in at most 15 state transitions', async () => {
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    const { executions } = await scenario.call<{ executions: [{ executionArn: string }] }>('states', 'ListExecutions', {
      stateMachineArn: await scenario.machineArn(),
    });
    const [{ executionArn }] = executions;
    expect(scenario.sandbox.states.transitions(executionArn)).toBeLessThanOrEqual(15);
  });

  it('is one execution and one drain when the same event comes five times', async () => {
    await scenario.putEvents(...Array.from({ length: 5 }, () => scenario.warning(scenario.spot)));
    await idle();
    expect(await scenario.executions()).toHaveLength(1);
    const evictions = scenario.cluster
      .requests()
      .filter(({ resource, status }) => resource === 'pods/eviction' && status === 201);
    const after = evictions.reduce((sum, { count }) => sum + count, 0);
    expect(after).toBeGreaterThan(0);
    expect(after).toBeLessThanOrEqual(20);
  });

  it('starts nothing for a foreign instance', async () => {
    const { Instances = [] } = await scenario.call<{ Instances?: { InstanceId: string }[] }>('ec2', 'RunInstances', {
      ImageId: 'ami-0123456789abcdef0',
      InstanceType: 'm5.large',
      MinCount: 1,
      MaxCount: 1,
    });
    await scenario.putEvents(scenario.warning(Instances[0]?.InstanceId ?? ''));
    await idle();
    expect(await scenario.executions()).toEqual([]);
  });
});

describe('a person', () => {
  it('sees the whole plan in a dry run, and nothing changes', async () => {
    const node = scenario.nodeOf(scenario.spot);
    await scenario.run({ cluster: 'demo', nodes: [node?.metadata.name] });
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'SUCCEEDED', outcome: 'NothingToDo' });
    expect(scenario.nodeOf(scenario.spot)).toEqual(node);
    expect(
      scenario.cluster
        .requests()
        .filter(({ user, verb }) => user === 'eks-steward:drainer' && verb !== 'get' && verb !== 'list')
        .map(({ resource }) => resource),
    ).toEqual(['selfsubjectrulesreviews']);
  });

  it('replaces a node with the new one up before the first eviction', async () => {
    const node = scenario.nodeOf(scenario.spot)?.metadata.name;
    await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false, reason: 'test' });
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'SUCCEEDED' });
    expect(['Replaced', 'RolledBack']).toContain(execution?.outcome);
  });

  it.each([
    ['an unknown cluster', { cluster: 'other', instances: ['i-0123456789abcdef0'] }, 'UnknownClusterError'],
    ['nothing selected', { cluster: 'demo' }, 'InvalidInputError'],
    ['an unknown key', { cluster: 'demo', instances: ['i-0123456789abcdef0'], force: true }, 'InvalidInputError'],
  ])('is refused with %s', async (_, input, error) => {
    await scenario.run(input);
    await idle();
    expect(await scenario.executions()).toMatchObject([{ status: 'FAILED', outcome: error }]);
  });

  it('gets everything put back when the run is stopped in the middle', async () => {
    const node = scenario.nodeOf(scenario.spot);
    const before = await scenario.group('demo-spot');
    const arn = await scenario.run({ cluster: 'demo', nodes: [node?.metadata.name], dryRun: false });
    await scenario.sandbox.clock.sleep(15_000);
    expect(cordoned()).toBe(true);
    await scenario.call('states', 'StopExecution', { executionArn: arn });
    await idle();
    expect((await scenario.executions()).map(({ status, outcome }) => `${status} ${outcome}`)).toEqual([
      'ABORTED ABORTED',
      'SUCCEEDED RolledBack',
    ]);
    const restored = scenario.nodeOf(scenario.spot);
    expect(cordoned()).toBe(false);
    expect(restored?.metadata.labels).toEqual(node?.metadata.labels);
    expect(specOf(restored).taints ?? []).toEqual([]);
    expect((await scenario.group('demo-spot')).desired).toBe(before.desired);
  });
});

describe('trouble', () => {
  it('names the missing rule and changes nothing when the rights in the cluster are missing', async () => {
    scenario.cluster.apply([
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'eks-steward:drainer' },
        rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }],
      },
    ]);
    await scenario.putEvents(scenario.warning(scenario.spot));
    await idle();
    const [execution] = await scenario.executions();
    expect(execution).toMatchObject({ status: 'FAILED', outcome: 'AccessDeniedError' });
    expect(cordoned()).toBe(false);
  });

  it('goes on with a drain while the API server throttles and breaks connections', async () => {
    const match = { user: 'eks-steward:drainer' };
    scenario.cluster.faults.push(
      { match: { ...match, resource: 'pods' }, answer: { status: 429, retryAfterSeconds: 1 }, times: 3 },
      { match: { ...match, resource: 'pods', verb: 'create' }, answer: 'reset', times: 2 },
      { match: { ...match, resource: 'nodes', verb: 'patch' }, answer: { status: 500 }, times: 1 },
    );
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await idle();
    expect(await scenario.executions()).toMatchObject([{ status: 'SUCCEEDED', outcome: 'Replaced' }]);
  });

  it('leaves messages that nobody can read in quarantine, with their reason, and handles their neighbours', async () => {
    const inbox = scenario.sandbox.queues.all().find(({ arn }) => arn.includes('Inbox'));
    const QueueUrl = inbox ? scenario.sandbox.queues.url(inbox) : '';
    for (const MessageBody of ['not json', '[]', JSON.stringify({ source: 'aws.ec2' })])
      await scenario.call('sqs', 'SendMessage', { QueueUrl, MessageBody });
    await scenario.putEvents(scenario.warning(scenario.spot));
    await idle();
    expect(await scenario.executions()).toMatchObject([{ outcome: 'Replaced' }]);
    const quarantine = scenario.sandbox.queues.all().find(({ arn }) => arn.includes('Quarantine'));
    expect(quarantine?.counts().visible).toBe(3);
  });

  it('does nothing while everything is paused, and says so', async () => {
    await scenario.call('ssm', 'PutParameter', { Name: '/eks-steward/paused', Value: 'incident 42', Overwrite: true });
    await scenario.putEvents(scenario.warning(scenario.spot));
    await idle();
    const [execution] = await scenario.executions();
    expect(codes(execution?.reasons ?? [])).toEqual(['Paused']);
  });
});
