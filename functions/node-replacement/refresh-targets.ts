import type { Case } from '../../shared/domain/case.ts';
import { because, type Cause, type Reason, type Target } from './contract.ts';
import { isLost } from './core/is-lost.ts';
import { evenWithoutTable } from './even-without-table.ts';
import { policyFor } from './policy-for.ts';
import type { Ports } from './ports.ts';

/**
 * The targets that are still ours, with what later events have told of them: a deadline comes forward, a voluntary drain
 * becomes forced. Renews the leases on their cases.
 */
export async function refreshTargets(
  ports: Ports,
  { cluster, execution }: { readonly cluster: string; readonly execution: string },
  targets: readonly Target[],
): Promise<{ targets: Target[]; lost: Reason[] }> {
  if (targets.length === 0) return { targets: [], lost: [] };
  const forced = targets.every((target) => target.forced);
  const ids = targets.map((target) => target.instanceId);
  const cases = await evenWithoutTable(forced, () => ports.cases.renew(ids, execution), new Map<string, Case>());
  const policy = (await ports.settings.cluster(cluster))['node-replacement'];
  const [held, lost] = split(targets, ({ instanceId }) => !isLost(cases.get(instanceId), execution));
  const refreshed = held.map((target) => {
    const open = cases.get(target.instanceId);
    if (open?.state !== 'Open' || !open.forced || open.deadline === null) return target;
    const cause = target.forced ? target.cause : (open.cause as Cause);
    const drainBy = open.deadline - policyFor(policy, cause, target.group).finishBefore;
    const sooner = target.forced && target.drainBy !== null ? Math.min(target.drainBy, drainBy) : drainBy;
    return { ...target, cause, forced: true, drainBy: Math.max(0, sooner) };
  });
  const holder = (id: string) => cases.get(id)?.holder ?? '';
  const reasons = lost.map(({ instanceId }) => because('JoinedOtherExecution', instanceId, holder(instanceId)));
  return { targets: refreshed, lost: reasons };
}

function split<Item>(items: readonly Item[], keep: (item: Item) => boolean): [Item[], Item[]] {
  return [items.filter(keep), items.filter((item) => !keep(item))];
}
