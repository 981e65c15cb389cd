import { describe, expect, it } from '@jest/globals';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { aNode } from '../../builders/a-node.ts';
import { aWorld, codes, execution, manual, targetsOf, type World } from './a-world.ts';

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

  it('never raises the maximum: work on interrupted nodes goes on, voluntary work fails', async () => {
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
    world.groups.failLaunch('InsufficientInstanceCapacity');
    expect(await launch(world, manual)).toMatchObject({
      status: 'Failed',
      reasons: expect.arrayContaining([expect.objectContaining({ code: 'LaunchFailed' })]),
    });
    const late = aWorld();
    await launch(late, manual);
    await late.clock.sleep(601_000);
    const { status, reasons } = await launch(late, manual);
    expect([status, codes(reasons)]).toEqual(['Failed', ['ReplacementRequested', 'ReplacementNotReady']]);
  });

  it('leaves the launch to a group that rebalances its capacity itself', async () => {
    const world = aWorld({ group: { capacityRebalance: true } });
    expect(await launch(world)).toEqual({ status: 'Ready', reasons: [] });
    expect(world.groups.calls).toEqual([]);
  });
});
