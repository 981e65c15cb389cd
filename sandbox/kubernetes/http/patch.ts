import { applied } from '../api/apply.ts';
import { nowOf } from '../api/context.ts';
import { createObject } from '../api/create.ts';
import { type PatchType, parseBody, patched, patchType } from '../api/patch.ts';
import { updateObject } from '../api/update.ts';
import { goField, goInner } from '../types/go-types.ts';
import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, groupName, type ResourceDefinition, structOf } from '../types/resources.ts';
import { pruned } from '../types/schema.ts';
import { invalid, notFound, StatusError, staleObject } from '../types/status.ts';
import { encoderFor } from './encode.ts';
import { checkEscalation } from './escalation.ts';
import { type Exchange, sendText } from './exchange.ts';
import { flagOf } from './parameters.ts';
import { decoded, targetOf, writeOptions } from './write.ts';

/** A value as Go's `%+v` prints it. */
function goText(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(goText).join(' ')}]`;
  if (typeof value !== 'object' || value === null) return value === null ? '<nil>' : String(value);
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return `map[${entries.map(([key, item]) => `${key}:${goText(item)}`).join(' ')}]`;
}

/** Source: k8s.io/apiserver/pkg/endpoints/handlers/patch.go: what cannot be decoded is a finding about the patch. */
function invalidPatch(type: PatchType, patch: unknown, after: object) {
  const value = type === 'application/strategic-merge-patch+json' ? goText(patch) : JSON.stringify(after);
  return (detail: string) => invalid('', '', '', [{ field: 'patch', type: 'FieldValueInvalid', value, detail }]);
}

/** `.spec.containers[name="main"].image` of `spec.containers[0].image`, as structured-merge-diff names it. */
function typedPath(definition: ResourceDefinition, body: object, path: string): string {
  let [value, text, type, key]: [unknown, string, string, string | undefined] = [
    body,
    '',
    structOf(definition),
    undefined,
  ];
  for (const [, name = '', index] of path.matchAll(/([^.[\]]+)|\[(\d+)\]/g)) {
    value = (value as Record<string, unknown> | undefined)?.[index ?? name];
    const item = value as Record<string, unknown> | undefined;
    if (index !== undefined)
      text += key && item?.[key] !== undefined ? `[${key}=${JSON.stringify(item[key])}]` : `[${index}]`;
    else {
      const field = goField(type, name);
      [type, key] = [goInner(field?.type ?? ''), field?.mergeKey];
      text += `.${name}`;
    }
  }
  return text;
}

/**
 * A server-side apply knows the fields of a kind by its schema, whatever `fieldValidation` says; the server has no status of its own
 * for that. Source: k8s.io/apimachinery/pkg/util/managedfields/internal/structuredmerge.go, Apply.
 */
function checkDeclared(
  definition: ResourceDefinition,
  given: unknown,
  target: { namespace: string | undefined; name: string },
): void {
  if (typeof given !== 'object' || given === null) return;
  const { unknown } = pruned(given, definition.model).findings;
  if (unknown.length === 0) return;
  const lines = unknown.map((path) => `${typedPath(definition, given, path)}: field not declared in schema`);
  const list = lines.length === 1 ? lines[0] : ['errors:', ...lines.map((line) => `  ${line}`)].join('\n');
  const { group, version, kind } = definition;
  const what = `${target.namespace ?? ''}/${target.name}; ${group}/${version}, Kind=${kind}`;
  throw new StatusError(500, '', `failed to create typed patch object (${what}): ${list}`);
}

function applyPatch(exchange: Exchange, definition: ResourceDefinition): { object: KubeObject; created: boolean } {
  const { api, query } = exchange;
  const manager = query.get('fieldManager');
  if (!manager) {
    const error = { field: 'fieldManager', type: 'FieldValueRequired', detail: 'is required for apply patch' } as const;
    throw invalid('meta.k8s.io', 'PatchOptions', '', [error]);
  }
  const given = parseBody(exchange.body.toString(), true);
  const target = targetOf(exchange, definition);
  checkDeclared(definition, given, target);
  const configuration = decoded(exchange, definition, given);
  const { namespace, name } = target;
  const live = api.store.get(definition.key, namespace, name);
  const application = { configuration, manager, force: flagOf(query, 'force') ?? false, time: nowOf(api) };
  const options = { ...writeOptions(exchange), applies: true };
  if (live) {
    const after = applied(definition, live, application);
    checkEscalation(exchange, definition, after, live);
    return { object: updateObject(api, definition, target, after, options), created: false };
  }
  const empty = {
    apiVersion: apiVersionOf(definition),
    kind: definition.kind,
    metadata: { ...configuration.metadata, name },
  };
  const made = applied(definition, empty, application);
  checkEscalation(exchange, definition, made);
  return { object: createObject(api, definition, namespace, made, options), created: true };
}

/** Source: k8s.io/apimachinery/pkg/apis/meta/v1/validation/validation.go, ValidatePatchOptions. */
function refuseForce({ query }: Exchange): void {
  if (flagOf(query, 'force') === undefined) return;
  const detail = 'may not be specified for non-apply patch';
  throw invalid('meta.k8s.io', 'PatchOptions', '', [{ field: 'force', type: 'FieldValueForbidden', detail }]);
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
  refuseForce(exchange);
  const target = targetOf(exchange, definition);
  const stored = exchange.api.store.get(definition.key, target.namespace, target.name);
  if (!stored) throw notFound(groupName(definition), target.name);
  const before = definition.view ? definition.view.toView(stored) : stored;
  const given = parseBody(exchange.body.toString(), false);
  const after = patched(definition, before, type, given);
  const body = decoded(exchange, definition, after, invalidPatch(type, given, after));
  checkSameUid(definition, before, body);
  checkEscalation(exchange, definition, body, before);
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
