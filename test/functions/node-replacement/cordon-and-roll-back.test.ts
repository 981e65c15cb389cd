import { describe, expect, it } from '@jest/globals';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { aNode } from '../../builders/a-node.ts';
import { aWorld, codes, cordon, execution, instanceId, manual, subject, targetsOf, type World } from './a-world.ts';

const writesOf = ({ cluster: { calls, events } }: World) => [
  ...calls.filter((call) => /change|evict|delete/.test(call)),
  ...events,
];

describe('cordoning nodes', () => {
  it('cordons, taints, labels and records the undo in one write, and does nothing the second time', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    for (let time = 0; time < 2; time++) await cordon(world, targets);
    expect(world.cluster.nodes[0]).toMatchObject({
      unschedulable: true,
      labels: { 'node.kubernetes.io/exclude-from-external-load-balancers': 'eks-steward' },
      annotations: { 'eks-steward.io/execution': execution, 'eks-steward.io/undo': 'cordon,taint,label' },
    });
    expect(world.cluster.calls.filter((call) => call.startsWith('changeNode'))).toHaveLength(1);
  });

  it('stops before the first of them when everything was paused meanwhile', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.settings.pausedBy = 'incident 42';
    await expect(cordon(world, targets)).rejects.toMatchObject({
      name: 'PausedError',
      message: 'incident 42',
    });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(false);
  });

  it.each([false, true])(
    'names a right that the cluster does not give, before the first write (dry run: %s)',
    async (dryRun) => {
      const world = aWorld();
      const targets = await targetsOf(world);
      world.cluster.denied = [{ verb: 'create', group: '', resource: 'pods/eviction' }];
      await expect(cordon(world, targets, dryRun)).rejects.toMatchObject({
        name: 'AccessDeniedError',
        missing: ['create pods/eviction'],
      });
      expect([writesOf(world), world.cluster.nodes[0]?.unschedulable]).toEqual([[], false]);
    },
  );

  it('goes on without the right to delete pods, and says what that means where policy would force', async () => {
    const world = aWorld();
    world.cluster.denied = [{ verb: 'delete', group: '', resource: 'pods' }];
    expect(codes((await cordon(world, await targetsOf(world))).reasons)).toEqual(['ForceDeleteDenied']);
    expect(world.cluster.nodes[0]?.unschedulable).toBe(true);
    const calm = aWorld();
    calm.cluster.denied = world.cluster.denied;
    expect((await cordon(calm, await targetsOf(calm, manual))).reasons).toEqual([]);
  });

  it('only looks in a dry run, paused or not', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.settings.pausedBy = 'incident 42';
    world.cluster.denied = [{ verb: 'delete', group: '', resource: 'pods' }];
    expect(codes((await cordon(world, targets, true)).reasons)).toEqual(['ForceDeleteDenied']);
    expect([writesOf(world), world.cluster.nodes[0]?.unschedulable]).toEqual([[], false]);
  });

  it('says on the node why, with the execution', async () => {
    const world = aWorld();
    await cordon(world, await targetsOf(world));
    expect(world.cluster.events).toEqual([
      {
        name: 'node-a',
        reason: 'StewardCordoned',
        message: expect.stringMatching(/cordoned for SpotInterruption: .*\(demo-run\)/),
      },
    ]);
  });

  it("says on the node a person's own words", async () => {
    const world = aWorld();
    const targets = (await targetsOf(world)).map(
      (target) => ({ ...target, cause: 'Manual', interrupted: false }) as const,
    );
    await cordon(world, targets);
    expect(world.cluster.events.map(({ message }) => message)).toEqual(['cordoned for Manual: a new image (demo-run)']);
  });

  it('says that a node is gone, and never writes to a new node of its name', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.cluster.nodes = [aNode({ uid: 'uid-successor', instanceId: 'i-0bbbbbbbbbbbbbbbb' })];
    const output = await cordon(world, targets);
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
    await cordon(world, targets);
    for (let time = 0; time < 2; time++)
      await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]).toEqual({ ...own, resourceVersion: expect.any(String) });
    expect(world.cases.rows.get(subject)).toMatchObject({ state: 'Closed', closed: { outcome: 'RolledBack' } });
  });

  it.each([
    ['everything', {}, 'uncordoned; taint and label removed'],
    ['the cordon and the label, somebody took the taint off', { taints: [] }, 'uncordoned; label removed'],
    ['the taint and the label, somebody uncordoned', { unschedulable: false }, 'taint and label removed'],
    ['nothing but our notes', { taints: [], labels: {}, unschedulable: false }, 'nothing of it was left'],
  ])('says what it removed when it finds %s', async (_, found, words) => {
    const world = aWorld();
    await cordon(world, await targetsOf(world));
    world.cluster.nodes = world.cluster.nodes.map((node) => ({ ...node, ...found }));
    const { reasons } = await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    const text = `what the run had changed was put back: ${words}`;
    expect(reasons).toEqual([{ code: 'RolledBack', about: 'node-a', text }]);
  });

  it('says of the execution that it rolls back that nothing of it was left, not of itself', async () => {
    const world = aWorld();
    const { reasons } = await rollBackNodes(world.ports)({ cluster: 'demo', execution: 'cleanup', of: execution });
    expect(reasons).toMatchObject([{ code: 'RolledBack', about: execution }]);
  });

  it('leaves the node of an instance that is ending already cordoned, and restores the others', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    await cordon(world, targets);
    await world.ports.groups.terminate(instanceId, false);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(true);
  });

  it('leaves a node cordoned that somebody else had cordoned before', async () => {
    const world = aWorld();
    world.cluster.nodes = [aNode({ instanceId, unschedulable: true })];
    await cordon(world, await targetsOf(world));
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(true);
  });

  it('ends the idle replacement of a run whose cases have been given to another one', async () => {
    const world = aWorld({ group: { desired: 1 } });
    const targets = await targetsOf(world, manual);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: world.clock.now() });
    const fresh = { instanceId: 'i-0cccccccccccccccc', lifecycleState: 'InService', protectedFromScaleIn: false };
    const group = world.groups.byName.get('spot');
    if (group) world.groups.byName.set('spot', { ...group, instances: [...group.instances, fresh] });
    const joined = { name: 'node-b', uid: 'uid-b', instanceId: fresh.instanceId, createdAt: world.clock.now() };
    world.cluster.nodes.push(aNode(joined));
    await world.clock.sleep(60_000);
    const dead = world.cases.rows.get(subject);
    if (dead) await world.cases.abandon(dead);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution: 'next-run', of: execution });
    expect(world.groups.calls.slice(1)).toEqual([`terminate ${fresh.instanceId} with decrement`]);
    expect(world.groups.byName.get('spot')?.desired).toBe(1);
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
