import { describe, expect, it } from '@jest/globals';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { terminateNodes } from '../../../functions/node-replacement/tasks/terminate-nodes.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { aBudget } from '../../builders/a-budget.ts';
import { aPod } from '../../builders/a-pod.ts';
import { aWorld, codes, cordon, drain, execution, manual, news, subject, targetsOf, type World } from './a-world.ts';

describe('draining nodes', () => {
  const drainAll = async (world: World, input?: object) => {
    const targets = await targetsOf(world, input);
    await cordon(world, targets);
    return await drain(world, targets);
  };

  it('evicts at the pace of the budget and says when the node is empty', async () => {
    const world = aWorld();
    world.cluster.pods = Array.from({ length: 4 }, () => aPod({ gracePeriodSeconds: 2 }));
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 2 })];
    const output = await drainAll(world);
    expect(output).toMatchObject({ status: 'Drained', evicted: 4, forceDeleted: 0 });
    expect(world.cluster.pods).toEqual([]);
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toHaveLength(4);
  });

  it('does nothing more when it runs again on an empty node', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ gracePeriodSeconds: 1 })];
    await drainAll(world);
    expect(await drainAll(world)).toMatchObject({ status: 'Drained', evicted: 0 });
  });

  it('deletes a pod that its budget never lets go, when only its grace period is left, and says so on the pod', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'held' })];
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 0 })];
    const first = await drainAll(world);
    expect(first).toMatchObject({ status: 'Draining', blocked: true, reasons: [{ code: 'BudgetHolds' }] });
    const targets = await targetsOf(world);
    const second = await drain(world, targets);
    expect(second).toMatchObject({ forceDeleted: 1 });
    expect(codes(second.done)).toContain('ForceDeleted');
    expect(await drain(world, targets)).toMatchObject({
      status: 'Drained',
      forceDeleted: 0,
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
    await cordon(world, targets);
    const run = () => drain(world, targets);
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
    expect(await drainAll(world)).toMatchObject({ status: 'Drained' });
    expect(world.clock.now() - began).toBeGreaterThan(8_000);
  });

  it('stops a voluntary drain when somebody takes the node back, and does not fight', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world, manual);
    await cordon(world, targets);
    world.cluster.nodes = world.cluster.nodes.map((node) => ({ ...node, unschedulable: false }));
    const output = await drain(world, targets);
    expect([output.status, codes(output.reasons)]).toEqual(['GiveUp', ['UncordonedByOthers']]);
    expect(world.cluster.pods[0]?.deletionDeadline).toBeUndefined();
  });

  it('becomes a drain of an interrupted node when a Spot interruption joins its case', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ controllerKind: undefined, gracePeriodSeconds: 5 })];
    const targets = await targetsOf(world, manual);
    await cordon(world, targets);
    expect((await drain(world, targets)).status).toBe('Waiting');
    const endsAt = world.clock.now() + 120_000;
    await world.cases.openOrJoin(news({ cause: 'SpotInterruption', interrupted: true, endsAt }));
    expect((await drain(world, targets)).status).toBe('Drained');
  });

  it('stops before the first eviction when everything is paused', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world);
    world.settings.pausedBy = 'incident';
    await expect(drain(world, targets)).rejects.toMatchObject({ name: 'PausedError', message: 'incident' });
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toEqual([]);
  });

  it('ends early when everything is paused in its middle, and the next slice says so', async () => {
    const world = aWorld();
    world.cluster.pods = Array.from({ length: 4 }, () => aPod({ gracePeriodSeconds: 2 }));
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 1 })];
    const targets = await targetsOf(world);
    const tick = world.clock.onTick;
    world.clock.onTick = (now) => {
      tick(now);
      world.settings.pausedBy = 'incident';
    };
    expect(await drain(world, targets)).toMatchObject({ status: 'Draining', forceDeleted: 0 });
    const { length } = world.cluster.calls.filter((call) => call.startsWith('evict'));
    expect(length).toBeLessThan(4);
    await expect(drain(world, targets)).rejects.toMatchObject({ name: 'PausedError' });
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toHaveLength(length);
  });

  it('asks again later for a pod whose eviction a webhook refused, and names it', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'web' })];
    world.cluster.answers.set('web', {
      kind: 'Denied',
      message: 'admission webhook "guard.example.com" denied the request',
    });
    const output = await drainAll(world, manual);
    expect(output).toMatchObject({ status: 'Waiting', blocked: true });
    expect(output.reasons).toContainEqual(
      expect.objectContaining({ code: 'EvictionDenied', text: expect.stringContaining('guard.example.com') }),
    );
  });

  it('does not take an API server that could not be asked for a pod that blocks, and says what happened', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'web' })];
    world.cluster.answers.set('web', { kind: 'Unavailable', message: 'evict pod shop/web: ECONNRESET' });
    const output = await drainAll(world, manual);
    expect(output).toMatchObject({ status: 'Waiting', blocked: false });
    expect(output.reasons).toMatchObject([{ code: 'EvictionUnanswered', text: expect.stringContaining('ECONNRESET') }]);
    expect(world.cluster.events.map(({ reason }) => reason)).not.toContain('StewardBlocked');
  });

  it('says once on a pod that it holds the drain up, and what would let it go', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod({ name: 'held' })];
    world.cluster.budgets = [aBudget({ disruptionsAllowed: 0 })];
    const targets = await targetsOf(world, manual);
    await drain(world, targets, false);
    await drain(world, targets, true);
    expect(world.cluster.events).toEqual([
      {
        name: 'held',
        reason: 'StewardBlocked',
        message: expect.stringMatching(/holds up a drain: .* needs \d+ healthy pods? and has \d+ \(demo-run\)/),
      },
    ]);
  });

  it('takes a node that vanishes in the middle for done', async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world);
    world.cluster.nodes = [];
    const output = await drain(world, targets);
    expect([output.status, codes(output.done)]).toEqual(['Drained', ['NodeGone']]);
  });
});

describe('an execution that was taken for dead and comes back', () => {
  const takenOver = async () => {
    const world = aWorld();
    world.cluster.pods = [aPod()];
    const targets = await targetsOf(world, manual);
    await world.clock.sleep(leaseLength);
    await world.cases.claim(news(), 'next-run');
    return { world, work: { cluster: 'demo', execution, targets } };
  };

  it('evicts nothing', async () => {
    const { world, work } = await takenOver();
    await drain(world, work.targets);
    expect(world.cluster.calls.filter((call) => call.startsWith('evict'))).toEqual([]);
  });

  it('changes no group, and says who has the instance now', async () => {
    const { world, work } = await takenOver();
    await launchReplacements(world.ports)({ ...work, startedAt: 1_000_000 });
    const output = await terminateNodes(world.ports)({ ...work, startedAt: 1_000_000 });
    expect(output).toMatchObject({ status: 'Done', outcome: 'NothingToDo' });
    expect(output.reasons).toMatchObject([{ code: 'JoinedOtherExecution', text: expect.stringContaining('next-run') }]);
    expect(world.groups.calls).toEqual([]);
    expect(world.cases.rows.get(subject)).toMatchObject({ state: 'Open', holder: 'next-run' });
  });

  it('leaves the instance alone when its changes were put back meanwhile', async () => {
    const world = aWorld();
    const targets = await targetsOf(world, manual);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution: 'cleanup', of: execution });
    await terminateNodes(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    expect(world.groups.calls).toEqual([]);
  });
});
