import { sameJson } from '../../types/equal.ts';
import { type GoField, goField, goInner } from '../../types/go-types.ts';
import { badRequest } from '../../types/status.ts';

type Fields = Readonly<Record<string, unknown>>;

function isObject(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function withoutDirectives(value: unknown): unknown {
  if (Array.isArray(value)) return value.filter((item) => !isDirective(item)).map(withoutDirectives);
  if (!isObject(value)) return value;
  const kept = Object.entries(value).filter(([key, item]) => !key.startsWith('$') && item !== null);
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutDirectives(item)]));
}

function isDirective(item: unknown): boolean {
  return (
    isObject(item) && (item['$patch'] === 'delete' || (item['$patch'] === 'replace' && Object.keys(item).length === 1))
  );
}

function ordered(list: readonly unknown[], order: unknown, key: string | undefined): unknown[] {
  if (!Array.isArray(order)) return [...list];
  const identity = (item: unknown): unknown => (key && isObject(item) ? item[key] : item);
  const place = new Map(order.map((item, at) => [identity(item), at]));
  // Items that the patch does not order keep their place after the ordered ones (`normalizeElementOrder` keeps them in between).
  return list
    .map((item, at) => ({ item, rank: place.get(identity(item)) ?? order.length + at }))
    .sort((left, right) => left.rank - right.rank)
    .map(({ item }) => item);
}

function mergesItems(field: GoField | undefined): boolean {
  return field?.patchStrategy.split(',').includes('merge') ?? false;
}

class StrategicMerge {
  object(target: unknown, patch: Fields, struct: string): unknown {
    if (patch['$patch'] === 'replace') return withoutDirectives(patch);
    if (patch['$patch'] === 'delete') return {};
    if (patch['$patch'] !== undefined && patch['$patch'] !== 'merge') {
      throw badRequest(`Unknown patch type: ${JSON.stringify(patch['$patch'])}`);
    }
    const merged: Record<string, unknown> = isObject(target) ? { ...target } : {};
    for (const [key, value] of Object.entries(patch)) {
      if (key.startsWith('$')) continue;
      const order = patch[`$setElementOrder/${key}`];
      if (value === null) delete merged[key];
      else merged[key] = this.#field(merged[key], value, goField(struct, key), order);
    }
    this.#directives(merged, patch, struct);
    return merged;
  }

  #field(current: unknown, value: unknown, field: GoField | undefined, order: unknown): unknown {
    if (isObject(value)) {
      return field?.patchStrategy === 'replace'
        ? withoutDirectives(value)
        : this.object(current, value, field?.type ?? '');
    }
    if (!Array.isArray(value)) return value;
    if (!mergesItems(field)) return withoutDirectives(value);
    const list = Array.isArray(current) ? current : [];
    const key = field?.mergeKey;
    if (!key) {
      const added = value.filter((item) => !list.some((other) => sameJson(item, other)));
      return ordered([...list, ...added], order, undefined);
    }
    return ordered(this.#list(list, value.filter(isObject), { key, struct: goInner(field.type) }), order, key);
  }

  #list(current: readonly unknown[], patch: readonly Fields[], of: { key: string; struct: string }): unknown[] {
    const { key: mergeKey, struct } = of;
    if (patch.some((item) => item['$patch'] === 'replace')) return withoutDirectives(patch) as unknown[];
    let merged = [...current];
    for (const item of patch) {
      const identity = item[mergeKey];
      if (identity === undefined) {
        throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`);
      }
      const at = merged.findIndex((other) => isObject(other) && other[mergeKey] === identity);
      if (item['$patch'] === 'delete') merged = merged.filter((_, place) => place !== at);
      else if (at < 0) merged.push(this.object({}, item, struct));
      else merged[at] = this.object(merged[at], item, struct);
    }
    return merged;
  }

  #directives(merged: Record<string, unknown>, patch: Fields, struct: string): void {
    for (const [key, value] of Object.entries(patch)) {
      const [directive, field = ''] = key.split('/');
      if (directive === '$setElementOrder' && !(field in patch) && Array.isArray(merged[field])) {
        merged[field] = ordered(merged[field], value, goField(struct, field)?.mergeKey);
      }
      if (directive === '$deleteFromPrimitiveList' && Array.isArray(merged[field]) && Array.isArray(value)) {
        merged[field] = merged[field].filter((item) => !value.includes(item));
      }
    }
    const kept = patch['$retainKeys'];
    if (!Array.isArray(kept)) return;
    for (const key of Object.keys(merged)) if (!kept.includes(key)) delete merged[key];
  }
}

/**
 * A strategic merge patch on an object of a Go struct: lists with a merge key are merged item by item, others replaced; `$patch`,
 * `$retainKeys`, `$setElementOrder` and `$deleteFromPrimitiveList` are honoured.
 * Source: k8s.io/apimachinery/pkg/util/strategicpatch/patch.go.
 */
export function strategicMerge(target: object, patch: object, struct: string): object {
  return new StrategicMerge().object(target, patch as Fields, struct) as object;
}
