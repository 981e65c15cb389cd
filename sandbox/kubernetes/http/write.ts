import { applied } from '../api/apply.ts';
import { nowOf, type WriteOptions } from '../api/context.ts';
import { createObject } from '../api/create.ts';
import { decode, decodeObject } from '../api/decode.ts';
import { type DeleteOptions, deleteObject } from '../api/delete.ts';
import { type Eviction, evictPod } from '../api/evict.ts';
import { parseBody, patched, patchType } from '../api/patch.ts';
import { scaleOf, withScale } from '../api/scale.ts';
import { updateObject } from '../api/update.ts';
import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, groupName, type ResourceDefinition } from '../types/resources.ts';
import { badRequest, invalid, notFound, StatusError, staleObject } from '../types/status.ts';
import { bodyOf } from './body.ts';
import { encoderFor } from './encode.ts';
import { dryRunOf, type Exchange, fieldValidationOf, sendJson, sendText } from './exchange.ts';
import { selectionOf } from './selection.ts';

function decoded(exchange: Exchange, definition: ResourceDefinition, body: unknown): KubeObject {
  return decodeObject(body, definition, fieldValidationOf(exchange), (text) => exchange.warnings.push(text));
}

function writeOptions(exchange: Exchange): WriteOptions {
  return { dryRun: dryRunOf(exchange).length > 0 };
}

function targetOf(exchange: Exchange, definition: ResourceDefinition) {
  const { namespace, name, subresource } = exchange.info;
  return { namespace: definition.namespaced ? namespace : undefined, name, subresource: subresource || undefined };
}

/** POST of a new object. */
export function create(exchange: Exchange, definition: ResourceDefinition): void {
  const body = decoded(exchange, definition, bodyOf(exchange));
  const { namespace } = targetOf(exchange, definition);
  const object = createObject(exchange.api, definition, namespace, body, writeOptions(exchange));
  sendText(exchange, 201, encoderFor(exchange, definition).object(object));
}

/** PUT of an object or of its status. */
export function update(exchange: Exchange, definition: ResourceDefinition): void {
  const body = decoded(exchange, definition, bodyOf(exchange));
  const object = updateObject(exchange.api, definition, targetOf(exchange, definition), body, writeOptions(exchange));
  sendText(exchange, 200, encoderFor(exchange, definition).object(object));
}

function applyPatch(exchange: Exchange, definition: ResourceDefinition): { object: KubeObject; created: boolean } {
  const { api, query } = exchange;
  const manager = query.get('fieldManager');
  if (!manager) {
    const error = { field: 'fieldManager', type: 'FieldValueRequired', detail: 'is required for apply patch' } as const;
    throw invalid('meta.k8s.io', 'PatchOptions', '', [error]);
  }
  const given = parseBody(exchange.body.toString(), true);
  const configuration = decoded(exchange, definition, given);
  const target = targetOf(exchange, definition);
  const { namespace, name } = target;
  const live = api.store.get(definition.key, namespace, name);
  const application = { configuration, manager, force: query.get('force') === 'true', time: nowOf(api) };
  const options = { ...writeOptions(exchange), applies: true };
  if (live) {
    const object = updateObject(api, definition, target, applied(definition, live, application), options);
    return { object, created: false };
  }
  const empty = {
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: { ...configuration.metadata, name },
  };
  const object = createObject(api, definition, namespace, applied(definition, empty, application), options);
  return { object, created: true };
}

/** PATCH of an object or of its status, by the type that Content-Type names. */
export function patch(exchange: Exchange, definition: ResourceDefinition): void {
  const type = patchType(exchange.request.headers['content-type']);
  const encoder = encoderFor(exchange, definition);
  if (type === 'application/apply-patch+yaml') {
    const { object, created } = applyPatch(exchange, definition);
    sendText(exchange, created ? 201 : 200, encoder.object(object));
    return;
  }
  const target = targetOf(exchange, definition);
  const stored = exchange.api.store.get(definition.key, target.namespace, target.name);
  if (!stored) throw notFound(groupName(definition), target.name);
  const before = definition.view ? definition.view.toView(stored) : stored;
  const after = patched(definition, before, type, parseBody(exchange.body.toString(), false));
  const body = decoded(exchange, definition, after);
  checkSameUid(definition, before, body);
  const object = updateObject(exchange.api, definition, target, body, writeOptions(exchange));
  sendText(exchange, 200, encoder.object(object));
}

/**
 * A PUT with another UID is a conflict, a PATCH with one is invalid; the server says so twice (seen on 1.36.2). A stale
 * resourceVersion is found before either (`Store.Update` in apiserver's registry).
 */
function checkSameUid(definition: ResourceDefinition, before: KubeObject, { metadata }: KubeObject): void {
  if (!metadata.uid || metadata.uid === before.metadata.uid) return;
  if (metadata.resourceVersion !== before.metadata.resourceVersion)
    throw staleObject(groupName(definition), before.metadata.name);
  const error = {
    field: 'metadata.uid',
    type: 'FieldValueInvalid',
    value: metadata.uid,
    detail: 'field is immutable',
  } as const;
  throw invalid(definition.group, definition.kind, before.metadata.name, [error, error]);
}

function deleteOptionsOf(exchange: Exchange): DeleteOptions {
  const { query } = exchange;
  const target = { apiVersion: 'v1', kind: 'DeleteOptions', model: 'V1DeleteOptions' };
  const given = exchange.body.length === 0 ? {} : (bodyOf(exchange) as { apiVersion?: string });
  // Clients send DeleteOptions in the group of the resource as well as in v1.
  const { apiVersion: _version, ...rest } = given;
  const body: object = decode(rest, target, 'Ignore', () => {});
  const asked = query.get('gracePeriodSeconds');
  const policy = query.get('propagationPolicy');
  const dryRun = dryRunOf(exchange);
  return {
    ...(asked === null ? {} : { gracePeriodSeconds: Number(asked) }),
    ...(policy === null ? {} : { propagationPolicy: policy }),
    ...(dryRun.length > 0 ? { dryRun } : {}),
    ...(body as DeleteOptions),
  };
}

/** DELETE of one object: the object while it goes (and always for pods), else a Status. */
export function remove(exchange: Exchange, definition: ResourceDefinition): void {
  const target = targetOf(exchange, definition);
  const { object, removed } = deleteObject(exchange.api, definition, target, deleteOptionsOf(exchange));
  if (!removed || definition.key === 'pods') {
    sendText(exchange, 200, encoderFor(exchange, definition).object(object));
    return;
  }
  const { name, uid } = object.metadata;
  const details = { name, ...(definition.group ? { group: definition.group } : {}), kind: definition.resource, uid };
  sendJson(exchange, 200, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', details });
}

/** DELETE of all selected objects. */
export function removeAll(exchange: Exchange, definition: ResourceDefinition): void {
  const { api, info, query } = exchange;
  const selection = selectionOf(definition, definition.namespaced ? info.namespace : undefined, query);
  const options = deleteOptionsOf(exchange);
  const objects = selection.all(api.store);
  for (const { metadata } of objects)
    deleteObject(api, definition, metadata as { namespace: string; name: string }, options);
  const metadata = { resourceVersion: String(api.store.revision) };
  sendText(exchange, 200, encoderFor(exchange, definition).list(objects, metadata));
}

/** POST to the eviction subresource of a pod. */
export function evict(exchange: Exchange): void {
  const { namespace = '', name } = exchange.info;
  const given = bodyOf(exchange) as { apiVersion?: unknown };
  const versions = ['policy/v1', 'policy/v1beta1'];
  if (typeof given.apiVersion === 'string' && !versions.includes(given.apiVersion)) {
    throw badRequest(
      `the API version in the data (${given.apiVersion}) does not match the expected API version (policy/v1)`,
    );
  }
  const target = { apiVersion: 'policy/v1', kind: 'Eviction', model: 'V1Eviction' };
  const warn = (text: string) => void exchange.warnings.push(text);
  const body: object = decode({ ...given, apiVersion: 'policy/v1' }, target, fieldValidationOf(exchange), warn);
  evictPod(exchange.api, { namespace, name }, body as Eviction, dryRunOf(exchange));
  sendJson(exchange, 201, { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 });
}

/** GET, PUT and PATCH of the scale subresource. */
export function scale(exchange: Exchange, definition: ResourceDefinition): void {
  const { api, info } = exchange;
  const { namespace, name } = targetOf(exchange, definition);
  const object = api.store.get(definition.key, namespace, name);
  if (!object) throw notFound(groupName(definition), name);
  if (info.verb === 'get') {
    sendJson(exchange, 200, scaleOf(object));
    return;
  }
  const target = { apiVersion: 'autoscaling/v1', kind: 'Scale', model: 'V1Scale' };
  const scaleDefinition: ResourceDefinition = { ...definition, kind: 'Scale' };
  const type = info.verb === 'patch' ? patchType(exchange.request.headers['content-type']) : undefined;
  if (type === 'application/apply-patch+yaml')
    throw new StatusError(415, 'UnsupportedMediaType', 'server-side apply of a Scale is not served');
  const given = type
    ? patched(scaleDefinition, scaleOf(object), type, parseBody(exchange.body.toString(), false))
    : bodyOf(exchange);
  const body = decode(given, target, fieldValidationOf(exchange), (text) => exchange.warnings.push(text));
  const after = updateObject(api, definition, { namespace, name }, withScale(object, body), writeOptions(exchange));
  sendJson(exchange, 200, scaleOf(after));
}
