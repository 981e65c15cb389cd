import { describe, expect, it } from '@jest/globals';
import { assessNodes } from '../../../functions/node-replacement/tasks/assess-nodes.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { ApiUnavailableError } from '../../../shared/runtime/errors.ts';
import { aNode } from '../../builders/a-node.ts';
import { aPod } from '../../builders/a-pod.ts';
import {
  assess,
  aWorld,
  codes,
  execution,
  instanceId,
  interruption,
  manual,
  news,
  subject,
  targetsOf,
} from './a-world.ts';

describe('assessing nodes', () => {
  it('refuses to be told by anything but Cleanup which execution to put back', async () => {
    const input = { ...manual, of: 'another-run' };
    await expect(assess(aWorld(), input)).rejects.toThrow(/of.*is for Cleanup|is for Cleanup.*of/s);
  });

  it('takes an interrupted node on, with time left to terminate it before the deadline', async () => {
    const world = aWorld();
    const output = await assess(world);
    expect(output).toMatchObject({
      verdict: 'Interrupted',
      targets: [
        {
          nodeName: 'node-a',
          group: 'spot',
          interrupted: true,
          drainBy: world.clock.now() + 108_000,
          replacement: 'WithDrain',
        },
      ],
    });
    expect(world.cases.rows.get(subject)).toMatchObject({ state: 'Open', holder: execution });
  });

  it('takes the earlier deadline of a case that another event has opened', async () => {
    const world = aWorld();
    const endsAt = world.clock.now() + 60_000;
    await world.cases.openOrJoin(news({ cause: 'InstanceStopping', interrupted: true, endsAt }));
    const [target] = await targetsOf(world);
    expect(target).toMatchObject({ cause: 'InstanceStopping', drainBy: endsAt - 12_000 });
  });

  it('leaves an instance to the execution that holds its case', async () => {
    const world = aWorld();
    await world.cases.claim(news(), 'another-run');
    const output = await assess(world);
    expect(output).toMatchObject({ verdict: 'Nothing', outcome: 'NothingToDo', targets: [] });
    expect(codes(output.reasons)).toEqual(['JoinedOtherExecution']);
  });

  it('rolls back first after an execution that let its lease end, then takes the instance on', async () => {
    const world = aWorld();
    await world.cases.claim(news(), 'dead-run');
    await world.clock.sleep(leaseLength);
    const input = interruption(world.clock);
    const first = await assess(world, input);
    expect(first).toMatchObject({ verdict: 'TakeOver', of: 'dead-run', targets: [] });
    expect(codes(first.reasons)).toEqual(['HolderDied']);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: 'dead-run' });
    expect(await assessNodes(world.ports)({ execution, input, rolledBack: ['dead-run'] })).toMatchObject({
      verdict: 'Interrupted',
      targets: [{ instanceId }],
    });
    expect(world.cases.rows.get(subject)).toMatchObject({ holder: execution, state: 'Open' });
  });

  it('takes an instance over although it could not roll back the dead execution', async () => {
    const world = aWorld();
    await world.cases.claim(news(), 'dead-run');
    await world.clock.sleep(leaseLength);
    const input = interruption(world.clock);
    expect(await assessNodes(world.ports)({ execution, input, rolledBack: ['dead-run'] })).toMatchObject({
      verdict: 'Interrupted',
    });
  });

  it('only looks in a dry run, also at what a dead execution has left', async () => {
    const world = aWorld();
    await world.cases.claim(news(), 'dead-run');
    await world.clock.sleep(leaseLength);
    expect(await assess(world, { ...manual, dryRun: true })).toMatchObject({ verdict: 'DryRun' });
    expect(world.cases.rows.get(subject)?.holder).toBe('dead-run');
  });

  it('finds nothing to do when the instance has no node', async () => {
    const world = aWorld();
    world.cluster.nodes = [];
    const output = await assess(world);
    expect([output.outcome, codes(output.reasons)]).toEqual(['NothingToDo', ['NodeGone']]);
    expect(world.cases.rows.get(subject)?.state).toBe('Closed');
  });

  it('never takes a node for its own because of its name alone', async () => {
    const world = aWorld();
    world.cluster.nodes = [aNode({ instanceId: 'i-0aaaaaaaaaaaaaaaa' })];
    expect((await assess(world)).verdict).toBe('Nothing');
  });

  it.each([
    ['a managed node group', { labels: { 'eks.amazonaws.com/nodegroup': 'platform' } }, 'OwnedByManagedNodeGroup'],
    ['Karpenter', { labels: { 'karpenter.sh/nodepool': 'default' } }, 'OwnedByKarpenter'],
    ['EKS Auto Mode', { labels: { 'eks.amazonaws.com/compute-type': 'auto' } }, 'OwnedByAutoMode'],
    [
      'Cluster Autoscaler',
      { taints: [{ key: 'ToBeDeletedByClusterAutoscaler', effect: 'NoSchedule' }] },
      'OwnedByClusterAutoscaler',
    ],
  ] as const)('hands a node over that %s replaces', async (_, node, code) => {
    const world = aWorld();
    world.cluster.nodes = [aNode({ instanceId, ...node })];
    const output = await assess(world);
    expect([output.outcome, codes(output.reasons)]).toEqual(['HandedOver', [code]]);
  });

  it('acts on such a node when the policy says so', async () => {
    const world = aWorld({ settings: { 'act-on': ['managed-node-group'] } });
    world.cluster.nodes = [aNode({ instanceId, labels: { 'eks.amazonaws.com/nodegroup': 'platform' } })];
    expect((await assess(world)).verdict).toBe('Interrupted');
  });

  it.each([
    ['ignore', 'NothingToDo', 'PolicyIgnores'],
    ['notify', 'HandedOver', 'PolicyNotifies'],
  ])('does with a rebalance recommendation what the policy %s says', async (action, outcome, code) => {
    const world = aWorld({ settings: { 'rebalance-recommendation': { action } } });
    const output = await assess(world, {
      cluster: 'demo',
      cause: 'RebalanceRecommendation',
      instances: [instanceId],
      dryRun: false,
    });
    expect([output.outcome, codes(output.reasons)]).toEqual([outcome, [code]]);
  });

  it('says that the group brings the new instance where policy leaves it to the group', async () => {
    const world = aWorld({ settings: { 'spot-interruption': { replacement: 'by-group' } } });
    expect(codes((await assess(world)).reasons)).toContain('ReplacementByGroup');
  });

  it("hands a person's reason on to the reports", async () => {
    expect([(await assess(aWorld(), manual)).why, (await assess(aWorld())).why]).toEqual(['kernel', '']);
  });

  it('does nothing while everything is paused, and says why', async () => {
    const world = aWorld();
    world.settings.pausedBy = 'incident 42';
    await expect(assess(world)).rejects.toMatchObject({ name: 'PausedError', message: 'incident 42' });
    expect([world.cluster.calls, world.cases.rows.size]).toEqual([[], 0]);
  });

  it('puts back what a dead execution left, and plans, also while everything is paused', async () => {
    const world = aWorld();
    world.settings.pausedBy = 'incident 42';
    const cleanup = { cluster: 'demo', cause: 'Cleanup', of: 'dead-run', dryRun: false };
    expect(await assess(world, cleanup)).toMatchObject({ verdict: 'RollBack', of: 'dead-run', outcome: 'RolledBack' });
    expect(await assess(world, { ...manual, dryRun: true })).toMatchObject({ verdict: 'DryRun' });
  });

  it('goes on with forced work, and stops voluntary work, while the table cannot be reached', async () => {
    const broken = async () => Promise.reject(new ApiUnavailableError('no table'));
    const world = aWorld();
    Object.assign(world.cases, { read: broken, claim: broken, close: broken });
    Object.assign(world.journal, { begin: broken });
    expect((await assess(world)).verdict).toBe('Interrupted');
    await expect(assess(world, manual)).rejects.toMatchObject({ name: 'ApiUnavailableError' });
  });

  it.each([
    ['an unknown cluster', { ...manual, cluster: 'other' }, 'UnknownClusterError', /other/],
    ['nothing selected', { cluster: 'demo', dryRun: false }, 'InvalidInputError', /instances/],
    ['an empty list', { cluster: 'demo', instances: [], nodes: [] }, 'InvalidInputError', /none means none/],
    ['unknown keys', { ...manual, taskToken: 'x', approved: true }, 'InvalidInputError', /taskToken.*approved/s],
    [
      'wrong types on several paths',
      { cluster: 7, instances: ['*'], dryRun: 'no' },
      'InvalidInputError',
      /(?=.*at cluster)(?=.*at instances\[0\])(?=.*at dryRun)/s,
    ],
    ['no object at all', 'demo', 'InvalidInputError', /object/],
    [
      'an interruption without its deadline, which would leave no pod any grace',
      { ...manual, cause: 'SpotInterruption' },
      'InvalidInputError',
      /needs the time at which it ends.*at facts\["?i-0123456789abcdef0"?\]\.endsAt/s,
    ],
    [
      'an interruption of a node instead of an instance',
      { cluster: 'demo', cause: 'InstanceStopping', nodes: ['node-a'], dryRun: false },
      'InvalidInputError',
      /is about instances.*at nodes/s,
    ],
    ['a cleanup after nobody', { cluster: 'demo', cause: 'Cleanup', dryRun: false }, 'InvalidInputError', /at of/],
  ])("refuses a person's input with %s, naming every path", async (_, input, name, message) => {
    await expect(assess(aWorld(), input as object)).rejects.toMatchObject({
      name,
      message: expect.stringMatching(message),
    });
  });

  it('gives the whole plan of a dry run and writes nothing', async () => {
    const world = aWorld();
    world.cluster.pods = [
      aPod({ name: 'web' }),
      aPod({ name: 'agent', controllerKind: 'DaemonSet' }),
      aPod({ name: 'naked', controllerKind: undefined }),
    ];
    const output = await assess(world, { ...manual, dryRun: undefined });
    expect(output).toMatchObject({ verdict: 'DryRun', outcome: 'NothingToDo', targets: [{ instanceId }] });
    expect(output.plan).toMatchObject([
      { pod: 'shop/web', action: 'Evict' },
      { pod: 'shop/naked', action: 'Wait', reasons: [{ code: 'PodUnmanaged' }] },
      { pod: 'shop/agent', action: 'Keep' },
    ]);
    expect(world.cluster.calls.filter((call) => /change|evict|delete/.test(call))).toEqual([]);
    expect(world.cases.rows.size).toBe(0);
  });
});
