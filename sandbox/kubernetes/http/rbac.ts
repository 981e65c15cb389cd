import type { Identity } from '../contract.ts';
import type { Store } from '../store/store.ts';
import type { PolicyRule, RoleBinding } from '../types/cluster-objects.ts';

export interface Attributes {
  readonly isResource: boolean;
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
  readonly subresource: string;
  readonly namespace: string | undefined;
  readonly name: string;
  readonly path: string;
}

/** Rules that a subject has, with where they come from. */
export interface Grant {
  readonly rule: PolicyRule;
  readonly reason: string;
}

function isSubject(binding: RoleBinding, identity: Identity, namespace: string | undefined): boolean {
  return (binding.subjects ?? []).some((subject) => {
    if (subject.kind === 'User') return subject.name === identity.username;
    if (subject.kind === 'Group') return identity.groups.includes(subject.name);
    const home = subject.namespace ?? namespace ?? '';
    return subject.kind === 'ServiceAccount' && identity.username === `system:serviceaccount:${home}:${subject.name}`;
  });
}

function rulesOf(store: Store, binding: RoleBinding): readonly PolicyRule[] {
  const { kind, name } = binding.roleRef;
  const role =
    kind === 'ClusterRole'
      ? store.get('clusterroles.rbac.authorization.k8s.io', undefined, name)
      : store.get('roles.rbac.authorization.k8s.io', binding.metadata.namespace, name);
  return role?.rules ?? [];
}

function describe(binding: RoleBinding, kind: string): string {
  const { namespace, name } = binding.metadata;
  const where = namespace ? `${name}/${namespace}` : name;
  return `RBAC: allowed by ${kind} "${where}" of ${binding.roleRef.kind} "${binding.roleRef.name}"`;
}

/** Every rule that holds for an identity in the cluster and, when it is given, in a namespace. */
export function* grantsOf(store: Store, identity: Identity, namespace: string | undefined): Generator<Grant> {
  for (const binding of store.values('clusterrolebindings.rbac.authorization.k8s.io')) {
    if (!isSubject(binding, identity, undefined)) continue;
    for (const rule of rulesOf(store, binding)) yield { rule, reason: describe(binding, 'ClusterRoleBinding') };
  }
  if (!namespace) return;
  for (const binding of store.values('rolebindings.rbac.authorization.k8s.io', namespace)) {
    if (!isSubject(binding, identity, namespace)) continue;
    for (const rule of rulesOf(store, binding)) yield { rule, reason: describe(binding, 'RoleBinding') };
  }
}

function has(list: readonly string[] | undefined, wanted: string): boolean {
  return list?.some((item) => item === '*' || item === wanted) ?? false;
}

function pathMatches(rule: PolicyRule, path: string): boolean {
  return (
    rule.nonResourceURLs?.some(
      (url) => url === '*' || url === path || (url.endsWith('*') && path.startsWith(url.slice(0, -1))),
    ) ?? false
  );
}

/** Source: pkg/apis/rbac/v1/evaluation_helpers.go. */
function allows(rule: PolicyRule, of: Attributes): boolean {
  if (!has(rule.verbs, of.verb)) return false;
  if (!of.isResource) return pathMatches(rule, of.path);
  const resource = of.subresource ? `${of.resource}/${of.subresource}` : of.resource;
  const named = has(rule.resources, resource) || (of.subresource !== '' && has(rule.resources, `*/${of.subresource}`));
  const byName = !rule.resourceNames?.length || rule.resourceNames.includes(of.name);
  return named && has(rule.apiGroups, of.group) && byName;
}

/** Whether an identity may do something; the reason when it may. `system:masters` may do everything. */
export function authorize(
  store: Store,
  identity: Identity,
  attributes: Attributes,
): { allowed: boolean; reason: string } {
  if (identity.groups.includes('system:masters')) return { allowed: true, reason: '' };
  for (const grant of grantsOf(store, identity, attributes.namespace)) {
    if (allows(grant.rule, attributes)) return { allowed: true, reason: grant.reason };
  }
  return { allowed: false, reason: '' };
}

/** Source of the words: k8s.io/apiserver/pkg/endpoints/handlers/responsewriters/errors.go, forbiddenMessage. */
export function refusal(identity: Identity, of: Attributes): string {
  const user = JSON.stringify(identity.username);
  if (!of.isResource) return `User ${user} cannot ${of.verb} path ${JSON.stringify(of.path)}`;
  const resource = of.subresource ? `${of.resource}/${of.subresource}` : of.resource;
  const where = of.namespace ? `in the namespace ${JSON.stringify(of.namespace)}` : 'at the cluster scope';
  return `User ${user} cannot ${of.verb} resource ${JSON.stringify(resource)} in API group ${JSON.stringify(of.group)} ${where}`;
}
