import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { cases } from '../../../shared/workflow/live/cases.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { groups } from '../../../shared/workflow/live/groups.ts';
import { journal } from '../../../shared/workflow/live/journal.ts';
import { leases } from '../../../shared/workflow/live/leases.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { stopWhenPaused } from '../../../shared/workflow/pause.ts';
import { type Shrinking, shrinkGroup } from '../capacity/shrink-group.ts';
import {
  because,
  type Change,
  change,
  type InputOf,
  type NeedsOf,
  nodeReplacement,
  type OutputOf,
  type Reason,
} from '../contract.ts';
import { type Ending, endingOf } from '../core/ending.ts';
import { isEnding, missingFrom } from '../core/size-group.ts';
import { type CurrentTarget, instanceSubject } from '../core/targets.ts';
import { currentTargets } from '../current-targets.ts';
import { reachable } from '../reachable.ts';

type Ports = PortsOf<NeedsOf<'terminateNodes'>, Change>;
type Input = InputOf<'terminateNodes'>;
type Output = OutputOf<'terminateNodes'>;

/** Auto Scaling allows few writes a second to one account; a batch has up to 50 instances. */
const inFlight = 5;

/** The one look that a call takes at the groups and at what was written down. */
interface Look {
  /** The group of each instance that is still in one. */
  readonly members: ReadonlyMap<string, string>;
  readonly groups: ReadonlyMap<string, GroupFacts>;
  /** Instances for which a replacement was launched: they take their unit of desired capacity with them. */
  readonly replaced: ReadonlySet<string>;
  /** Instances whose end this run has written down. */
  readonly ours: ReadonlySet<string>;
  /** When the first of them was written down; undefined when none was. Epoch milliseconds. */
  readonly endedAt: number | undefined;
}

/** `Ended`: by us or its group, before this call; `Gone`: the group lost it without us. */
type Answer = 'Terminating' | 'Ended' | 'Gone';
interface Ended {
  readonly target: CurrentTarget;
  readonly answer: Answer;
}

/**
 * Ends the drained instances through their groups, once, and says when instance, node and group are as they should be. A call
 * that ends instances answers `Waiting`: the next one looks at what came of it.
 *
 * @throws PausedError while one of them has still to be ended
 */
export function terminateNodes(ports: Ports) {
  return async (input: Input, signal?: AbortSignal): Promise<Output> => {
    const { targets, lost } = await currentTargets(ports, input, input.targets);
    if (targets.length === 0) return { status: 'Done', outcome: 'NothingToDo', reasons: [...lost] };
    const look = await lookAtGroups(ports, input.execution, targets);
    const ended = await endAll(ports, input.execution, targets, look);
    const told = [...lost, ...ended.flatMap(reasonOf)];
    if (ended.some(({ answer }) => answer === 'Terminating'))
      return { status: 'Waiting', outcome: 'Drained', reasons: told };
    const api = await ports.cluster(input.cluster);
    const nodes = await api.listNodes();
    const run = { ...input, api, nodes, since: input.startedAt };
    const shrunk = await shrinkForLost(ports, run, ended, look, signal);
    const ending = judge(ports.clock.now(), input, targets, look, nodes);
    if (ending.status === 'Done') await closeCases(ports, input.execution, targets, ending.outcome);
    return { ...ending, reasons: [...told, ...shrunk, ...ending.reasons] };
  };
}

async function lookAtGroups(ports: Ports, execution: string, targets: readonly CurrentTarget[]): Promise<Look> {
  const names = [...new Set(targets.flatMap(({ group }) => group ?? []))];
  const [members, facts, changes] = await Promise.all([
    ports.groups.groupsOf(targets.map(({ instanceId }) => instanceId)),
    ports.groups.describe(names),
    reachable(ports, targets).journal.changesOf(execution),
  ]);
  const replaced = new Set<string>();
  const ours = new Set<string>();
  for (const { change: made, settled } of changes) {
    const isLaunch = made.kind === 'Resize' && made.direction === 'Out' && settled;
    if (isLaunch) for (const id of made.instanceIds) replaced.add(id);
    if (made.kind === 'Endings') for (const id of made.instanceIds) ours.add(id);
  }
  return {
    members,
    groups: facts,
    replaced,
    ours,
    endedAt: changes.find(({ change: made }) => made.kind === 'Endings')?.at,
  };
}

async function endAll(
  ports: Ports,
  execution: string,
  targets: readonly CurrentTarget[],
  look: Look,
): Promise<Ended[]> {
  const present = targets.filter(({ instanceId }) => look.members.has(instanceId));
  const due = present.filter(({ instanceId, group }) => !isEnding(look.groups.get(group ?? ''), instanceId));
  if (due.length > 0) await stopWhenPaused(ports);
  const unwritten = due.map(({ instanceId }) => instanceId).filter((id) => !look.ours.has(id));
  if (unwritten.length > 0) {
    const { journal: written } = reachable(ports, targets);
    await written.intend(execution, `endings/${unwritten[0]}`, { kind: 'Endings', instanceIds: unwritten });
  }
  return await inParallel(targets, inFlight, async (target): Promise<Ended> => {
    const { instanceId } = target;
    if (!look.members.has(instanceId)) return { target, answer: look.ours.has(instanceId) ? 'Ended' : 'Gone' };
    if (!due.includes(target)) return { target, answer: 'Ended' };
    return { target, answer: await ports.groups.terminate(instanceId, look.replaced.has(instanceId)) };
  });
}

/** EC2 was faster than we: the group lost the instance but not the unit of desired capacity that its replacement got. */
async function shrinkForLost(
  ports: Ports,
  run: Shrinking,
  ended: readonly Ended[],
  { groups: facts, replaced }: Look,
  signal: AbortSignal | undefined,
): Promise<Reason[]> {
  const lost = ended.filter(({ target, answer }) => answer === 'Gone' && replaced.has(target.instanceId));
  const reasons: Reason[] = [];
  for (const [name, entries] of Map.groupBy(lost, ({ target }) => target.group ?? '')) {
    const group = facts.get(name);
    const ids = entries.map(({ target }) => target.instanceId);
    if (group) reasons.push(...(await shrinkGroup(ports, run, group, ids, signal)));
  }
  return reasons;
}

function reasonOf({ target: { instanceId, group }, answer }: Ended): Reason[] {
  if (answer !== 'Gone') return [because('InstanceTerminated', instanceId)];
  return group === null ? [] : [because('InstanceGone', instanceId)];
}

function judge(
  now: number,
  { startedAt }: Input,
  targets: readonly CurrentTarget[],
  look: Look,
  nodes: readonly NodeFacts[],
): Ending {
  // A successor of the same name is another node.
  const there = new Set(nodes.map(({ uid }) => uid));
  return endingOf({
    now,
    endedAt: look.endedAt ?? startedAt,
    targets,
    listed: new Set(look.members.keys()),
    nodesLeft: targets.filter(({ nodeUid }) => there.has(nodeUid)).map(({ nodeName }) => nodeName),
    replacements: [...look.groups.values()].map((group) => ({
      group: group.name,
      missing: missingFrom(group, targets, nodes, startedAt),
    })),
    timeout: Math.max(...targets.map(({ policy }) => policy.replacementTimeout)),
  });
}

async function closeCases(
  ports: Ports,
  execution: string,
  targets: readonly CurrentTarget[],
  outcome: Ending['outcome'],
): Promise<void> {
  await inParallel(targets, inFlight, (target) =>
    reachable(ports, [target]).cases.close(instanceSubject(target.instanceId), execution, outcome),
  );
}

const connectors = { settings, cases, journal: journal(nodeReplacement.name, change), leases, groups, cluster };
export const handler = defineTask(nodeReplacement.tasks.terminateNodes, connectors, terminateNodes);
