import type { KubeObject } from '../types/objects.ts';

const cache = new WeakMap<KubeObject, string>();

/** The JSON of one version of an object, made once. Type and version come first, as `listItem` relies on. */
export function serialise(object: KubeObject): string {
  const known = cache.get(object);
  if (known !== undefined) return known;
  const { kind, apiVersion, ...rest } = object;
  const text = JSON.stringify({ kind, apiVersion, ...rest });
  cache.set(object, text);
  return text;
}

/** The JSON of an object inside a list, where the real server leaves out kind and apiVersion. */
export function listItem(object: KubeObject): string {
  const head = `{"kind":${JSON.stringify(object.kind)},"apiVersion":${JSON.stringify(object.apiVersion)},`;
  return `{${serialise(object).slice(head.length)}`;
}
