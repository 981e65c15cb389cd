import type { Reason, Target } from '../../../functions/node-replacement/contract.ts';
import type { Ports } from '../../../functions/node-replacement/ports.ts';
import { assessNodes } from '../../../functions/node-replacement/tasks/assess-nodes.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import { aNode } from '../../builders/a-node.ts';
import { fakeCases } from '../../fakes/fake-cases.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeCluster } from '../../fakes/fake-cluster.ts';
import { fakeGroups } from '../../fakes/fake-groups.ts';
import { fakeSettings } from '../../fakes/fake-settings.ts';

export const instanceId = 'i-0123456789abcdef0';
export const execution = 'demo-run';

function aGroup(given: Partial<GroupFacts> = {}): GroupFacts {
  return {
    name: 'spot',
    desired: 3,
    min: 0,
    max: 6,
    suspended: [],
    capacityRebalance: false,
    managedNodeGroup: false,
    instances: [{ instanceId, lifecycleState: 'InService', protectedFromScaleIn: false }],
    ...given,
  };
}

/** One node of one group in one cluster, and every port as a fake. */
export function aWorld(given: { settings?: object; group?: Partial<GroupFacts> } = {}) {
  const clock = fakeClock();
  const cluster = fakeCluster(() => clock.now());
  clock.onTick = (now) => cluster.tick(now);
  cluster.nodes = [aNode({ instanceId })];
  const groups = fakeGroups([aGroup(given.group)], () => clock.now());
  const cases = fakeCases(() => clock.now());
  const settings = fakeSettings({ demo: { 'node-replacement': given.settings ?? {} } });
  const ports: Ports = {
    clock,
    cases,
    groups,
    cluster: async () => cluster,
    settings,
  };
  return { clock, cluster, groups, cases, settings, ports };
}

/** What intake would give for a Spot interruption of the node, now. */
export function interruption(clock: { now(): number }) {
  const facts = { [instanceId]: { deadline: clock.now() + 120_000, nodeName: 'node-a' } };
  return { cluster: 'demo', cause: 'SpotInterruption', instances: [instanceId], dryRun: false, facts };
}

export type World = ReturnType<typeof aWorld>;

/** What the assessment says, of an interruption unless told otherwise. */
export async function assess(world: World, input: object = interruption(world.clock)) {
  return await assessNodes(world.ports)({ execution, input });
}

export async function targetsOf(world: World, input?: object): Promise<Target[]> {
  const { targets } = await assess(world, input);
  return targets as Target[];
}

export const codes = (reasons: readonly Reason[]) => reasons.map(({ code }) => code);

/** A person's wish. */
export const manual = { cluster: 'demo', instances: [instanceId], dryRun: false, reason: 'kernel' };
