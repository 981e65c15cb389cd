import { describe, expect, it } from '@jest/globals';
import { cordonNodes } from '../../../functions/node-replacement/tasks/cordon-nodes.ts';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { aNode } from '../../builders/a-node.ts';
import { aWorld, codes, execution, instanceId, manual, targetsOf } from './a-world.ts';

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

  it('stops before the first of them when everything was paused meanwhile', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    world.settings.pausedBy = 'incident 42';
    await expect(cordonNodes(world.ports)({ cluster: 'demo', execution, targets })).rejects.toMatchObject({
      name: 'PausedError',
      message: 'incident 42',
    });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(false);
  });

  it('says on the node why, with the execution', async () => {
    const world = aWorld();
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets: await targetsOf(world) });
    expect(world.cluster.events).toEqual([
      {
        name: 'node-a',
        reason: 'StewardCordoned',
        message: expect.stringMatching(/cordoned for SpotInterruption: .*\(demo-run\)/),
      },
    ]);
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

  it('leaves the node of an instance that is ending already cordoned, and restores the others', async () => {
    const world = aWorld();
    const targets = await targetsOf(world);
    await cordonNodes(world.ports)({ cluster: 'demo', execution, targets });
    await world.ports.groups.terminate(instanceId, false);
    await rollBackNodes(world.ports)({ cluster: 'demo', execution, of: execution });
    expect(world.cluster.nodes[0]?.unschedulable).toBe(true);
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
