import type * as z from 'zod';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import { TaskError } from '../../../shared/runtime/errors.ts';
import { defineTask } from '../../../shared/workflow/define-task.ts';
import { resizeGroup } from '../capacity/resize-group.ts';
import { because, contract, type Reason, type Target } from '../contract.ts';
import { nodesLaunchedSince, planLaunch } from '../core/size-group.ts';
import { evenWithoutTable } from '../even-without-table.ts';
import { livePorts } from '../live-ports.ts';
import { policyFor } from '../policy-for.ts';
import type { Ports } from '../ports.ts';
import { refreshTargets } from '../refresh-targets.ts';

type Input = z.output<(typeof contract)['launchReplacements']['input']>;
type Output = z.input<(typeof contract)['launchReplacements']['output']>;

/**
 * Asks the groups for the new instances, once, and says whether those that must be Ready before the drain are.
 * Forced work never waits here and never fails here.
 */
export function launchReplacements(ports: Ports) {
  return async (input: Input): Promise<Output> => {
    const paused = await ports.settings.paused();
    if (paused !== undefined) return { status: 'Failed', reasons: [because('Paused', input.cluster, paused)] };
    const { targets, lost } = await refreshTargets(ports, input, input.targets);
    const wanted = Map.groupBy(
      targets.filter((target) => target.replacement !== 'ByGroup' && target.group !== null),
      (target) => target.group as string,
    );
    const groups = await ports.groups.describe([...wanted.keys()]);
    const results: { status: Output['status']; reasons: readonly Reason[] }[] = [];
    for (const [name, members] of wanted) {
      const group = groups.get(name);
      results.push(
        group
          ? await launchIn(ports, input, group, members)
          : { status: failedUnlessForced(members), reasons: [because('NotInGroup', name)] },
      );
    }
    const statuses = results.map(({ status }) => status);
    const status = statuses.includes('Failed') ? 'Failed' : statuses.includes('Waiting') ? 'Waiting' : 'Ready';
    return { status, reasons: [...lost, ...results.flatMap(({ reasons }) => reasons)] };
  };
}

async function launchIn(ports: Ports, input: Input, group: GroupFacts, targets: readonly Target[]) {
  const forced = targets.every((target) => target.forced);
  const recorded = await evenWithoutTable(forced, () => ports.cases.readResizes(input.execution, [group.name]), []);
  const asked = recorded.find((resize) => resize.direction === 'Out');
  const resized = asked?.settled
    ? { count: asked.to - asked.from, reasons: [] }
    : await askFor(ports, input, group, targets).catch((error: unknown) => refused(group, error, forced));
  const mustBeReady = targets.some((target) => target.replacement === 'BeforeDrain' && !target.forced);
  if (!mustBeReady) return { status: 'Ready' as const, reasons: resized.reasons };
  if (resized.count < targets.length) return { status: 'Failed' as const, reasons: resized.reasons };
  return await readiness(ports, input, group, targets, resized.reasons);
}

/** Forced work goes on without its replacement, and says why there is none. */
function refused({ name }: GroupFacts, error: unknown, forced: boolean) {
  if (!forced || !(error instanceof TaskError)) throw error;
  return { count: 0, reasons: [because('LaunchFailed', name, error.message)] };
}

async function askFor(ports: Ports, input: Input, group: GroupFacts, targets: readonly Target[]) {
  const { execution } = input;
  return await resizeGroup(ports, { execution, group: group.name, direction: 'Out' }, (latest) => {
    const plan = planLaunch(latest, targets.length);
    const instanceIds = targets.slice(0, plan.count).map((target) => target.instanceId);
    return { to: latest.desired + plan.count, instanceIds, reasons: plan.reasons };
  });
}

async function readiness(
  ports: Ports,
  input: Input,
  group: GroupFacts,
  targets: readonly Target[],
  reasons: readonly Reason[],
): Promise<{ status: Output['status']; reasons: Reason[] }> {
  const cluster = await ports.cluster(input.cluster);
  const ready = nodesLaunchedSince(group, await cluster.listNodes(), input.startedAt).filter((node) => node.ready);
  if (ready.length >= targets.length) {
    const news = ready.map((node) => because('ReplacementReady', node.name));
    return { status: 'Ready', reasons: [...reasons, ...news] };
  }
  const failures = await ports.groups.failedLaunches(group.name, input.startedAt);
  if (failures.length > 0) {
    return { status: 'Failed', reasons: [...reasons, because('LaunchFailed', group.name, failures[0])] };
  }
  const settings = await ports.settings.cluster(input.cluster);
  const timeout = Math.min(
    ...targets.map((target) => policyFor(settings['node-replacement'], target.cause, target.group).replacementTimeout),
  );
  const late = ports.clock.now() - input.startedAt > timeout;
  return {
    status: late ? 'Failed' : 'Waiting',
    reasons: late ? [...reasons, because('ReplacementNotReady', group.name)] : [...reasons],
  };
}

function failedUnlessForced(targets: readonly Target[]): Output['status'] {
  return targets.every((target) => target.forced) ? 'Ready' : 'Failed';
}

export const handler = defineTask(contract.launchReplacements, (input, signal) =>
  launchReplacements(livePorts(signal))(input),
);
