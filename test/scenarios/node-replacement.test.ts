import { describe, expect, it } from '@jest/globals';
import type { KubeObject } from '../../sandbox/kubernetes/types/objects.ts';
import { codes, expectFailure, expectOutcome, scenario, useScenario } from './use-scenario.ts';

useScenario();

const idle = () => scenario.untilIdle();
const specOf = (node: KubeObject | undefined) => (node?.spec ?? {}) as { unschedulable?: boolean; taints?: unknown[] };
const cordoned = () => scenario.isCordoned(scenario.spot);
/** What eks-steward has asked of the cluster besides reading. */
const writes = () =>
  scenario.cluster
    .requests()
    .filter(({ user, verb }) => user === 'eks-steward:drainer' && verb !== 'get' && verb !== 'list')
    .map(({ resource }) => resource);
const holds = (object: KubeObject | undefined, condition: string) =>
  ((object?.status as { conditions?: { type: string; status: string }[] } | undefined)?.conditions ?? []).some(
    ({ type, status }) => type === condition && status === 'True',
  );

/** A node of the Spot group that can be emptied: the license server's budget lets it go nowhere. */
async function easyNode(): Promise<string> {
  const { inService } = await scenario.group('demo-spot');
  const names = inService.map((id) => scenario.nodeOf(id)?.metadata.name ?? '');
  return names.find((name) => !scenario.podsOn(name).some((pod) => pod.startsWith('shop/license-server'))) ?? '';
}

/** Collects from now on, in their order, nodes that join and become Ready, and evictions. */
function watchReplacement(): string[] {
  const { store } = scenario.cluster;
  const known = new Set(store.list('nodes').map(({ metadata }) => metadata.name));
  const seen: string[] = [];
  store.subscribe(({ resource, object, previous }) => {
    const became = (condition: string) => holds(object, condition) && !holds(previous, condition);
    if (resource === 'nodes' && became('Ready') && !known.has(object.metadata.name)) seen.push('new node Ready');
    if (resource === 'pods' && became('DisruptionTarget'))
      seen.push(`evicted from ${(object.spec as { nodeName?: string }).nodeName}`);
  });
  return seen;
}

/** The message of the error that the first execution failed with. */
async function failureOfFirst(): Promise<string> {
  const { executions } = await scenario.call<{ executions: [{ executionArn: string }] }>('states', 'ListExecutions', {
    stateMachineArn: await scenario.machineArn(),
  });
  const { executionArn } = executions[0];
  const { cause = '{}' } = await scenario.call<{ cause?: string }>('states', 'DescribeExecution', { executionArn });
  return (JSON.parse(cause) as { errorMessage: string }).errorMessage;
}

describe('a Spot interruption', () => {
  it('drains and replaces its node, and leaves group and workloads as they were', async () => {
    const before = await scenario.group('demo-spot');
    const workloads = () =>
      scenario.cluster.store.list('pods').filter(({ metadata }) => metadata.ownerReferences?.[0]?.kind !== 'DaemonSet')
        .length;
    const pods = workloads();
    const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
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
    await expectOutcome('NothingToDo');
    expect(scenario.nodeOf(scenario.spot)).toEqual(node);
    expect(writes()).toEqual(['selfsubjectrulesreviews']);
  });

  it('replaces a node with the new one up before the first eviction', async () => {
    const node = await easyNode();
    const seen = watchReplacement();
    await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false, reason: 'test' });
    await expectOutcome('Replaced');
    const [first, ...others] = seen;
    expect(first).toBe('new node Ready');
    expect(others.length).toBeGreaterThan(0);
    expect(new Set(others)).toEqual(new Set([`evicted from ${node}`]));
  });

  it.each([
    ['an unknown cluster', { cluster: 'other', instances: ['i-0123456789abcdef0'] }, 'UnknownClusterError'],
    ['nothing selected', { cluster: 'demo' }, 'InvalidInputError'],
    ['an unknown key', { cluster: 'demo', instances: ['i-0123456789abcdef0'], force: true }, 'InvalidInputError'],
  ])('is refused with %s', async (_, input, error) => {
    await scenario.run(input);
    await expectFailure(error);
  });

  it('gets everything put back when the run is stopped in the middle', async () => {
    const node = scenario.nodeOf(scenario.spot);
    const before = await scenario.group('demo-spot');
    const arn = await scenario.run({ cluster: 'demo', nodes: [node?.metadata.name], dryRun: false });
    await scenario.letPass(15_000);
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
    const role = scenario.cluster.store.get('clusterroles.rbac.authorization.k8s.io', undefined, 'eks-steward:drainer');
    const rules = role?.rules?.filter(({ resources }) => !resources?.includes('pods/eviction')) ?? [];
    expect(rules).toHaveLength((role?.rules?.length ?? 0) - 1);
    scenario.cluster.apply([{ ...role, rules }]);
    const node = scenario.nodeOf(scenario.spot);
    await scenario.putEvents(scenario.warning(scenario.spot));
    await expectFailure('AccessDeniedError');
    expect(await failureOfFirst()).toBe('cluster demo does not let eks-steward create pods/eviction');
    expect(scenario.nodeOf(scenario.spot)).toEqual(node);
    expect(writes()).toEqual(['selfsubjectrulesreviews']);
  });

  it('goes on with a drain while the API server throttles and breaks connections', async () => {
    const match = { user: 'eks-steward:drainer' };
    scenario.cluster.faults.push(
      { match: { ...match, resource: 'pods' }, answer: { status: 429, retryAfterSeconds: 1 }, times: 3 },
      { match: { ...match, resource: 'pods', verb: 'create' }, answer: 'reset', times: 2 },
      { match: { ...match, resource: 'nodes', verb: 'patch' }, answer: { status: 500 }, times: 1 },
    );
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
  });

  it('leaves messages that nobody can read in quarantine, with their reason, and handles their neighbours', async () => {
    const inbox = scenario.sandbox.queues.all().find(({ arn }) => arn.endsWith('inbox-urgent'));
    const QueueUrl = inbox ? scenario.sandbox.queues.url(inbox) : '';
    for (const MessageBody of ['not json', '[]', JSON.stringify({ source: 'aws.ec2' })])
      await scenario.call('sqs', 'SendMessage', { QueueUrl, MessageBody });
    await scenario.putEvents(scenario.warning(scenario.spot));
    await expectOutcome('Replaced');
    const quarantine = scenario.sandbox.queues.all().find(({ arn }) => arn.endsWith('quarantine'));
    expect(quarantine?.counts().visible).toBe(3);
  });

  it('does nothing while everything is paused, and says so', async () => {
    await scenario.call('ssm', 'PutParameter', { Name: '/eks-steward/paused', Value: 'incident 42', Overwrite: true });
    await scenario.putEvents(scenario.warning(scenario.spot));
    await idle();
    const [execution] = await scenario.executions();
    expect(codes(execution?.reasons)).toEqual(['Paused']);
  });
});
