import type { Json } from './json.ts';

type JsonObject = { readonly [key: string]: Json };

/**
 * A pattern or an event with each dotted key as nested keys: `{"a.b": 1}` is `{"a": {"b": 1}}`. EventBridge joins the keys of both with
 * dots before it compares them, so that neither spelling differs from the other (aws/event-ruler README, "Compiled rules and JSON keys
 * with dots"; EventBridge user guide, "Considerations when creating event patterns").
 */
export function nestKeys(value: Json): Json {
  if (Array.isArray(value)) return (value as readonly Json[]).map(nestKeys);
  if (!isObject(value)) return value;
  let nested: Json = {};
  for (const [key, item] of Object.entries(value)) nested = merge(nested, nest(key.split('.'), nestKeys(item)));
  return nested;
}

function nest(keys: readonly string[], value: Json): Json {
  return keys.reduceRight<Json>((inner, key) => ({ [key]: inner }), value);
}

/** Values that come to the same path by two spellings stand beside each other, as those of an array do. */
function merge(left: Json, right: Json): Json {
  if (!isObject(left) || !isObject(right)) return [left, right].flat() as Json;
  const merged: Record<string, Json> = { ...left };
  for (const [key, value] of Object.entries(right))
    merged[key] = Object.hasOwn(merged, key) ? merge(merged[key] as Json, value) : value;
  return merged;
}

export function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
