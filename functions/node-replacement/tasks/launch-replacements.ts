import type { GroupFacts } from '../../../shared/domain/group.ts';
import { TaskError } from '../../../shared/runtime/errors.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { cases } from '../../../shared/workflow/live/cases.ts';
import { cluster } from '../../../shared/workflow/live/cluster.ts';
import { groups } from '../../../shared/workflow/live/groups.ts';
import { journal } from '../../../shared/workflow/live/journal.ts';
import { leases } from '../../../shared/workflow/live/leases.ts';
import { settings } from '../../../shared/workflow/live/settings.ts';
import type { PortsOf } from '../../../shared/workflow/needs.ts';
import { stopWhenPaused } from '../../../shared/workflow/pause.ts';
import { resizeGroup, resizeKey } from '../capacity/resize-group.ts';
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
import { nodesLaunchedSince, planLaunch, type Resize } from '../core/size-group.ts';
import type { CurrentTarget } from '../core/targets.ts';
import { currentTargets } from '../current-targets.ts';
import { reachable } from '../reachable.ts';

type Ports = PortsOf<NeedsOf<'launchReplacements'>, Change>;
type Input = InputOf<'launchReplacements'>;
type Output = OutputOf<'launchReplacements'>;

/**
 * Asks the groups for the new instances, once, and says whether those that must be Ready before the drain are.
 * An interruption never waits here and never fails here.
 *
 * @throws PausedError before the first group is asked
 */
export function launchReplacements(ports: Ports) {
  return async (input: Input, signal?: AbortSignal): Promise<Output> => {
    await stopWhenPaused(ports);
    const { targets, lost } = await currentTargets(ports, input, input.targets);
    const wanted = Map.groupBy(
      targets.filter((target) => target.replacement !== 'ByGroup' && target.group !== null),
      (target) => target.group as string,
    );
    const facts = await ports.groups.describe([...wanted.keys()]);
    const results: Output[] = [];
    for (const [name, members] of wanted) {
      const group = facts.get(name);
      results.push(
        group
          ? await launchIn(ports, input, group, members, signal)
          : { status: failedUnlessInterrupted(members), reasons: [because('NotInGroup', name)] },
      );
    }
    const statuses = results.map(({ status }) => status);
    const status = statuses.includes('Failed') ? 'Failed' : statuses.includes('Waiting') ? 'Waiting' : 'Ready';
    return { status, reasons: [...lost, ...results.flatMap(({ reasons }) => reasons)] };
  };
}

async function launchIn(
  ports: Ports,
  input: Input,
  group: GroupFacts,
  targets: readonly CurrentTarget[],
  signal: AbortSignal | undefined,
): Promise<Output> {
  const asked = await launchOnce(ports, input, group, targets, signal);
  const mustBeReady = targets.some((target) => target.replacement === 'BeforeDrain' && !target.interrupted);
  if (!mustBeReady) return { status: 'Ready', reasons: [...asked.reasons] };
  if (asked.count < targets.length) return { status: 'Failed', reasons: [...asked.reasons] };
  return await readiness(ports, input, group, targets, asked.reasons);
}

/** Asks the group for as many as are wanted, unless it was asked before. An interrupted node is drained without its replacement. */
async function launchOnce(
  ports: Ports,
  { execution }: Input,
  group: GroupFacts,
  targets: readonly CurrentTarget[],
  signal: AbortSignal | undefined,
): Promise<{ readonly count: number; readonly reasons: readonly Reason[] }> {
  const table = reachable(ports, targets);
  const key = resizeKey('Out', group.name);
  const asked = (await table.journal.changesOf(execution)).find((entry) => entry.key === key && entry.settled);
  if (asked?.change.kind === 'Resize') return launched(asked.change);
  try {
    return await resizeGroup(
      ports,
      { execution, group: group.name, direction: 'Out', interrupted: targets.every(({ interrupted }) => interrupted) },
      (latest) => {
        const plan = planLaunch(latest, targets.length);
        const instanceIds = targets.slice(0, plan.count).map((target) => target.instanceId);
        return { to: latest.desired + plan.count, instanceIds, reasons: plan.reasons };
      },
      signal,
    );
  } catch (error) {
    if (!(error instanceof TaskError) || !targets.every(({ interrupted }) => interrupted)) throw error;
    return { count: 0, reasons: [because('LaunchFailed', group.name, error.message)] };
  }
}

/** What came of the request when it was made. */
function launched({ group, from, to }: Resize) {
  return {
    count: to - from,
    reasons: to > from ? [because('ReplacementRequested', group, `from ${from} to ${to}`)] : [],
  };
}

async function readiness(
  ports: Ports,
  input: Input,
  group: GroupFacts,
  targets: readonly CurrentTarget[],
  reasons: readonly Reason[],
): Promise<Output> {
  const api = await ports.cluster(input.cluster);
  const ready = nodesLaunchedSince(group, await api.listNodes(), input.startedAt).filter((node) => node.ready);
  if (ready.length >= targets.length) {
    const news = ready.map((node) => because('ReplacementReady', node.name));
    return { status: 'Ready', reasons: [...reasons, ...news] };
  }
  const failures = await ports.groups.failedLaunches(group.name, input.startedAt);
  if (failures.length > 0) {
    return { status: 'Failed', reasons: [...reasons, because('LaunchFailed', group.name, failures[0])] };
  }
  const timeout = Math.min(...targets.map(({ policy }) => policy.replacementTimeout));
  const late = ports.clock.now() - input.startedAt > timeout;
  return {
    status: late ? 'Failed' : 'Waiting',
    reasons: late ? [...reasons, because('ReplacementNotReady', group.name)] : [...reasons],
  };
}

function failedUnlessInterrupted(targets: readonly CurrentTarget[]): Output['status'] {
  return targets.every(({ interrupted }) => interrupted) ? 'Ready' : 'Failed';
}

const connectors = { settings, cases, journal: journal(nodeReplacement.name, change), leases, groups, cluster };
export const handler = defineTask(nodeReplacement.tasks.launchReplacements, connectors, launchReplacements);
