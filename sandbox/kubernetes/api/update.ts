import { sameJson } from '../types/equal.ts';
import type { Kinds } from '../types/kinds.ts';
import type { KubeObject, ObjectMeta, Pod } from '../types/objects.ts';
import { groupName, type ResourceDefinition } from '../types/resources.ts';
import { badRequest, conflict, type FieldError, invalid, notFound, staleObject } from '../types/status.ts';
import type { ApiContext, WriteOptions } from './context.ts';
import { checkBodyNamespace } from './create.ts';
import { withDefaults } from './defaults.ts';
import { keepManagedFields } from './managed-fields.ts';
import { objectErrors, updateErrors } from './validation.ts';

/** Kinds whose strategy says `AllowUnconditionalUpdate() == false`: an update must name the resourceVersion. */
const conditionalOnly = new Set([
  'poddisruptionbudgets.policy',
  'leases.coordination.k8s.io',
  'volumeattachments.storage.k8s.io',
]);

function checkVersion(definition: ResourceDefinition, before: KubeObject, given: Partial<ObjectMeta>): void {
  const { name, uid, resourceVersion } = before.metadata;
  if (given.uid && given.uid !== uid) {
    const why = `Precondition failed: UID in precondition: ${given.uid}, UID in object meta: ${uid}`;
    throw conflict(groupName(definition), name, why);
  }
  if (given.resourceVersion && given.resourceVersion !== resourceVersion)
    throw staleObject(groupName(definition), name);
  if (!given.resourceVersion && conditionalOnly.has(definition.key)) {
    const detail = 'must be specified for an update';
    const field = 'metadata.resourceVersion';
    throw invalid(definition.group, definition.kind, name, [{ field, type: 'FieldValueInvalid', value: 0, detail }]);
  }
}

/** Metadata after an update: what belongs to the server stays as it was. */
function mergedMeta(before: ObjectMeta, given: Partial<ObjectMeta>): ObjectMeta {
  const { labels, annotations, ownerReferences, finalizers, managedFields } = given;
  const { labels: _l, annotations: _a, ownerReferences: _o, finalizers: _f, managedFields: _m, ...kept } = before;
  return {
    ...kept,
    ...(labels && Object.keys(labels).length > 0 ? { labels } : {}),
    ...(annotations && Object.keys(annotations).length > 0 ? { annotations } : {}),
    ...(ownerReferences?.length ? { ownerReferences } : {}),
    ...(finalizers?.length ? { finalizers } : {}),
    ...(managedFields?.length ? { managedFields } : {}),
  };
}

function withoutServerParts(object: KubeObject): object {
  const { metadata: _metadata, status: _status, ...rest } = object;
  return rest;
}

/** Debug containers are added to a running pod, and nothing else of it changes. */
function withEphemeral(before: Pod, body: Pod): Pod {
  const spec = { ...before.spec, ephemeralContainers: body.spec.ephemeralContainers ?? [] };
  const after = withDefaults('pods', { ...before, spec }) as Pod;
  if (sameJson(before.spec, after.spec)) return before;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

/** Source: pkg/apis/core/validation/validation.go, ValidatePodEphemeralContainersUpdate. */
function ephemeralErrors(before: KubeObject, after: KubeObject): FieldError[] {
  const [old, now] = [before, after].map((pod) => (pod as Pod).spec.ephemeralContainers ?? []);
  return (old ?? []).flatMap((container): FieldError[] => {
    const same = now?.find(({ name }) => name === container.name);
    if (same && sameJson(same, container)) return [];
    const detail = `existing ephemeral containers "${container.name}" may not be ${same ? 'changed' : 'removed'}\n`;
    return [{ field: 'spec.ephemeralContainers', type: 'FieldValueForbidden', detail }];
  });
}

function updateFindings(
  definition: ResourceDefinition,
  before: KubeObject,
  after: KubeObject,
  subresource: string | undefined,
): FieldError[] {
  if (subresource === 'ephemeralcontainers') return ephemeralErrors(before, after);
  return subresource ? [] : [...objectErrors(definition, after), ...updateErrors(definition, before, after)];
}

/** The new version: a status update changes status alone, any other update everything but status. */
function combined(
  definition: ResourceDefinition,
  before: KubeObject,
  body: KubeObject,
  subresource: string | undefined,
): KubeObject {
  const metadata = mergedMeta(before.metadata, body.metadata);
  if (subresource === 'status') {
    // Labels and annotations can be changed with the status (kubelets do), ownership cannot.
    return {
      ...before,
      metadata: { ...metadata, ownerReferences: before.metadata.ownerReferences },
      status: body.status,
    };
  }
  if (subresource === 'ephemeralcontainers') return withEphemeral(before as Pod, body as Pod);
  const hasStatus = definition.subresources.some(({ name }) => name === 'status');
  const after = withDefaults(definition.key, { ...body, metadata, ...(hasStatus ? { status: before.status } : {}) });
  if (!definition.counted || sameJson(withoutServerParts(before), withoutServerParts(after))) return after;
  return { ...after, metadata: { ...after.metadata, generation: (before.metadata.generation ?? 0) + 1 } };
}

function store(
  context: ApiContext,
  definition: ResourceDefinition,
  before: KubeObject,
  after: KubeObject,
  options: WriteOptions,
): KubeObject {
  if (sameJson(before, after)) return before;
  if (options.dryRun) return after;
  const object = after as Kinds[typeof definition.key];
  const { deletionTimestamp, deletionGracePeriodSeconds, finalizers } = after.metadata;
  const finished = deletionTimestamp && !finalizers?.length && !deletionGracePeriodSeconds;
  const awaited = definition.key === 'namespaces' && (after.spec as { finalizers?: string[] })?.finalizers?.length;
  return finished && !awaited
    ? context.store.remove(definition.key, object)
    : context.store.put(definition.key, object);
}

/**
 * Replaces an object, or its status, with a decoded body. An update that changes nothing gives the object as it is.
 * Throws `StatusError`: 404, 409 for a stale resourceVersion or another UID, 422, 400 for a name that is not the request's.
 */
export function updateObject(
  context: ApiContext,
  definition: ResourceDefinition,
  target: { readonly namespace: string | undefined; readonly name: string; readonly subresource?: string | undefined },
  given: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  const { namespace, name, subresource } = target;
  const before = context.store.get(definition.key, namespace, name);
  if (!before) throw notFound(groupName(definition), name);
  if (given.metadata.name && given.metadata.name !== name) {
    throw badRequest(`the name of the object (${given.metadata.name}) does not match the name on the URL (${name})`);
  }
  checkBodyNamespace(given.metadata, namespace);
  checkVersion(definition, before, given.metadata);
  const body = definition.view ? definition.view.fromView(given) : given;
  const combination = combined(definition, before, body, subresource);
  const after = options.applies ? combination : keepManagedFields(combination, before);
  const errors = updateFindings(definition, before, after, subresource);
  if (errors.length > 0) throw invalid(definition.group, definition.kind, name, errors);
  return store(context, definition, before, after, options);
}
