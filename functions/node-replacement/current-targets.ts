import type { Settings } from '../../shared/aws/settings.ts';
import type { Clock } from '../../shared/runtime/clock.ts';
import type { Cases } from '../../shared/work/cases.ts';
import type { Target } from './contract.ts';
import { type CurrentTargets, currentOf, instanceSubject } from './core/targets.ts';
import { reachable } from './reachable.ts';

interface Ports {
  readonly clock: Clock;
  readonly settings: Pick<Settings, 'cluster'>;
  readonly cases: Pick<Cases, 'renew'>;
}

/** Renews the leases on the cases of the targets, and gives those that are still ours as they are now. */
export async function currentTargets(
  ports: Ports,
  { cluster, execution }: { readonly cluster: string; readonly execution: string },
  targets: readonly Target[],
): Promise<CurrentTargets> {
  if (targets.length === 0) return { targets: [], lost: [] };
  const { cases } = reachable(ports, targets);
  const subjects = targets.map(({ instanceId }) => instanceSubject(instanceId));
  const known = await cases.renew(subjects, execution);
  const policy = (await ports.settings.cluster(cluster))['node-replacement'];
  return currentOf(targets, known, policy, execution);
}
