import { describe, expect, it } from '@jest/globals';
import { assessNodes } from '../../../functions/node-replacement/assess-nodes.ts';
import type { Reason, Target } from '../../../functions/node-replacement/contract.ts';
import { cordonNodes } from '../../../functions/node-replacement/cordon-nodes.ts';
import { drainNodes } from '../../../functions/node-replacement/drain-nodes.ts';
import { launchReplacements } from '../../../functions/node-replacement/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/roll-back-nodes.ts';
import { terminateNodes } from '../../../functions/node-replacement/terminate-nodes.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { ApiUnavailableError } from '../../../shared/errors.ts';
import { aBudget } from '../../builders/a-budget.ts';
import { aNode } from '../../builders/a-node.ts';
import { aPod } from '../../builders/a-pod.ts';
import { aWorld, execution, instanceId, interruption } from './a-world.ts';

type World = ReturnType<typeof aWorld>;

async function assess(world: World, input: object = interruption(world.clock)) {
  return await assessNodes(world.ports)({ execution, input });
}

async function targetsOf(world: World, input?: object): Promise<Target[]> {
  const { targets } = await assess(world, input);
  return targets as Target[];
}

const codes = (reasons: readonly Reason[]) => reasons.map(({ code }) => code);
const manual = { cluster: 'demo', instances: [instanceId], dryRun: false, reason: 'kernel' };

describe('assessing nodes', () => {
  it('takes an interrupted node on, with time left to terminate it before the deadline', async () => {
    const world = aWorld();
    const output = await assess(world);
    expect(output).toMatchObject({
      verdict: 'Forced',
      targets: [
        {
          nodeName: 'node-a',
          group: 'spot',
          forced: true,
          drainBy: world.clock.now() + 108_000,
          replacement: 'WithDrain',
        },
      ],
    });
    expect(world.cases.rows.get(instanceId)).toMatchObject({ state: 'Open', holder: execution });
  });

  it('takes the earlier deadline of a case that another event has opened', async () => {
    const world = aWorld();
    const deadline = world.clock.now() + 60_000;
    await world.cases.openOrJoin({ instanceId, cluster: 'demo', cause: 'InstanceStopping', forced: true, deadline });
    const [target] = await targetsOf(world);
    expect(target).toMatchObject({ cause: 'InstanceStopping', drainBy: deadline - 12_000 });
  });

  it('leaves an instance to the execution that holds its case', async () => {
    const world = aWorld();
    await world.cases.claim(
      { instanceId, cluster: 'demo', cause: 'Manual', forced: false, deadline: null },
      'another-run',
    );
    const output = await assess(world);
    expect(output).toMatchObject({ verdict: 'Nothing', outcome: 'NothingToDo', targets: [] });
    expect(codes(output.reasons)).toEqual(['JoinedOtherExecution']);
  });

  it('tidies up first after an execution that let its lease end, then takes the instance on', async () => {
    const world = aWorld();
    const news = { instanceId, cluster: 'demo', cause: 'Manual', forced: false, deadline: null };
    await world.cases.claim(news, 'dead-run');
    await world.clock.sleep(leaseLength);
    const input = interruption(world.clock);
    const first = await assess(world, input);
    expect(first).toMatchObject({ verdict: 'TakeOver', of: 'dead-run', targets: [] });
    expect(codes(first.reasons)).toEqual(['HolderDied']);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: 'dead-run' });
    expect(await assessNodes(world.ports)({ execution, input, tidied: ['dead-run'] })).toMatchObject({
      verdict: 'Forced',
      targets: [{ instanceId }],
    });
    expect(world.cases.rows.get(instanceId)).toMatchObject({ holder: execution, state: 'Open' });
  });

  it('takes an instance over although it could not tidy up after the dead execution', async () => {
    const world = aWorld();
    await world.cases.claim(
      { instanceId, cluster: 'demo', cause: 'Manual', forced: false, deadline: null },
      'dead-run',
    );
    await world.clock.sleep(leaseLength);
    const input = interruption(world.clock);
    expect(await assessNodes(world.ports)({ execution, input, tidied: ['dead-run'] })).toMatchObject({
      verdict: 'Forced',
    });
  });

  it('only looks in a dry run, also at what a dead execution has left', async () => {
    const world = aWorld();
    await world.cases.claim(
      { instanceId, cluster: 'demo', cause: 'Manual', forced: false, deadline: null },
      'dead-run',
    );
    await world.clock.sleep(leaseLength);
    expect(await assess(world, { ...manual, dryRun: true })).toMatchObject({ verdict: 'Nothing' });
    expect(world.cases.rows.get(instanceId)?.holder).toBe('dead-run');
  });

  it('finds nothing to do when the instance has no node', async () => {
    const world = aWorld();
    world.cluster.nodes = [];
    const output = await assess(world);
    expect([output.outcome, codes(output.reasons)]).toEqual(['NothingToDo', ['NodeGone']]);
    expect(world.cases.rows.get(instanceId)?.state).toBe('Closed');
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
    expect((await assess(world)).verdict).toBe('Forced');
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

  it('stops before the first write when a rule of RBAC is missing, and names it', async () => {
    const world = aWorld();
    world.cluster.denied = [{ verb: 'create', group: '', resource: 'pods/eviction' }];
    await expect(assess(world)).rejects.toMatchObject({ name: 'AccessDeniedError', missing: ['create pods/eviction'] });
    expect(world.cluster.calls).toEqual(['missingRights']);
  });

  it('does nothing while everything is paused', async () => {
    const world = aWorld();
    world.switches.paused = 'incident 42';
    const output = await assess(world);
    expect(output.reasons).toMatchObject([{ code: 'Paused', text: expect.stringContaining('incident 42') }]);
    expect(world.cluster.calls).toEqual([]);
  });

  it('goes on with forced work, and stops voluntary work, while the table cannot be reached', async () => {
    const broken = async () => Promise.reject(new ApiUnavailableError('no table'));
    const world = aWorld();
    Object.assign(world.cases, { read: broken, claim: broken, recordExecution: broken, close: broken });
    expect((await assess(world)).verdict).toBe('Forced');
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
    expect(output.plan).toMatchObject([
      { pod: 'shop/web', action: 'Evict' },
      { pod: 'shop/naked', action: 'Wait', reasons: [{ code: 'PodUnmanaged' }] },
      { pod: 'shop/agent', action: 'Keep' },
    ]);
    expect(world.cluster.calls.filter((call) => /change|evict|delete/.test(call))).toEqual([]);
    expect(world.cases.rows.size).toBe(0);
  });
});

describe('cordoning nodes', () => {
  it('cordons, taints, labels and records the undo in one write, and does nothing the second time', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    for (let time = 0; time < 2; time++) await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect(world.cluster.nodes[0]).toMatchObject({
      unschedulable: true,
      labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'eks-steward' },
      annotations: { 'eks-steward.io/execution': execution, 'eks-steward.io/undo': 'cordon,taint,label' },
    });
    expect(world.cluster.calls.filter((call) => call.startsWith('changeNode'))).toHaveLength(1);
  });

  it('says that a node is gone, and never writes to a new node of its name', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.cluster.nodes = [aNode({ uid: 'uid-successor', instanceId: 'i-0bbbbbbbbbbbbbbbb' })];
    const output = await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect(codes(output.reasons)).toEqual(['NodeGone']);
    expect(world.cluster.nodes[0]?.unschedulable).toBe(false);
  });
});

describe('rolling back', () => {
  it('removes exactly what the run added', async () => {
    const world = aWorld();
    const own = aNode({ instanceId, labels: { team: 'a' }, taints: [{ key: 'theirs', effect: 'NoSchedule' }] });
    world.cluster.nodes = [own];
    const targets = await targetsOf(world);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    for (let time = 0; time < 2; time++)
      await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]).toEqual({ ...own, resourceVersion: expect.any(String) });
    expect(world.cases.rows.get(instanceId)).toMatchObject({ state: 'Closed', closed: { outcome: 'RolledBack' } });
  });

  it('leaves a node cordoned that somebody else had cordoned before', async () => {
    const world = aWorld();
    world.cluster.nodes = [aNode({ instanceId, unschedulable: true })];
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets: await targetsOf(world) });
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(true);
  });

  it('counts the desired capacity down again when nothing was launched for it', async () => {
    const world = aWorld({ group: { desired: 1 } });
    const targets = await targetsOf(world, manual);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: world.clock.now() });
    expect(world.groups.byName.get('spot')?.desired).toBe(2);
    for (let time = 0; time < 2; time++)
      await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.groups.byName.get('spot')?.desired).toBe(1);
  });
});

describe('launching replacements', () => {
  const launch = async (world: World, input?: object) =>
    launchReplacements(world.ports)({
      cluster: 'demo',
      execution,
      targets: await targetsOf(world, input),
      startedAt: 1_000_000,
    });

  it('asks the group for one more instance, once, however often it is called', async () => {
    const world = aWorld();
    for (let time = 0; time < 3; time++) expect(await launch(world)).toMatchObject({ status: 'Ready' });
    expect(world.groups.calls).toEqual(['setDesired spot 4']);
  });

  it('never raises the maximum: forced work goes on, voluntary work fails', async () => {
    const full = { group: { desired: 6, max: 6 } };
    expect(await launch(aWorld(full))).toMatchObject({ status: 'Ready', reasons: [{ code: 'GroupAtMaximum' }] });
    expect(await launch(aWorld(full), manual)).toMatchObject({
      status: 'Failed',
      reasons: [{ code: 'GroupAtMaximum' }],
    });
  });

  it('waits until the new node is Ready before a voluntary drain', async () => {
    const world = aWorld();
    expect(await launch(world, manual)).toMatchObject({ status: 'Waiting' });
    const fresh = 'i-0cccccccccccccccc';
    const group = world.groups.byName.get('spot');
    if (group)
      world.groups.byName.set('spot', {
        ...group,
        instances: [
          ...group.instances,
          { instanceId: fresh, lifecycleState: 'InService', protectedFromScaleIn: false },
        ],
      });
    world.cluster.nodes.push(aNode({ name: 'node-b', uid: 'uid-b', instanceId: fresh, createdAt: world.clock.now() }));
    expect(await launch(world, manual)).toMatchObject({ status: 'Ready' });
  });

  it('gives up a voluntary replacement that cannot be launched or does not become Ready in time', async () => {
    const world = aWorld();
    world.groups.failures = ['InsufficientInstanceCapacity'];
    expect(await launch(world, manual)).toMatchObject({
      status: 'Failed',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'LaunchFailed' })]),
    });
    const late = aWorld();
    await launch(late, manual);
    await late.clock.sleep(601_000);
    expect(await launch(late, manual)).toMatchObject({ status: 'Failed', reasons: [{ code: 'ReplacementNotReady' }] });
  });

  it('leaves the launch to a group that rebalances its capacity itself', async () => {
    const world = aWorld({ group: { capacityRebalance: true } });
    expect(await launch(world)).toEqual({ status: 'Ready', reasons: [] });
    expect(world.groups.calls).toEqual([]);
  });
});

describe('draining nodes', () => {
  const drain = async (world: World, input?: object) => {
    const targets = await targetsOf(world, input);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    return await drainNodes(world.ports)({ cluster: 'demo', execution, targets });
  };

  it('evicts at the pace of the budget and says when the node is empty', async () => {
    const world = aWorld();
    world.cluster.pods = Array.from({ length: 4 }, () => aPod({ gracePeriodSeconds: 2 }));
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 2 })];
    const output = await drain(world);
    expect(output).toMatchObject({ status: 'Drained', evicted: 4, forced: 0 });
    expect(world.cluster.pods).toEqual([]);
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toHaveLength(4);
  });

  it('does nothing more when it runs again on an empty node', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ gracePeriodSeconds: 1 })];
    await drain(world);
    expect(await drain(world)).toMatchObject({ status: 'Drained', evicted: 0 });
  });

  it('deletes a pod that its budget never lets go, when only its grace period is left, and says so on the pod', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'held' })];
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 0 })];
    const first = await drain(world);
    expect(first).toMatchObject({ status: 'Draining', blocked: true, reasons: [{ code: 'BudgetHolds' }] });
    const targets = await targetsOf(world);
    const second = await drainNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect(second).toMatchObject({ forced: 1 });
    expect(codes(second.done)).toContain('ForceDeleted');
    expect(await drainNodes(world.ports)({ cluster: 'demo', execution, targets })).toMatchObject({
      status: 'Drained',
      forced: 0,
    });
    expect(world.cluster.events).toContainEqual(
      expect.objectContaining({ name: 'held', reason: 'StewardForceDeleted' }),
    );
  });

  it('waits for the blockers of a voluntary drain without spinning, and gives up when its time is over', async () => {
    const world = aWorld({ settings: { manual: { 'drain-timeout': '1m', replacement: 'by-group' } } });
    world.cluster.pods = [aPod()];
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 0 })];
    const targets = await targetsOf(world, manual);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    const run = () => drainNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect(await run()).toMatchObject({ status: 'Waiting', blocked: true });
    expect(world.cluster.calls.filter((call) => call === 'listBudgets')).toHaveLength(1);
    await world.clock.sleep(61_000);
    const last = await run();
    expect([last.status, codes(last.reasons)]).toEqual(['GiveUp', expect.arrayContaining(['DrainTimedOut'])]);
    expect(world.cluster.pods).toHaveLength(1);
  });

  it('waits until the volumes of evicted pods are detached, but not for those of pods that stay', async () => {
    const world = aWorld();
    world.cluster.pods = [
      aPod({ gracePeriodSeconds: 1, claims: ['data'] }),
      aPod({ controllerKind: 'DaemonSet', claims: ['cache'] }),
    ];
    world.cluster.volumes.set('node-a', 2);
    const tick = world.clock.onTick;
    const began = world.clock.now();
    world.clock.onTick = (now) => {
      tick(now);
      if (now > began + 8_000) world.cluster.volumes.set('node-a', 1);
    };
    expect(await drain(world)).toMatchObject({ status: 'Drained' });
    expect(world.clock.now() - began).toBeGreaterThan(8_000);
  });

  it('stops a voluntary drain when somebody takes the node back, and does not fight', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world, manual);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    world.cluster.nodes = world.cluster.nodes.map((node) => ({ ...node, unschedulable: false }));
    const output = await drainNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect([output.status, codes(output.reasons)]).toEqual(['GiveUp', ['UncordonedByOthers']]);
    expect(world.cluster.pods[0]?.deletionDeadline).toBeUndefined();
  });

  it('becomes forced when a Spot interruption joins its case', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ controllerKind: undefined, gracePeriodSeconds: 5 })];
    const targets = await targetsOf(world, manual);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect((await drainNodes(world.ports)({ cluster: 'demo', execution, targets })).status).toBe('Waiting');
    const deadline = world.clock.now() + 120_000;
    await world.cases.openOrJoin({ instanceId, cluster: 'demo', cause: 'SpotInterruption', forced: true, deadline });
    expect((await drainNodes(world.ports)({ cluster: 'demo', execution, targets })).status).toBe('Drained');
  });

  it('stops when everything is paused', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world);
    world.switches.paused = 'incident';
    expect(await drainNodes(world.ports)({ cluster: 'demo', execution, targets })).toMatchObject({ status: 'GiveUp' });
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toEqual([]);
  });

  it('asks again later for a pod whose eviction a webhook refused, and names it', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'web' })];
    world.cluster.answers.set('web', {
      kind: 'Denied',
      message: 'admission webhook "guard.example.com" denied the request',
    });
    const output = await drain(world, manual);
    expect(output).toMatchObject({ status: 'Waiting', blocked: true });
    expect(output.reasons).toContainEqual(
      expect.objectContaining({ code: 'EvictionDenied', text: expect.stringContaining('guard.example.com') }),
    );
  });

  it('takes a node that vanishes in the middle for done', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world);
    world.cluster.nodes = [];
    const output = await drainNodes(world.ports)({ cluster: 'demo', execution, targets });
    expect([output.status, codes(output.done)]).toEqual(['Drained', ['NodeGone']]);
  });
});

describe('an execution that was taken for dead and comes back', () => {
  const takenOver = async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world, manual);
    await world.clock.sleep(leaseLength);
    await world.cases.claim(
      { instanceId, cluster: 'demo', cause: 'Manual', forced: false, deadline: null },
      'next-run',
    );
    return { world, work: { cluster: 'demo', execution, targets } };
  };

  it('evicts nothing', async () => {
    const { world, work } = await takenOver();
    await drainNodes(world.ports)(work);
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toEqual([]);
  });

  it('changes no group, and says who has the instance now', async () => {
    const { world, work } = await takenOver();
    await launchReplacements(world.ports)({ ...work, startedAt: 1_000_000 });
    const output = await terminateNodes(world.ports)({ ...work, startedAt: 1_000_000 });
    expect(output).toMatchObject({ status: 'Done', outcome: 'NothingToDo' });
    expect(output.reasons).toMatchObject([{ code: 'JoinedOtherExecution', text: expect.stringContaining('next-run') }]);
    expect(world.groups.calls).toEqual([]);
    expect(world.cases.rows.get(instanceId)).toMatchObject({ state: 'Open', holder: 'next-run' });
  });

  it('leaves the instance alone when its changes were put back meanwhile', async () => {
    const world = aWorld();
    const targets = await targetsOf(world, manual);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution: 'cleanup', of: execution });
    await terminateNodes(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    expect(world.groups.calls).toEqual([]);
  });
});

describe('terminating instances', () => {
  const end = (world: World, targets: Target[]) =>
    terminateNodes(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });

  it('takes the unit of capacity with the instance when a replacement was launched, once', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    for (let time = 0; time < 2; time++) expect((await end(world, targets)).status).toBe('Waiting');
    expect(world.groups.calls).toEqual(['setDesired spot 4', `terminate ${instanceId} with decrement`]);
    expect(world.groups.byName.get('spot')?.desired).toBe(3);
  });

  it('takes no further unit when the instance that it ended is gone from the group', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    await end(world, targets);
    const group = world.groups.byName.get('spot');
    if (group) world.groups.byName.set('spot', { ...group, instances: [] });
    const output = await end(world, targets);
    expect(codes(output.reasons)).toContain('InstanceTerminated');
    expect(world.groups.byName.get('spot')?.desired).toBe(3);
  });

  it('lets the group replace the instance when none was launched', async () => {
    const world = aWorld({ settings: { 'spot-interruption': { replacement: 'by-group' } } });
    const targets = await targetsOf(world);
    await end(world, targets);
    expect(world.groups.calls).toEqual([`terminate ${instanceId} without decrement`]);
    expect(world.groups.byName.get('spot')?.desired).toBe(3);
  });

  it('takes a surplus unit back when EC2 took the instance first', async () => {
    const world = aWorld({ group: { desired: 1 } });
    const targets = await targetsOf(world);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    const group = world.groups.byName.get('spot');
    if (group) world.groups.byName.set('spot', { ...group, instances: [] });
    for (let time = 0; time < 2; time++) await end(world, targets);
    expect(world.groups.byName.get('spot')?.desired).toBe(1);
  });

  it('is done, and closes the case, when the old node is gone and the new one is Ready', async () => {
    const world = aWorld({ group: { desired: 1 } });
    const targets = await targetsOf(world);
    expect((await end(world, targets)).status).toBe('Waiting');
    const fresh = 'i-0cccccccccccccccc';
    const group = world.groups.byName.get('spot');
    if (group)
      world.groups.byName.set('spot', {
        ...group,
        instances: [{ instanceId: fresh, lifecycleState: 'InService', protectedFromScaleIn: false }],
      });
    world.cluster.nodes = [aNode({ name: 'node-b', uid: 'uid-b', instanceId: fresh, createdAt: world.clock.now() })];
    expect(await end(world, targets)).toMatchObject({ status: 'Done', outcome: 'Replaced' });
    expect(world.cases.rows.get(instanceId)?.closed?.outcome).toBe('Replaced');
  });

  it('reports what is missing instead of waiting for ever', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    await end(world, targets);
    await world.clock.sleep(601_000);
    const output = await end(world, targets);
    expect([output.status, output.outcome]).toEqual(['Done', 'Drained']);
    expect(codes(output.reasons)).toEqual(expect.arrayContaining(['NodeLeft', 'ReplacementPending']));
  });
});
