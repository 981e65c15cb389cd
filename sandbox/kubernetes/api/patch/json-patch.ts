import { sameJson } from '../../types/equal.ts';
import { badRequest, unprocessablePatch } from '../../types/status.ts';

interface Operation {
  readonly op: string;
  readonly path: string;
  readonly from?: string;
  readonly value?: unknown;
}

type Holder = Record<string, unknown> | unknown[];

function pointer(path: unknown): string[] {
  if (path === '') return [];
  if (typeof path !== 'string' || !path.startsWith('/')) throw unprocessablePatch();
  return path
    .slice(1)
    .split('/')
    .map((part) => part.replaceAll('~1', '/').replaceAll('~0', '~'));
}

function indexIn(list: readonly unknown[], part: string, adding: boolean): number {
  if (adding && part === '-') return list.length;
  const at = /^(0|[1-9][0-9]*)$/.test(part) ? Number(part) : -1;
  if (at < 0 || at > list.length - (adding ? 0 : 1)) throw unprocessablePatch();
  return at;
}

function child(holder: unknown, part: string): unknown {
  if (Array.isArray(holder)) return holder[indexIn(holder, part, false)];
  if (typeof holder !== 'object' || holder === null || !Object.hasOwn(holder, part)) throw unprocessablePatch();
  return (holder as Record<string, unknown>)[part];
}

function locate(document: unknown, path: string): { holder: Holder; last: string } {
  const parts = pointer(path);
  const last = parts.pop();
  const holder = parts.reduce(child, document);
  if (last === undefined || typeof holder !== 'object' || holder === null) throw unprocessablePatch();
  return { holder: holder as Holder, last };
}

function add(document: unknown, path: string, value: unknown): void {
  const { holder, last } = locate(document, path);
  if (Array.isArray(holder)) holder.splice(indexIn(holder, last, true), 0, value);
  else holder[last] = value;
}

function remove(document: unknown, path: string): unknown {
  const { holder, last } = locate(document, path);
  const value = child(holder, last);
  if (Array.isArray(holder)) holder.splice(indexIn(holder, last, false), 1);
  else delete holder[last];
  return value;
}

function get(document: unknown, path: string): unknown {
  return pointer(path).reduce(child, document);
}

/** A missing member counts as null, as in evanphx/json-patch, which the server uses. */
function getOrNull(document: unknown, path: string): unknown {
  const { holder, last } = locate(document, path);
  return Array.isArray(holder) ? child(holder, last) : (holder[last] ?? null);
}

function applyOne(document: unknown, operation: Operation): void {
  switch (operation.op) {
    case 'add':
      add(document, operation.path, structuredClone(operation.value));
      return;
    case 'remove':
      remove(document, operation.path);
      return;
    case 'replace':
      remove(document, operation.path);
      add(document, operation.path, structuredClone(operation.value));
      return;
    case 'move':
      add(document, operation.path, remove(document, operation.from ?? ''));
      return;
    case 'copy':
      add(document, operation.path, structuredClone(get(document, operation.from ?? '')));
      return;
    case 'test':
      if (!sameJson(getOrNull(document, operation.path), operation.value ?? null)) throw unprocessablePatch();
      return;
    default:
      throw unprocessablePatch();
  }
}

/** `MaxJSONPatchOperations` in k8s.io/apiserver/pkg/endpoints/handlers/patch.go. */
const maxOperations = 10_000;

/**
 * RFC 6902. Gives a new document. A failed `test` or a path that does not exist throws 422, a body that is no patch 400,
 * as in k8s.io/apiserver/pkg/endpoints/handlers/patch.go.
 */
export function jsonPatch(document: object, patch: unknown): object {
  const isPatch = Array.isArray(patch) && patch.every((item) => typeof item === 'object' && item !== null);
  if (!isPatch)
    throw badRequest('error decoding patch: json: cannot unmarshal object into Go value of type jsonpatch.Patch');
  if (patch.length > maxOperations) {
    throw badRequest(`The allowed maximum operations in a JSON patch is ${maxOperations}, got ${patch.length}`);
  }
  const copy = structuredClone(document);
  for (const operation of patch as Operation[]) applyOne(copy, operation);
  return copy;
}
