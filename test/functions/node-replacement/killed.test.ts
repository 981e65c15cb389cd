import { describe, expect, it } from '@jest/globals';
import { assessNodes } from '../../../functions/node-replacement/assess-nodes.ts';
import type { Target } from '../../../functions/node-replacement/contract.ts';
import { cordonNodes } from '../../../functions/node-replacement/cordon-nodes.ts';
import { drainNodes } from '../../../functions/node-replacement/drain-nodes.ts';
import { launchReplacements } from '../../../functions/node-replacement/launch-replacements.ts';
import type { Ports } from '../../../functions/node-replacement/ports.ts';
import { rollBackNodes } from '../../../functions/node-replacement/roll-back-nodes.ts';
import { terminateNodes } from '../../../functions/node-replacement/terminate-nodes.ts';
import { aBudget } from '../../builders/a-budget.ts';
import { aNode } from '../../builders/a-node.ts';
import { aPod } from '../../builders/a-pod.ts';
import { aWorld, execution, instanceId, interruption } from './a-world.ts';

type World = ReturnType<typeof aWorld>;
type When = 'before' | 'after';

/** The function's process is gone; nothing in it can catch that. */
class Killed extends Error {
  override readonly name = 'Killed';
}

const fresh = 'i-0cccccccccccccccc';

/** Ports that kill their caller at the n-th call, before it takes effect or after. */
function deadly(ports: Ports, at: number, when: When): { ports: Ports; calls: () => number } {
  let calls = 0;
  const guard = <Port extends object>(port: Port): Port =>
    new Proxy(port, {
      get: (target, name) => {
        const member: unknown = Reflect.get(target, name);
        if (typeof member !== 'function') return member;
        return async (...given: unknown[]) => {
          calls += 1;
          const mine = calls;
          if (mine === at && when === 'before') throw new Killed();
          const result: unknown = await Reflect.apply(member, target, given);
          if (mine === at && when === 'after') throw new Killed();
          return result;
        };
      },
    });
  const cluster = async (name: string) => guard(await ports.cluster(name));
  return { ports: { ...ports, cases: guard(ports.cases), groups: guard(ports.groups), cluster }, calls: () => calls };
}

/** As `Retry` does: the same task with the same input again, in a new process. */
async function retried<Output>(task: () => Promise<Output>): Promise<Output> {
  try {
    return await task();
  } catch (error) {
    if (!(error instanceof Killed)) throw error;
    return await task();
  }
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

async function replacement(world: World, ports: Ports): Promise<void> {
  const run = { cluster: 'demo', execution };
  const startedAt = world.clock.now();
  const { targets: assessed } = await retried(() =>
    assessNodes(ports)({ execution, input: interruption(world.clock) }),
  );
  const work = { ...run, targets: assessed as Target[] };
  await retried(() => cordonNodes(ports)(work));
  await retried(() => launchReplacements(ports)({ ...work, startedAt }));
  await retried(() => drainNodes(ports)(work));
  await retried(() => terminateNodes(ports)({ ...work, startedAt }));
  replace(world);
  await retried(() => terminateNodes(ports)({ ...work, startedAt }));
}

async function rolledBack(world: World, ports: Ports): Promise<void> {
  const run = { cluster: 'demo', execution };
  const input = { cluster: 'demo', instances: [instanceId], dryRun: false };
  const { targets: assessed } = await retried(() => assessNodes(ports)({ execution, input }));
  const targets = assessed as Target[];
  await retried(() => cordonNodes(ports)({ ...run, targets }));
  await retried(() => launchReplacements(ports)({ ...run, targets, startedAt: world.clock.now() }));
  await retried(() => rollBackNodes(ports)({ ...run, of: execution }));
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
] as const)('%s whose functions are killed', (_, play) => {
  const count = async () => {
    const world = newWorld();
    const counted = deadly(world.ports, 0, 'before');
    await play(world, counted.ports);
    return { calls: counted.calls(), end: endOf(world) };
  };

  it.each(['before', 'after'] as const)('ends the same whichever call it happens %s', async (when) => {
    const { calls, end } = await count();
    expect(calls).toBeGreaterThan(10);
    for (let at = 1; at <= calls; at++) {
      const world = newWorld();
      await play(world, deadly(world.ports, at, when).ports);
      expect({ at, ...endOf(world) }).toEqual({ at, ...end });
    }
  });
});
