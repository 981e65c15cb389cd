import type { WriteOptions } from '../api/context.ts';
import { createObject } from '../api/create.ts';
import { decode, decodeObject, type Refusal } from '../api/decode.ts';
import { withDefaults } from '../api/defaults.ts';
import { type DeleteOptions, deleteObject } from '../api/delete.ts';
import { type Eviction, evictPod } from '../api/evict.ts';
import { parseBody, patched, patchType } from '../api/patch.ts';
import { scaleOf, withScale } from '../api/scale.ts';
import { updateObject } from '../api/update.ts';
import type { KubeObject } from '../types/objects.ts';
import { groupName, type ResourceDefinition } from '../types/resources.ts';
import { badRequest, type FieldError, invalid, notFound, StatusError } from '../types/status.ts';
import { bodyOf } from './body.ts';
import { encoderFor } from './encode.ts';
import { checkEscalation } from './escalation.ts';
import { dryRunOf, type Exchange, fieldValidationOf, sendJson, sendText } from './exchange.ts';
import { checkListOptions, flagOf, integerOf } from './parameters.ts';
import { selectionOf } from './selection.ts';

/** A body as an object of a resource. Throws 400, or what `refuse` makes. */
export function decoded(
  exchange: Exchange,
  definition: ResourceDefinition,
  body: unknown,
  refuse?: Refusal,
): KubeObject {
  const warn = (text: string) => void exchange.warnings.push(text);
  return decodeObject(body, definition, fieldValidationOf(exchange), warn, refuse);
}

export function writeOptions(exchange: Exchange): WriteOptions {
  return { dryRun: dryRunOf(exchange).length > 0 };
}

export function targetOf(exchange: Exchange, definition: ResourceDefinition) {
  const { namespace, name, subresource } = exchange.info;
  return { namespace: definition.namespaced ? namespace : undefined, name, subresource: subresource || undefined };
}

/** POST of a new object. */
export function create(exchange: Exchange, definition: ResourceDefinition): void {
  const body = decoded(exchange, definition, bodyOf(exchange));
  const { namespace } = targetOf(exchange, definition);
  checkEscalation(exchange, definition, withDefaults(definition.key, body));
  const object = createObject(exchange.api, definition, namespace, body, writeOptions(exchange));
  sendText(exchange, 201, encoderFor(exchange, definition).object(object));
}

/** PUT of an object or of its status. */
export function update(exchange: Exchange, definition: ResourceDefinition): void {
  const body = decoded(exchange, definition, bodyOf(exchange));
  const target = targetOf(exchange, definition);
  const before = exchange.api.store.get(definition.key, target.namespace, target.name);
  checkEscalation(exchange, definition, withDefaults(definition.key, body), before);
  const object = updateObject(exchange.api, definition, target, body, writeOptions(exchange));
  sendText(exchange, 200, encoderFor(exchange, definition).object(object));
}

function deleteBody(exchange: Exchange): DeleteOptions {
  const target = { apiVersion: 'v1', kind: 'DeleteOptions', model: 'V1DeleteOptions' };
  // Clients send DeleteOptions in the group of the resource as well as in v1.
  const { apiVersion: _version, ...rest } = bodyOf(exchange) as { apiVersion?: string };
  const body: object = decode(rest, target, 'Ignore', () => {}, badRequest);
  return body as DeleteOptions;
}

const policies = ['Foreground', 'Background', 'Orphan'];

/** Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go, ValidateDeleteOptions. */
function checkDeleteOptions({ propagationPolicy: value, orphanDependents }: DeleteOptions): void {
  if (value === undefined) return;
  const field = 'propagationPolicy';
  const both = 'orphanDependents and deletionPropagation cannot be both set';
  const supported = [...policies, 'nil'].map((policy) => JSON.stringify(policy)).join(', ');
  const errors: FieldError[] = [];
  if (orphanDependents !== undefined) errors.push({ field, type: 'FieldValueInvalid', value, detail: both });
  if (!policies.includes(value))
    errors.push({ field, type: 'FieldValueNotSupported', value, detail: `supported values: ${supported}` });
  if (errors.length > 0) throw invalid('meta.k8s.io', 'DeleteOptions', '', errors);
}

/** The options in the body or, without one, among the parameters; never both, as in apiserver's handlers/delete.go. */
function deleteOptionsOf(exchange: Exchange): DeleteOptions {
  const { query } = exchange;
  const asked = {
    gracePeriodSeconds: integerOf(query, 'gracePeriodSeconds'),
    orphanDependents: flagOf(query, 'orphanDependents'),
    propagationPolicy: query.get('propagationPolicy') ?? undefined,
    dryRun: dryRunOf(exchange),
  };
  const options = exchange.body.length > 0 ? deleteBody(exchange) : asked;
  checkDeleteOptions(options);
  return options;
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
  checkListOptions(query, false);
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

/** POST to the token subresource of a service account. */
export function token(exchange: Exchange): void {
  const { namespace = '', name } = exchange.info;
  sendJson(exchange, 201, exchange.tokens.issue({ namespace, name }, bodyOf(exchange)));
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
  const scaleDefinition: ResourceDefinition = { ...definition, group: 'autoscaling', version: 'v1', kind: 'Scale' };
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
