import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, type ResourceDefinition } from '../types/resources.ts';
import { pruned } from '../types/schema.ts';
import { badRequest } from '../types/status.ts';

export type FieldValidation = 'Ignore' | 'Warn' | 'Strict';

interface Loose {
  readonly apiVersion?: unknown;
  readonly kind?: unknown;
  readonly metadata?: unknown;
}

function refuseOtherKind(given: Loose, apiVersion: string, kind: string): void {
  if (given.apiVersion !== undefined && given.apiVersion !== apiVersion) {
    throw badRequest(
      `the API version in the data (${JSON.stringify(given.apiVersion)}) does not match the expected API version (${apiVersion})`,
    );
  }
  if (given.kind !== undefined && given.kind !== kind) {
    throw badRequest(
      `${JSON.stringify(given.kind)} in version "${apiVersion}" cannot be handled as a ${kind}: the kind in the data does not match`,
    );
  }
}

/**
 * Turns a request's body into an object of a kind: fields that the kind does not have are dropped with a warning (or refused
 * when `validation` is Strict), wrong types are refused. Throws a 400 `StatusError`.
 * Source of the words: k8s.io/apiserver/pkg/endpoints/handlers (create.go, rest.go).
 */
export function decode(
  body: unknown,
  target: { readonly apiVersion: string; readonly kind: string; readonly model: string },
  validation: FieldValidation,
  warn: (message: string) => void,
): KubeObject {
  const { apiVersion, kind, model } = target;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct`,
    );
  }
  refuseOtherKind(body, apiVersion, kind);
  const { object, findings } = pruned(body, model);
  const version = apiVersion.split('/').pop() ?? '';
  const refusal = `${kind} in version "${version}" cannot be handled as a ${kind}`;
  if (findings.mistyped.length > 0) throw badRequest(`${refusal}: ${findings.mistyped[0]}`);
  const unknown = findings.unknown.map((field) => `unknown field "${field}"`);
  if (validation === 'Strict' && unknown.length > 0) {
    throw badRequest(`${refusal}: strict decoding error: ${unknown.join(', ')}`);
  }
  if (validation === 'Warn') unknown.forEach(warn);
  return { ...object, apiVersion, kind, metadata: object.metadata ?? {} };
}

/** `decode` for the objects of a resource. */
export function decodeObject(
  body: unknown,
  definition: ResourceDefinition,
  validation: FieldValidation,
  warn: (message: string) => void,
): KubeObject {
  const { kind, model } = definition;
  return decode(body, { apiVersion: apiVersionOf(definition), kind, model }, validation, warn);
}
