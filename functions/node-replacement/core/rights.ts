import type { Right } from '../../../shared/domain/right.ts';

/** What a run needs of the cluster; asked for before the first write. The rules are in infra/kubernetes/. */
export const neededRights: readonly Right[] = [
  { verb: 'get', group: '', resource: 'nodes' },
  { verb: 'list', group: '', resource: 'nodes' },
  { verb: 'patch', group: '', resource: 'nodes' },
  { verb: 'list', group: '', resource: 'pods' },
  { verb: 'create', group: '', resource: 'pods/eviction' },
  { verb: 'list', group: 'policy', resource: 'poddisruptionbudgets' },
  { verb: 'list', group: 'storage.k8s.io', resource: 'volumeattachments' },
];

/** Needed only where policy allows to delete pods past their budget; a ClusterRole of its own gives it. */
export const forceDeleteRight: Right = { verb: 'delete', group: '', resource: 'pods' };

/** As `kubectl auth can-i` is asked: `patch nodes`, `list poddisruptionbudgets.policy`. */
export function describeRights(rights: readonly Right[]): string[] {
  return rights.map(({ verb, group, resource }) => `${verb} ${resource}${group === '' ? '' : `.${group}`}`);
}
