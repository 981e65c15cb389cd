import { readFileSync } from 'node:fs';

/** A field of a Go struct. `type` is a scalar, a struct's name, `X[]` or `{X}` for a map from strings. */
export interface GoField {
  /** In protobuf. */
  readonly number: number;
  /** In JSON; `+` for an embedded struct, whose fields stand in the place of this one. */
  readonly name: string;
  readonly type: string;
  /** Go leaves out the zero value when it writes JSON. */
  readonly omitsZero: boolean;
  /** The values that the API names for a string. */
  readonly values: readonly string[];
  /** What a strategic merge patch does with the field: `merge`, `replace`, or nothing of its own. */
  readonly patchStrategy: string;
  /** By which field of its items a list is merged; none for lists of plain values. */
  readonly mergeKey: string | undefined;
}

const line = /^(\d+)(\??)=([^:]+):(.+)$/;

function fieldOf(text: string): GoField {
  const [, number, mark, name = '', rest = ''] = line.exec(text) ?? [];
  const [written = '', patchStrategy = '', mergeKey] = rest.split('^');
  const values = /\(([^)]*)\)/.exec(written)?.[1]?.split('|') ?? [];
  const type = written.replace(/\([^)]*\)/, '');
  return { number: Number(number), name, type, omitsZero: mark === '?', values, patchStrategy, mergeKey };
}

let structs: Map<string, readonly GoField[]> | undefined;

function all(): Map<string, readonly GoField[]> {
  if (structs) return structs;
  const lines = readFileSync(new URL('go-types.txt', import.meta.url), 'utf8')
    .split('\n')
    .slice(1)
    .filter(Boolean);
  structs = new Map(
    lines.map((text) => {
      const [name = '', ...fields] = text.split(' ');
      return [name, fields.map(fieldOf)];
    }),
  );
  return structs;
}

/** The fields of a struct such as `core/v1.Container`; `undefined` for one that is not known. */
export function goFields(struct: string): readonly GoField[] | undefined {
  return all().get(struct);
}

/** A field by its JSON name, also inside embedded structs. */
export function goField(struct: string, name: string): GoField | undefined {
  for (const field of goFields(struct) ?? []) {
    if (field.name === name) return field;
    const inner = field.name === '+' ? goField(field.type, name) : undefined;
    if (inner) return inner;
  }
  return undefined;
}

/** The struct behind an apiVersion and a kind: `apps/v1.Deployment`, `core/v1.Pod`, `rbac/v1.Role`. */
export function goStruct(apiVersion: string, kind: string): string {
  const [version = '', group = 'core'] = apiVersion.split('/').reverse();
  // DeleteOptions come in the group of whatever is deleted.
  return kind === 'DeleteOptions' ? 'meta/v1.DeleteOptions' : `${group.split('.')[0]}/${version}.${kind}`;
}

/** The type of a list's items or of a map's values. */
export function goInner(type: string): string {
  return type.replace(/^\{(.*)\}$/, '$1').replace(/\[\]$/, '');
}
