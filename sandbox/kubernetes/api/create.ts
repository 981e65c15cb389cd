import type { Kinds } from '../types/kinds.ts';
import type { KubeObject, ObjectMeta } from '../types/objects.ts';
import { apiVersionOf, definitionOf, groupName, type ResourceDefinition } from '../types/resources.ts';
import { alreadyExists, badRequest, invalid, StatusError } from '../types/status.ts';
import { admitted, checkNamespace } from './admission.ts';
import { type ApiContext, nameSuffix, newUid, nowOf, type WriteOptions } from './context.ts';
import { withDefaults } from './defaults.ts';
import { keepManagedFields } from './managed-fields.ts';
import { objectErrors } from './validation.ts';

/** Longest generated name before its random end. Source: k8s.io/apiserver/pkg/storage/names/generate.go. */
const longestGeneratedBase = 58;

function nameOf(
  context: ApiContext,
  definition: ResourceDefinition,
  meta: Partial<ObjectMeta>,
  namespace: string | undefined,
): string {
  if (meta.name) return meta.name;
  const base = meta.generateName?.slice(0, longestGeneratedBase);
  if (!base) {
    const detail = 'name or generateName is required';
    throw invalid(definition.group, definition.kind, '', [
      { field: 'metadata.name', type: 'FieldValueRequired', detail },
    ]);
  }
  let name = base + nameSuffix(context.random);
  while (context.store.get(definition.key, namespace, name)) name = base + nameSuffix(context.random);
  return name;
}

/** Refuses a body whose namespace is not the request's. Source: k8s.io/apiserver/pkg/registry/rest/meta.go, EnsureObjectNamespaceMatchesRequestNamespace. */
export function checkBodyNamespace(meta: Partial<ObjectMeta>, namespace: string | undefined): void {
  if (!meta.namespace || meta.namespace === namespace) return;
  throw badRequest('the namespace of the provided object does not match the namespace sent on the request');
}

function newMeta(
  context: ApiContext,
  definition: ResourceDefinition,
  meta: Partial<ObjectMeta>,
  namespace: string | undefined,
): ObjectMeta {
  const { deletionTimestamp: _at, deletionGracePeriodSeconds: _grace, generation: _old, ...given } = meta;
  return {
    ...given,
    name: nameOf(context, definition, meta, namespace),
    ...(namespace ? { namespace } : {}),
    uid: newUid(context),
    resourceVersion: '',
    ...(definition.counted ? { generation: 1 } : {}),
    creationTimestamp: nowOf(context),
  };
}

function freshStatus(definition: ResourceDefinition, body: KubeObject, options: WriteOptions): KubeObject {
  // Kubelets register with a status, so Nodes keep theirs (pkg/registry/core/node/strategy.go); others start without.
  const hasStatus = definition.subresources.some(({ name }) => name === 'status');
  if (!hasStatus || options.trusted || definition.key === 'nodes') return body;
  const { status: _status, ...rest } = body;
  return definition.group === 'apps' || definition.group === 'batch' ? { ...rest, status: {} } : rest;
}

/** What a dry run makes has no version yet. */
function unversioned(object: KubeObject): KubeObject {
  const { resourceVersion: _none, ...metadata } = object.metadata;
  return { ...object, metadata: metadata as ObjectMeta };
}

/**
 * Creates an object from a decoded body with the server's defaults, admission and validation.
 * Throws `StatusError`: 404 or 403 for the namespace, 409 when it exists, 422 when it is invalid.
 */
export function createObject(
  context: ApiContext,
  definition: ResourceDefinition,
  namespace: string | undefined,
  body: KubeObject,
  options: WriteOptions = {},
): KubeObject {
  if (body.metadata.resourceVersion) {
    throw new StatusError(500, '', 'resourceVersion should not be set on objects to be created');
  }
  checkBodyNamespace(body.metadata, namespace);
  const metadata = newMeta(context, definition, body.metadata, namespace);
  if (namespace) checkNamespace(context, definition, namespace, metadata.name);
  const fresh = freshStatus(definition, body, options);
  const stored = definition.view ? definition.view.fromView({ ...fresh, metadata }) : { ...fresh, metadata };
  const object = admitted(context, definition, withDefaults(definition.key, stored));
  const errors = objectErrors(definition, object);
  if (errors.length > 0) throw invalid(definition.group, definition.kind, metadata.name, errors);
  if (context.store.get(definition.key, namespace, metadata.name))
    throw alreadyExists(groupName(definition), metadata.name);
  const owned = options.applies ? object : keepManagedFields(object, undefined);
  return options.dryRun ? unversioned(owned) : context.store.put(definition.key, owned as Kinds[typeof definition.key]);
}

/** What a controller of the control plane gives to create an object. */
export interface Draft {
  readonly metadata: Partial<ObjectMeta>;
  readonly [field: string]: unknown;
}

/** Creates an object as a controller. Gives `undefined` when the server refuses it, as controllers try again later. */
export function createTrusted<K extends keyof Kinds>(
  context: ApiContext,
  key: K,
  draft: Draft,
  refused?: (error: StatusError) => void,
): Kinds[K] | undefined {
  const definition = definitionOf(key);
  const body: unknown = { apiVersion: apiVersionOf(definition), kind: definition.kind, ...draft };
  try {
    const created = createObject(context, definition, draft.metadata.namespace, body as KubeObject, { trusted: true });
    return created as Kinds[K];
  } catch (error) {
    if (!(error instanceof StatusError)) throw error;
    refused?.(error);
    return undefined;
  }
}
