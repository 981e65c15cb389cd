import { parse } from 'yaml';
import type { KubeObject } from '../types/objects.ts';
import { type ResourceDefinition, structOf } from '../types/resources.ts';
import { badRequest, StatusError } from '../types/status.ts';
import { jsonPatch } from './patch/json-patch.ts';
import { mergePatch } from './patch/merge-patch.ts';
import { strategicMerge } from './patch/strategic-merge.ts';

const patchTypes = [
  'application/json-patch+json',
  'application/merge-patch+json',
  'application/strategic-merge-patch+json',
  'application/apply-patch+yaml',
] as const;

export type PatchType = (typeof patchTypes)[number];

/** The type of a patch from the Content-Type header. Throws 415, as k8s.io/apiserver/pkg/endpoints/handlers/patch.go. */
export function patchType(contentType: string | undefined): PatchType {
  const given = (contentType ?? '').split(';')[0]?.trim();
  const found = patchTypes.find((type) => type === given);
  if (found) return found;
  const accepted = patchTypes.join(', ');
  const message = `the body of the request was in an unknown format - accepted media types include: ${accepted}`;
  throw new StatusError(415, 'UnsupportedMediaType', message);
}

/** Parses a body of JSON, or of YAML (of which JSON is a part) when `yaml` is set. Throws 400. */
export function parseBody(text: string, yaml: boolean): unknown {
  try {
    return yaml ? parse(text) : JSON.parse(text);
  } catch (error) {
    throw badRequest(`error decoding the body: ${(error as Error).message}`);
  }
}

/** The object that a JSON patch, merge patch or strategic merge patch makes of another. */
export function patched(
  definition: ResourceDefinition,
  before: KubeObject,
  type: Exclude<PatchType, 'application/apply-patch+yaml'>,
  patch: unknown,
): object {
  if (type === 'application/json-patch+json') return jsonPatch(before, patch);
  if (typeof patch !== 'object' || patch === null || Array.isArray(patch)) {
    throw badRequest('error decoding patch: json: cannot unmarshal into Go value of type map[string]interface {}');
  }
  if (type === 'application/merge-patch+json') return mergePatch(before, patch) as object;
  return strategicMerge(before, patch, structOf(definition));
}
