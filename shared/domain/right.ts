/** A rule of RBAC, as in `{ verb: 'create', group: '', resource: 'pods/eviction' }`. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** The roles in a cluster that our functions come in with, and what each may do: the ClusterRoles of infra/kubernetes/, which a test compares. */
export const roleRights = {
  read: [
    { verb: 'get', group: '', resource: 'nodes' },
    { verb: 'list', group: '', resource: 'nodes' },
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'list', group: 'policy', resource: 'poddisruptionbudgets' },
  ],
  inspect: [
    { verb: 'list', group: '', resource: 'nodes' },
    { verb: 'list', group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicies' },
    { verb: 'list', group: 'admissionregistration.k8s.io', resource: 'validatingadmissionpolicybindings' },
  ],
  drain: [
    { verb: 'get', group: '', resource: 'nodes' },
    { verb: 'list', group: '', resource: 'nodes' },
    { verb: 'patch', group: '', resource: 'nodes' },
    { verb: 'list', group: '', resource: 'pods' },
    { verb: 'create', group: '', resource: 'pods/eviction' },
    { verb: 'list', group: 'policy', resource: 'poddisruptionbudgets' },
    { verb: 'list', group: 'storage.k8s.io', resource: 'volumeattachments' },
    { verb: 'create', group: '', resource: 'events' },
  ],
} as const satisfies Readonly<Record<string, readonly Right[]>>;

/** Needed only where policy allows to delete pods past their budget; a ClusterRole of its own gives it. */
export const forceDeleteRight: Right = { verb: 'delete', group: '', resource: 'pods' };

/** As `kubectl auth can-i` is asked: `patch nodes`, `list poddisruptionbudgets.policy`. */
export function rightInWords({ verb, group, resource }: Right): string {
  return `${verb} ${resource}${group === '' ? '' : `.${group}`}`;
}
