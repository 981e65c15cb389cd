import type { ApiContext } from '../api/context.ts';
import type { Identity } from '../contract.ts';
import type { PolicyRule, Role, RoleBinding } from '../types/cluster-objects.ts';
import { sameJson } from '../types/equal.ts';
import type { KubeObject } from '../types/objects.ts';
import { groupName, type ResourceDefinition } from '../types/resources.ts';
import { forbidden, notFound } from '../types/status.ts';
import type { Exchange } from './exchange.ts';
import { type Attributes, authorize, grantsOf } from './rbac.ts';

const rbac = 'rbac.authorization.k8s.io';

/** A rule in parts that have one verb, one resource and at most one name each. Source: k8s.io/component-helpers/auth/rbac/validation. */
function partsOf(rule: PolicyRule): PolicyRule[] {
  const { apiGroups = [], resources = [], verbs, resourceNames = [], nonResourceURLs = [] } = rule;
  const names = resourceNames.length > 0 ? resourceNames.map((name) => ({ resourceNames: [name] })) : [{}];
  const ofResources = apiGroups.flatMap((group) =>
    resources.flatMap((resource) =>
      verbs.flatMap((verb) =>
        names.map((name) => ({ apiGroups: [group], resources: [resource], ...name, verbs: [verb] })),
      ),
    ),
  );
  const ofPaths = nonResourceURLs.flatMap((url) => verbs.map((verb) => ({ nonResourceURLs: [url], verbs: [verb] })));
  return [...ofResources, ...ofPaths];
}

function hasAll(owned: readonly string[] | undefined, wanted: readonly string[] | undefined): boolean {
  return owned?.includes('*') || (wanted ?? []).every((item) => owned?.includes(item));
}

function coversResource(owned: readonly string[] | undefined, wanted: string): boolean {
  const [, subresource] = wanted.split('/');
  return hasAll(owned, [wanted]) || (subresource !== undefined && (owned?.includes(`*/${subresource}`) ?? false));
}

function coversPath(owned: readonly string[] | undefined, wanted: string): boolean {
  return (
    owned?.some((url) => url === wanted || (url.endsWith('*') && wanted.startsWith(url.replace(/\*+$/, '')))) ?? false
  );
}

function covers(owned: PolicyRule, part: PolicyRule): boolean {
  const named =
    !owned.resourceNames?.length || (part.resourceNames?.every((name) => owned.resourceNames?.includes(name)) ?? false);
  return (
    hasAll(owned.verbs, part.verbs) &&
    hasAll(owned.apiGroups, part.apiGroups) &&
    (part.resources ?? []).every((resource) => coversResource(owned.resources, resource)) &&
    (part.nonResourceURLs ?? []).every((url) => coversPath(owned.nonResourceURLs, url)) &&
    named
  );
}

function quoted(list: readonly string[]): string {
  return `[${list.map((item) => JSON.stringify(item)).join(' ')}]`;
}

/** Source: pkg/apis/rbac/v1/evaluation_helpers.go, CompactString. */
function textOf({ apiGroups, resources, nonResourceURLs, resourceNames, verbs }: PolicyRule): string {
  const fields = {
    APIGroups: apiGroups,
    Resources: resources,
    NonResourceURLs: nonResourceURLs,
    ResourceNames: resourceNames,
    Verbs: verbs,
  };
  const parts = Object.entries(fields).flatMap(([name, list]) => (list?.length ? [`${name}:${quoted(list)}`] : []));
  return `{${parts.join(', ')}}`;
}

/** Parts that differ in their verbs alone, told together. Source: pkg/registry/rbac/validation/policy_compact.go. */
function compacted(parts: readonly PolicyRule[]): PolicyRule[] {
  const found = new Map<string, PolicyRule>();
  for (const part of parts) {
    const key = JSON.stringify(part.nonResourceURLs ? part : [part.apiGroups, part.resources, part.resourceNames]);
    const known = found.get(key);
    found.set(key, known ? { ...known, verbs: [...known.verbs, ...part.verbs] } : part);
  }
  return [...found.values()];
}

/** What is missing for an identity to give these rules away; `undefined` when it has them all. */
function missing(
  { store }: ApiContext,
  identity: Identity,
  namespace: string | undefined,
  rules: readonly PolicyRule[],
) {
  const owned = [...grantsOf(store, identity, namespace)].map(({ rule }) => rule);
  const lacking = rules.flatMap(partsOf).filter((part) => !owned.some((rule) => covers(rule, part)));
  if (lacking.length === 0) return undefined;
  const lines = [...new Set(compacted(lacking).map(textOf))].sort();
  const who = `user ${JSON.stringify(identity.username)} (groups=${quoted(identity.groups)})`;
  return `${who} is attempting to grant RBAC permissions not currently held:\n${lines.join('\n')}`;
}

function rulesBehind(
  { store }: ApiContext,
  definition: ResourceDefinition,
  binding: RoleBinding,
  namespace: string | undefined,
): readonly PolicyRule[] {
  const { kind, name } = binding.roleRef;
  const isCluster = kind === 'ClusterRole';
  const role = isCluster
    ? store.get('clusterroles.rbac.authorization.k8s.io', undefined, name)
    : store.get('roles.rbac.authorization.k8s.io', namespace, name);
  // A real server (1.36) names the resource of the request, and the name of the role.
  if (!role) throw notFound(groupName(definition), name);
  return role.rules ?? [];
}

/** Only owners and finalizers differ, as when the garbage collector is at work. Source: pkg/registry/rbac/helpers.go, IsOnlyMutatingGCFields. */
function changesOwnersAlone(before: KubeObject, after: KubeObject): boolean {
  const bare = ({ metadata, ...rest }: KubeObject) => {
    const {
      ownerReferences: _o,
      finalizers: _f,
      managedFields: _m,
      resourceVersion: _v,
      generation: _g,
      ...kept
    } = metadata;
    return { ...rest, metadata: kept };
  };
  return sameJson(bare(before), bare(after));
}

/**
 * Refuses a Role with more rights than its maker has, and a binding to one, unless the maker may `escalate` the role or `bind` it.
 * Throws 403, or 404 for a binding to a role that is not there.
 * Source: pkg/registry/rbac: escalation_check.go and the policybased storage of each resource.
 */
export function checkEscalation(
  exchange: Exchange,
  definition: ResourceDefinition,
  after: KubeObject,
  before?: KubeObject,
): void {
  const { api, identity, info } = exchange;
  if (definition.group !== rbac || identity.groups.includes('system:masters')) return;
  if (before && changesOwnersAlone(before, after)) return;
  const namespace = definition.namespaced ? info.namespace : undefined;
  const asks = { isResource: true, group: rbac, subresource: '', namespace, path: '' };
  const may = (of: Pick<Attributes, 'verb' | 'resource' | 'name'>) =>
    authorize(api.store, identity, { ...asks, ...of }).allowed;
  let rules: readonly PolicyRule[];
  if (definition.kind.endsWith('Binding')) {
    const binding = after as RoleBinding;
    const { kind, name } = binding.roleRef;
    if (may({ verb: 'bind', resource: kind === 'ClusterRole' ? 'clusterroles' : 'roles', name })) return;
    rules = rulesBehind(api, definition, binding, namespace);
  } else {
    if (may({ verb: 'escalate', resource: definition.resource, name: info.name })) return;
    rules = (after as Role).rules ?? [];
  }
  const why = missing(api, identity, namespace, rules);
  if (why) throw forbidden(groupName(definition), after.metadata.name ?? '', why);
}
