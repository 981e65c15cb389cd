import { sameJson } from '../types/equal.ts';
import type { KubeObject, ManagedFields } from '../types/objects.ts';
import { apiVersionOf, type ResourceDefinition, structOf } from '../types/resources.ts';
import { StatusError } from '../types/status.ts';
import { appliedFields, entryOf, leaves } from './managed-fields.ts';
import { strategicMerge } from './patch/strategic-merge.ts';

type Fields = Record<string, unknown>;

function valueAt(object: object, path: readonly string[]): unknown {
  return path.reduce<unknown>((value, key) => (value as Fields | undefined)?.[key], object);
}

function without(object: object, path: readonly string[]): object {
  const [key = '', ...rest] = path;
  const fields = object as Fields;
  if (!(key in fields)) return object;
  const { [key]: value, ...others } = fields;
  if (rest.length === 0) return others;
  return typeof value === 'object' && value !== null ? { ...fields, [key]: without(value, rest) } : object;
}

export interface Application {
  readonly configuration: KubeObject;
  readonly manager: string;
  readonly force: boolean;
  readonly time: string;
}

/** Source of the words: k8s.io/apimachinery/pkg/util/managedfields/internal/conflict.go. */
function refuseConflicts(
  live: KubeObject,
  given: Application,
  paths: readonly string[][],
  others: readonly ManagedFields[],
): void {
  const conflicts = paths.flatMap((path) => {
    if (sameJson(valueAt(live, path), valueAt(given.configuration, path))) return [];
    const owner = others.find(({ fieldsV1 }) => leaves(fieldsV1).some((other) => sameJson(other, path)));
    return owner ? [{ field: `.${path.join('.')}`, manager: owner.manager }] : [];
  });
  if (conflicts.length === 0 || given.force) return;
  const [first] = conflicts;
  const causes = conflicts.map(({ field, manager }) => ({
    reason: 'FieldManagerConflict',
    message: `conflict with "${manager}"`,
    field,
  }));
  const number = conflicts.length === 1 ? '1 conflict' : `${conflicts.length} conflicts`;
  const message = `Apply failed with ${number}: conflict with "${first?.manager}": ${first?.field}`;
  throw new StatusError(409, 'Conflict', message, { causes });
}

/**
 * The object that a server-side apply makes of the live one: lists with a merge key are merged, fields that this manager
 * applied before and names no more are removed, a field that another applier owns is a 409 unless forced.
 */
export function applied(definition: ResourceDefinition, live: KubeObject, given: Application): KubeObject {
  const fields = appliedFields(given.configuration);
  const entries = live.metadata.managedFields ?? [];
  const mine = entries.find(({ manager, operation }) => manager === given.manager && operation === 'Apply');
  const others = entries.filter((entry) => entry !== mine);
  const paths = leaves(fields);
  refuseConflicts(live, given, paths, others);
  const owned = (path: readonly string[]) =>
    others.some((entry) => leaves(entry.fieldsV1).some((leaf) => sameJson(leaf, path)));
  const dropped = leaves(mine?.fieldsV1 ?? {}).filter(
    (path) => !paths.some((other) => other.join('\n').startsWith(path.join('\n'))),
  );
  const cleaned = dropped.filter((path) => !owned(path)).reduce<object>(without, live) as KubeObject;
  const { managedFields: _given, ...metadata } = given.configuration.metadata;
  const merged = strategicMerge(cleaned, { ...given.configuration, metadata }, structOf(definition)) as KubeObject;
  const unchanged = mine && sameJson(mine.fieldsV1, fields);
  const entry = unchanged ? mine : entryOf(fields, given.manager, apiVersionOf(definition), given.time);
  return { ...merged, metadata: { ...merged.metadata, managedFields: [...others, entry] } };
}
