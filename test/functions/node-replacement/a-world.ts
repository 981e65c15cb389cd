import type { Change, Reason, Target } from '../../../functions/node-replacement/contract.ts';
import { instanceSubject } from '../../../functions/node-replacement/core/targets.ts';
import { assessNodes } from '../../../functions/node-replacement/tasks/assess-nodes.ts';
import { cordonNodes } from '../../../functions/node-replacement/tasks/cordon-nodes.ts';
import { drainNodes } from '../../../functions/node-replacement/tasks/drain-nodes.ts';
import type { Groups } from '../../../shared/aws/groups.ts';
import type { Settings } from '../../../shared/aws/settings.ts';
import type { CaseNews } from '../../../shared/domain/case.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { ClusterApi } from '../../../shared/kubernetes/cluster-api.ts';
import type { Clock } from '../../../shared/runtime/clock.ts';
import type { Cases } from '../../../shared/work/cases.ts';
import type { Journal } from '../../../shared/work/journal.ts';
import type { Leases } from '../../../shared/work/leases.ts';
import { memoryCases } from '../../../shared/work/memory/cases.ts';
import { memoryJournal } from '../../../shared/work/memory/journal.ts';
import { memoryLeases } from '../../../shared/work/memory/leases.ts';
import { aNode } from '../../builders/a-node.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeCluster } from '../../fakes/fake-cluster.ts';
import { fakeGroups } from '../../fakes/fake-groups.ts';
import { fakeSettings } from '../../fakes/fake-settings.ts';

export const instanceId = 'i-0123456789abcdef0';
export const execution = 'demo-run';
/** What the case of the instance is kept under. */
export const subject = instanceSubject(instanceId);

/** Every port that a task of the workflow can need, with all its methods. */
export interface Ports {
  readonly clock: Clock;
  readonly settings: Settings;
  readonly cases: Cases;
  readonly journal: Journal<Change>;
  readonly leases: Leases;
  readonly groups: Groups;
  readonly cluster: (name: string) => Promise<ClusterApi>;
}

function aGroup(given: Partial<GroupFacts> = {}): GroupFacts {
  return {
    name: 'spot',
    desired: 3,
    min: 0,
    max: 6,
    suspended: [],
    capacityRebalance: false,
    managedNodeGroup: false,
    clusterTags: ['demo'],
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
  const cases = memoryCases(clock);
  const journal = memoryJournal<Change>(clock);
  const leases = memoryLeases(clock);
  const settings = fakeSettings({ demo: { 'node-replacement': given.settings ?? {} } });
  const ports: Ports = {
    clock,
    cases,
    journal,
    leases,
    groups,
    cluster: async () => cluster,
    settings,
  };
  return { clock, cluster, groups, cases, journal, leases, settings, ports };
}

/** What intake would give for a Spot interruption of the node, now. */
export function interruption(clock: { now(): number }) {
  const facts = { [instanceId]: { endsAt: clock.now() + 120_000, nodeName: 'node-a' } };
  return { cluster: 'demo', cause: 'SpotInterruption', instances: [instanceId], dryRun: false, facts };
}

export type World = ReturnType<typeof aWorld>;

/** What the assessment says, of an interruption unless told otherwise. */
export async function assess(world: World, input: object = interruption(world.clock)) {
  return await assessNodes(world.ports)({ execution, input });
}

export async function targetsOf(world: World, input?: object): Promise<Target[]> {
  const { targets } = await assess(world, input);
  return targets;
}

/** What is told of the instance; a person's wish unless said otherwise. */
export function news(given: Partial<CaseNews> = {}): CaseNews {
  return { subject, cluster: 'demo', cause: 'Manual', interrupted: false, endsAt: null, ...given };
}

export async function cordon(world: World, targets: Target[], dryRun = false) {
  return await cordonNodes(world.ports)({ cluster: 'demo', execution, targets, why: 'a new image', dryRun });
}

/** One slice of the drain. */
export async function drain(world: World, targets: Target[], blockedReported = false) {
  return await drainNodes(world.ports)({ cluster: 'demo', execution, targets, blockedReported });
}

export const codes = (reasons: readonly Reason[]) => reasons.map(({ code }) => code);

/** A person's wish. */
export const manual = { cluster: 'demo', instances: [instanceId], dryRun: false, reason: 'kernel' };
