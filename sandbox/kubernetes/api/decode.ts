import type { KubeObject } from '../types/objects.ts';
import { apiVersionOf, type ResourceDefinition } from '../types/resources.ts';
import { pruned } from '../types/schema.ts';
import { badRequest, type StatusError } from '../types/status.ts';

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

/** What an answer is made of when a body has fields of wrong types or, in strict decoding, fields that its kind does not have. */
export type Refusal = (problem: string) => StatusError;

/** Source of the words: k8s.io/apiserver/pkg/endpoints/handlers (rest.go, transformDecodeError). */
function unreadable({ apiVersion, kind }: Target): Refusal {
  const version = apiVersion.split('/').pop() ?? '';
  return (problem) => badRequest(`${kind} in version "${version}" cannot be handled as a ${kind}: ${problem}`);
}

interface Target {
  readonly apiVersion: string;
  readonly kind: string;
  readonly model: string;
}

/**
 * Turns a request's body into an object of a kind: fields that the kind does not have are dropped with a warning (or refused
 * when `validation` is Strict), wrong types are refused. Throws a 400 `StatusError`, or what `refuse` makes.
 */
export function decode(
  body: unknown,
  target: Target,
  validation: FieldValidation,
  warn: (message: string) => void,
  refuse: Refusal = unreadable(target),
): KubeObject {
  const { apiVersion, kind, model } = target;
  if (typeof body !== 'object' || body === null || Array.isArray(body)) {
    throw badRequest(
      `couldn't get version/kind; json parse error: json: cannot unmarshal into Go value of type struct`,
    );
  }
  refuseOtherKind(body, apiVersion, kind);
  const { object, findings } = pruned(body, model);
  const [mistyped] = findings.mistyped;
  if (mistyped !== undefined) throw refuse(mistyped);
  const unknown = findings.unknown.map((field) => `unknown field "${field}"`);
  if (validation === 'Strict' && unknown.length > 0) throw refuse(`strict decoding error: ${unknown.join(', ')}`);
  if (validation === 'Warn') unknown.forEach(warn);
  return { ...object, apiVersion, kind, metadata: object.metadata ?? {} };
}

/** `decode` for the objects of a resource. */
export function decodeObject(
  body: unknown,
  definition: ResourceDefinition,
  validation: FieldValidation,
  warn: (message: string) => void,
  refuse?: Refusal,
): KubeObject {
  const { kind, model } = definition;
  return decode(body, { apiVersion: apiVersionOf(definition), kind, model }, validation, warn, refuse);
}
