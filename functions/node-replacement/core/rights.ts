import { forceDeleteRight, type Right, roleRights } from '../../../shared/domain/right.ts';
import { because, type Reason } from '../contract.ts';
import type { CurrentTarget } from './targets.ts';

/** What a run needs of the cluster; asked for before the first write. Kubernetes events are told where we may and left out where not. */
export const neededRights: readonly Right[] = roleRights.drain.filter(({ resource }) => resource !== 'events');

/** The nodes whose policy allows force deletes that the cluster does not. */
export function forceDeletesDenied(
  missing: readonly Right[],
  targets: readonly Pick<CurrentTarget, 'nodeName' | 'policy'>[],
): Reason[] {
  if (!missing.includes(forceDeleteRight)) return [];
  return targets
    .filter(({ policy }) => policy.forceDelete)
    .map(({ nodeName }) => because('ForceDeleteDenied', nodeName));
}
