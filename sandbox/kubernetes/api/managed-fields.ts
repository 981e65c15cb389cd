import { sameJson } from '../types/equal.ts';
import type { KubeObject, ManagedFields } from '../types/objects.ts';

/** Fields below these are the server's own and belong to nobody. Source: k8s.io/apimachinery/pkg/util/managedfields/internal/stripmeta.go. */
const ownMetadata = new Set([
  'name',
  'namespace',
  'creationTimestamp',
  'uid',
  'resourceVersion',
  'generation',
  'managedFields',
  'selfLink',
]);

type Tree = { [key: string]: Tree };

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function fieldsOf(value: unknown): Tree {
  if (!isObject(value)) return {};
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [`f:${key}`, fieldsOf(item)]));
}

/** The fields that an applied configuration names, in the FieldsV1 form. Lists count as one field. */
export function appliedFields(configuration: object): Tree {
  const { apiVersion: _version, kind: _kind, metadata, ...rest } = configuration as Record<string, unknown>;
  const named = Object.entries((metadata as object | undefined) ?? {}).filter(([key]) => !ownMetadata.has(key));
  const tree = fieldsOf(rest);
  return named.length > 0 ? { ...tree, 'f:metadata': fieldsOf(Object.fromEntries(named)) } : tree;
}

/**
 * Keeps the record of who applied what through a write that is not an apply. Only appliers are recorded: field managers of
 * plain writes are not, so conflicts are found between appliers alone.
 */
export function keepManagedFields(object: KubeObject, before: KubeObject | undefined): KubeObject {
  const kept = before?.metadata.managedFields;
  if (sameJson(object.metadata.managedFields, kept)) return object;
  const { managedFields: _given, ...metadata } = object.metadata;
  return { ...object, metadata: kept ? { ...metadata, managedFields: kept } : metadata };
}

/** The record of one applier. */
export function entryOf(fields: Tree, manager: string, apiVersion: string, time: string): ManagedFields {
  return { manager, operation: 'Apply', apiVersion, time, fieldsType: 'FieldsV1', fieldsV1: fields };
}

/** Paths of the leaves of a FieldsV1 tree. */
export function leaves(tree: object, path: readonly string[] = []): string[][] {
  return Object.entries(tree as Tree).flatMap(([key, inner]) => {
    const here = [...path, key.replace(/^f:/, '')];
    return Object.keys(inner).length === 0 ? [here] : leaves(inner, here);
  });
}
