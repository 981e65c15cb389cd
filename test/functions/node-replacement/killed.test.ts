import { describe, expect, it } from '@jest/globals';
import type { Target } from '../../../functions/node-replacement/contract.ts';
import { assessNodes } from '../../../functions/node-replacement/tasks/assess-nodes.ts';
import { cordonNodes } from '../../../functions/node-replacement/tasks/cordon-nodes.ts';
import { drainNodes } from '../../../functions/node-replacement/tasks/drain-nodes.ts';
import { launchReplacements } from '../../../functions/node-replacement/tasks/launch-replacements.ts';
import { rollBackNodes } from '../../../functions/node-replacement/tasks/roll-back-nodes.ts';
import { terminateNodes } from '../../../functions/node-replacement/tasks/terminate-nodes.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { aBudget } from '../../builders/a-budget.ts';
import { aNode } from '../../builders/a-node.ts';
import { aPod } from '../../builders/a-pod.ts';
import { deadly, type Guard, Killed, type When } from '../../fakes/deadly.ts';
import { aWorld, execution, instanceId, interruption, type Ports, type World } from './a-world.ts';

const fresh = 'i-0cccccccccccccccc';

function guarded(ports: Ports, guard: Guard): Ports {
  const cluster = async (name: string) => guard(await ports.cluster(name));
  const { clock, cases, journal, leases, groups, settings } = ports;
  const work = { cases: guard(cases), journal: guard(journal), leases: guard(leases) };
  return { clock, ...work, groups: guard(groups), settings: guard(settings), cluster };
}

/** As `Retry` does: the same task with the same input again, in a new process. */
type Run = <Output>(task: (ports: Ports) => Promise<Output>) => Promise<Output>;
function retrying(process: () => Ports): Run {
  let ports = process();
  return async (task) => {
    try {
      return await task(ports);
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      ports = process();
      return await task(ports);
    }
  };
}

function newWorld(): World {
  const world = aWorld({ group: { desired: 1 } });
  world.cluster.pods = [
    ...Array.from({ length: 3 }, (_, index) =>
      aPod({ name: `web-${index}`, uid: `web-${index}`, gracePeriodSeconds: 2 }),
    ),
    aPod({ name: 'free', uid: 'free', labels: {}, gracePeriodSeconds: 1 }),
    aPod({ name: 'agent', uid: 'agent', controllerKind: 'DaemonSet' }),
  ];
  world.cluster.budgets = [aBudget({ disruptionsAllowed: 1 })];
  return world;
}

/** What Auto Scaling and EC2 do once the old instance was ended. */
function replace(world: World): void {
  const group = world.groups.byName.get('spot');
  const instances = [{ instanceId: fresh, lifecycleState: 'InService', protectedFromScaleIn: false }];
  if (group) world.groups.byName.set('spot', { ...group, instances });
  world.cluster.nodes = [aNode({ name: 'node-b', uid: 'uid-b', instanceId: fresh, createdAt: world.clock.now() })];
}

const run = { cluster: 'demo', execution };

async function replacement(world: World, task: Run): Promise<void> {
  const startedAt = world.clock.now();
  const { targets } = await task((ports) => assessNodes(ports)({ execution, input: interruption(world.clock) }));
  await replaceAll(world, task, targets, startedAt);
}

async function replaceAll(world: World, task: Run, targets: Target[], startedAt: number): Promise<void> {
  const work = { ...run, targets };
  await task((ports) => cordonNodes(ports)({ ...work, why: '', dryRun: false }));
  await task((ports) => launchReplacements(ports)({ ...work, startedAt }));
  await task((ports) => drainNodes(ports)({ ...work, blockedReported: false }));
  await task((ports) => terminateNodes(ports)({ ...work, startedAt }));
  replace(world);
  await task((ports) => terminateNodes(ports)({ ...work, startedAt }));
}

async function rolledBack(world: World, task: Run): Promise<void> {
  const input = { cluster: 'demo', instances: [instanceId], dryRun: false };
  const { targets } = await task((ports) => assessNodes(ports)({ execution, input }));
  await task((ports) => cordonNodes(ports)({ ...run, targets, why: '', dryRun: false }));
  await task((ports) => launchReplacements(ports)({ ...run, targets, startedAt: world.clock.now() }));
  await task((ports) => rollBackNodes(ports)({ ...run, of: execution }));
}

/** A run has died in its drain and nobody rolled it back. */
async function takenOver(world: World, task: Run): Promise<void> {
  const of = 'dead-run';
  const input = { cluster: 'demo', instances: [instanceId], dryRun: false };
  const { targets } = await assessNodes(world.ports)({ execution: of, input });
  await cordonNodes(world.ports)({ cluster: 'demo', execution: of, targets, why: '', dryRun: false });
  const startedAt = world.clock.now();
  await launchReplacements(world.ports)({ cluster: 'demo', execution: of, targets, startedAt });
  await world.clock.sleep(leaseLength);
  const interrupted = interruption(world.clock);
  expect((await task((ports) => assessNodes(ports)({ execution, input: interrupted }))).verdict).toBe('TakeOver');
  await task((ports) => rollBackNodes(ports)({ ...run, of }));
  const again = await task((ports) => assessNodes(ports)({ execution, input: interrupted, rolledBack: [of] }));
  await replaceAll(world, task, again.targets, startedAt);
}

/** What an operator would see afterwards. */
function endOf({ cluster, groups, cases }: World) {
  return {
    desired: groups.byName.get('spot')?.desired,
    ended: [...new Set(groups.calls.filter((call) => call.startsWith('terminate')))],
    pods: cluster.pods.map(({ name }) => name),
    nodes: cluster.nodes.map(({ name, unschedulable, taints, labels, annotations }) => ({
      name,
      unschedulable,
      taints,
      labels,
      annotations,
    })),
    cases: [...cases.rows.values()].map(({ state, closed, generation }) => ({
      state,
      outcome: closed?.outcome,
      generation,
    })),
  };
}

describe.each([
  ['a replacement', replacement],
  ['a run that rolls back', rolledBack],
  ['a replacement after a run that has died', takenOver],
] as const)('%s whose functions are killed', (_, play) => {
  const played = async (at: number, when: When) => {
    const world = newWorld();
    const { process, calls } = deadly(at, when);
    await play(
      world,
      retrying(() => guarded(world.ports, process())),
    );
    return { calls: calls(), end: endOf(world) };
  };

  it.each(['before', 'after'] as const)('ends the same whichever call it happens %s', async (when) => {
    const { calls, end } = await played(0, when);
    expect(calls).toBeGreaterThan(10);
    for (let at = 1; at <= calls; at++) expect({ at, end: (await played(at, when)).end }).toEqual({ at, end });
  });
});
