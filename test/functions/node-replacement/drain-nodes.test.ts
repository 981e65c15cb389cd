import { describe, expect, it } from '@jest/globals';
import { cordonNodes } from '../../../functions/node-replacement/tasks/cordon-nodes.ts';
import { drainNodes } from '../../../functions/node-replacement/tasks/drain-nodes.ts';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { terminateNodes } from '../../../functions/node-replacement/tasks/terminate-nodes.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { aBudget } from '../../builders/a-budget.ts';
import { aPod } from '../../builders/a-pod.ts';
import { aWorld, codes, execution, instanceId, manual, targetsOf, type World } from './a-world.ts';

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
    world.settings.pausedBy = 'incident';
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

  it('says once on a pod that it holds the drain up, and what would let it go', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'held' })];
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 0 })];
    const targets = await targetsOf(world, manual);
    const run = (blockedReported: boolean) =>
      drainNodes(world.ports)({ cluster: 'demo', execution, targets, blockedReported });
    await run(false);
    await run(true);
    expect(world.cluster.events).toEqual([
      {
        name: 'held',
        reason: 'StewardBlocked',
        message: expect.stringMatching(/holds up a drain: .* needs \d+ healthy pods and has \d+ \(demo-run\)/),
      },
    ]);
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
