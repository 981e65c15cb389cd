import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../../functions/node-replacement/contract.ts';
import { instanceSubject } from '../../../functions/node-replacement/core/targets.ts';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { terminateNodes } from '../../../functions/node-replacement/tasks/terminate-nodes.ts';
import { aNode } from '../../builders/a-node.ts';
import { aWorld, codes, execution, instanceId, news, subject, targetsOf, type World } from './a-world.ts';

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

  it('ends nothing once everything is paused, but still looks after what is ending', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.settings.pausedBy = 'incident 42';
    await expect(end(world, targets)).rejects.toMatchObject({ name: 'PausedError', message: 'incident 42' });
    expect(world.groups.calls).toEqual([]);
    world.settings.pausedBy = undefined;
    await end(world, targets);
    world.settings.pausedBy = 'incident 42';
    expect((await end(world, targets)).status).toBe('Waiting');
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
    expect(world.cases.rows.get(subject)?.closed?.outcome).toBe('Replaced');
  });

  it('gives a new node its time from the end of the old one, however long the drain took', async () => {
    const world = aWorld({ settings: { 'spot-interruption': { replacement: 'by-group' } } });
    const targets = await targetsOf(world);
    await world.clock.sleep(700_000);
    await end(world, targets);
    await world.clock.sleep(599_000);
    expect((await end(world, targets)).status).toBe('Waiting');
    await world.clock.sleep(2_000);
    expect((await end(world, targets)).status).toBe('Done');
  });

  it('leaves a surplus instance alone on which another execution works, and says so', async () => {
    const world = aWorld({ group: { desired: 1 } });
    const targets = await targetsOf(world);
    await launchReplacements(world.ports)({ cluster: 'demo', execution, targets, startedAt: 1_000_000 });
    const fresh = 'i-0cccccccccccccccc';
    const group = world.groups.byName.get('spot');
    const instances = [{ instanceId: fresh, lifecycleState: 'InService', protectedFromScaleIn: false }];
    if (group) world.groups.byName.set('spot', { ...group, instances, desired: 1 });
    world.cluster.nodes = [aNode({ name: 'node-b', uid: 'uid-b', instanceId: fresh, createdAt: world.clock.now() })];
    await world.cases.claim(news({ subject: instanceSubject(fresh) }), 'another-run');
    const { reasons } = await end(world, targets);
    expect(reasons).toContainEqual(expect.objectContaining({ code: 'JoinedOtherExecution', about: fresh }));
    expect(world.groups.calls).toEqual(['setDesired spot 2']);
    expect(world.cases.rows.get(instanceSubject(fresh))).toMatchObject({ state: 'Open', holder: 'another-run' });
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
