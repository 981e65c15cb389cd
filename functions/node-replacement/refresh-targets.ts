import type { Case } from '../../shared/domain/case.ts';
import type { Cause, Target } from './contract.ts';
import { evenWithoutTable } from './even-without-table.ts';
import { policyFor } from './policy-for.ts';
import type { Ports } from './ports.ts';

/** The targets with what later events have told of them: a deadline comes forward, a voluntary drain becomes forced. */
export async function refreshTargets(ports: Ports, cluster: string, targets: readonly Target[]): Promise<Target[]> {
  if (targets.length === 0) return [];
  const forced = targets.every((target) => target.forced);
  const ids = targets.map((target) => target.instanceId);
  const cases = await evenWithoutTable(forced, () => ports.cases.read(ids), new Map<string, Case>());
  const policy = (await ports.settings.cluster(cluster))['node-replacement'];
  return targets.map((target) => {
    const open = cases.get(target.instanceId);
    if (open?.state !== 'Open' || !open.forced || open.deadline === null) return target;
    const cause = target.forced ? target.cause : (open.cause as Cause);
    const drainBy = open.deadline - policyFor(policy, cause, target.group).finishBefore;
    const sooner = target.forced && target.drainBy !== null ? Math.min(target.drainBy, drainBy) : drainBy;
    return { ...target, cause, forced: true, drainBy: Math.max(0, sooner) };
  });
}
