import type * as z from 'zod';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import { inParallel } from '../../../shared/runtime/parallel.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { shrinkGroup } from '../capacity/shrink-group.ts';
import { because, contract, type Reason, type Target } from '../contract.ts';
import { type Ending, endingOf } from '../core/ending.ts';
import { nodesLaunchedSince } from '../core/size-group.ts';
import { evenWithoutTable } from '../even-without-table.ts';
import { livePorts } from '../live-ports.ts';
import { readNodes } from '../nodes/find-nodes.ts';
import { policyFor } from '../policy-for.ts';
import type { Ports } from '../ports.ts';
import { refreshTargets } from '../refresh-targets.ts';
import { stopWhenPaused } from '../stop-when-paused.ts';

type Input = z.output<(typeof contract)['terminateNodes']['input']>;
type Output = z.input<(typeof contract)['terminateNodes']['output']>;

/** Auto Scaling allows few writes a second to one account; a batch has up to 50 instances. */
const inFlight = 5;

/**
 * Ends the drained instances through their groups, once, and says when instance, node and group are as they should be.
 * An instance for which a replacement was launched takes its unit of desired capacity with it.
 *
 * @throws PausedError while one of them has still to be ended
 */
export function terminateNodes(ports: Ports) {
  return async (given: Input): Promise<Output> => {
    const { targets, lost } = await refreshTargets(ports, given, given.targets);
    if (targets.length === 0) return { status: 'Done', outcome: 'NothingToDo', reasons: lost };
    const input = { ...given, targets };
    const { execution } = given;
    const groupNames = [...new Set(targets.flatMap((target) => target.group ?? []))];
    const forced = targets.every((target) => target.forced);
    const resizes = await evenWithoutTable(forced, () => ports.cases.readResizes(execution, groupNames), []);
    const replaced = new Set(
      resizes
        .filter(({ direction, settled }) => direction === 'Out' && settled)
        .flatMap(({ instanceIds }) => instanceIds),
    );
    const ids = targets.map((target) => target.instanceId);
    const members = await ports.groups.groupsOf(ids);
    const before = await ports.groups.describe(groupNames);
    const ours = await evenWithoutTable(forced, () => ports.cases.endingsOf(execution), new Set<string>());
    const alive = targets.filter((target) => !isEnding(before.get(target.group ?? ''), target));
    if (alive.some(({ instanceId }) => members.has(instanceId))) await stopWhenPaused(ports);
    const due = ids.filter((id) => members.has(id) && !ours.has(id));
    await evenWithoutTable(forced, () => ports.cases.recordEndings(execution, due), undefined);
    const ended = await inParallel(targets, inFlight, async (target) => {
      const { instanceId } = target;
      if (!members.has(instanceId))
        return { target, answer: ours.has(instanceId) ? ('Ended' as const) : ('Gone' as const) };
      if (isEnding(before.get(target.group ?? ''), target)) return { target, answer: 'Ended' as const };
      return { target, answer: await ports.groups.terminate(instanceId, replaced.has(instanceId)) };
    });
    const shrunk = await shrinkForLost(ports, input, ended, replaced, before);
    const ending = await judge(ports, input, new Set(members.keys()));
    const reasons = [
      ...lost,
      ...shrunk,
      ...ended.flatMap(({ target, answer }) => endedReason(target, answer)),
      ...ending.reasons,
    ];
    if (ending.status === 'Done') await closeCases(ports, input, ending.outcome);
    return { status: ending.status, outcome: ending.outcome, reasons };
  };
}

/** `Ended`: by us or its group, now or before; `Gone`: the group lost it without us. */
type Answer = 'Terminating' | 'Ended' | 'Gone';

function isEnding(group: GroupFacts | undefined, target: Target): boolean {
  const member = group?.instances.find(({ instanceId }) => instanceId === target.instanceId);
  return member?.lifecycleState.startsWith('Terminat') ?? false;
}

/** EC2 was faster than we: the group lost the instance but not the unit of desired capacity that its replacement got. */
async function shrinkForLost(
  ports: Ports,
  input: Input,
  ended: readonly { readonly target: Target; readonly answer: Answer }[],
  replaced: ReadonlySet<string>,
  before: ReadonlyMap<string, GroupFacts>,
): Promise<Reason[]> {
  const lost = ended.filter(({ target, answer }) => answer === 'Gone' && replaced.has(target.instanceId));
  const byGroup = Map.groupBy(lost, ({ target }) => target.group ?? '');
  const reasons: Reason[] = [];
  for (const [name, entries] of byGroup) {
    const group = before.get(name);
    if (!group) continue;
    const instanceIds = entries.map(({ target }) => target.instanceId);
    reasons.push(...(await shrinkGroup(ports, input, group.name, instanceIds, input.startedAt)));
  }
  return reasons;
}

function endedReason(target: Target, answer: Answer): Reason[] {
  if (answer === 'Terminating' || answer === 'Ended') return [because('InstanceTerminated', target.instanceId)];
  return answer === 'Gone' && target.group !== null ? [because('InstanceGone', target.instanceId)] : [];
}

async function judge(ports: Ports, input: Input, listed: ReadonlySet<string>): Promise<Ending> {
  const { targets } = input;
  const cluster = await ports.cluster(input.cluster);
  const settings = await ports.settings.cluster(input.cluster);
  const groups = await ports.groups.describe([...new Set(targets.flatMap((target) => target.group ?? []))]);
  const nodesLeft = await readNodes(cluster, targets);
  const nodes = groups.size > 0 ? await cluster.listNodes() : [];
  const replacements = [...groups.values()].map((group) => ({
    group: group.name,
    missing: missingFrom(group, targets, nodes, input.startedAt),
  }));
  const timeouts = targets.map((target) => {
    const policy = policyFor(settings['node-replacement'], target.cause, target.group);
    return policy.replacementTimeout;
  });
  return endingOf({
    now: ports.clock.now(),
    startedAt: input.startedAt,
    targets,
    listed,
    nodesLeft: [...nodesLeft.keys()],
    replacements,
    timeout: Math.max(...timeouts),
  });
}

/**
 * How many new nodes are still to come for ours. A group whose every unit of desired capacity is a Ready node is complete,
 * also when somebody made it smaller meanwhile.
 */
function missingFrom(
  group: GroupFacts,
  targets: readonly Target[],
  nodes: readonly NodeFacts[],
  since: number,
): number {
  const ours = targets.filter((target) => target.group === group.name).length;
  const launched = nodesLaunchedSince(group, nodes, since).filter(({ ready }) => ready).length;
  const inService = new Set(
    group.instances.filter(({ lifecycleState }) => lifecycleState === 'InService').map(({ instanceId }) => instanceId),
  );
  const ready = nodes.filter((node) => node.ready && inService.has(node.instanceId ?? '')).length;
  return Math.max(0, Math.min(ours - launched, group.desired - ready));
}

async function closeCases(ports: Ports, { execution, targets }: Input, outcome: Output['outcome']): Promise<void> {
  await inParallel(targets, inFlight, (target) =>
    evenWithoutTable(target.forced, () => ports.cases.close(target.instanceId, execution, outcome), undefined),
  );
}

export const handler = defineTask(contract.terminateNodes, (input, signal) => terminateNodes(livePorts(signal))(input));
