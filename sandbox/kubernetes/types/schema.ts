import type { KubeObject } from './objects.ts';

/** A field's type as client-node's generated models write it: `string`, `Array<V1Container>`, `{ [key: string]: string; }`. */
export type TypeName = string;

export type Fields = ReadonlyMap<string, { readonly type: TypeName; readonly format: string }>;

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const models = new Map<string, Fields>();

/** The model inside `Array<X>`, `{ [key: string]: X; }`, or the type itself. */
export function innerType(type: TypeName): TypeName {
  const match = /^Array<(.*)>$/.exec(type) ?? /^\{ \[key: string\]: (.*); \}$/.exec(type);
  return match?.[1] ? innerType(match[1]) : type;
}

export function isModel(type: TypeName): boolean {
  return /^[A-Z]/.test(type) && !(type in primitives) && !type.startsWith('Array<');
}

async function load(name: string): Promise<void> {
  if (models.has(name)) return;
  models.set(name, new Map());
  // Each model's file holds its own table of fields and imports nothing: far cheaper than the whole client.
  const module: unknown = await import(`@kubernetes/client-node/dist/gen/models/${name}.js`);
  const model = (module as Record<string, { getAttributeTypeMap(): readonly Attribute[] }>)[name];
  if (!model) throw new Error(`@kubernetes/client-node has no model ${name}`);
  const attributes = model.getAttributeTypeMap();
  models.set(name, new Map(attributes.map(({ baseName, type, format }) => [baseName, { type, format }])));
  await Promise.all(
    attributes
      .map(({ type }) => innerType(type))
      .filter(isModel)
      .map(load),
  );
}

/** Reads the fields of these models and of all that they contain. Models are those of Kubernetes 1.36 in client-node. */
export async function loadSchema(roots: readonly string[]): Promise<void> {
  await Promise.all(roots.map(load));
}

/** The fields of a loaded model. */
export function fieldsOf(model: string): Fields {
  const fields = models.get(model);
  if (!fields) throw new Error(`the model ${model} is not loaded`);
  return fields;
}

export interface Findings {
  readonly unknown: string[];
  readonly mistyped: string[];
}

const primitives: Readonly<Record<string, (value: unknown) => boolean>> = {
  string: (value) => typeof value === 'string',
  Date: (value) => typeof value === 'string',
  V1MicroTime: (value) => typeof value === 'string',
  number: (value) => typeof value === 'number',
  boolean: (value) => typeof value === 'boolean',
  IntOrString: (value) => typeof value === 'string' || Number.isInteger(value),
  any: () => true,
  object: () => true,
};

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value !== null && typeof value === 'object' ? 'object' : value === null ? 'null' : typeof value;
}

class Pruner {
  readonly findings: Findings = { unknown: [], mistyped: [] };

  prune(value: unknown, type: TypeName, path: string): unknown {
    if (value === null || value === undefined) return value;
    const primitive = primitives[type];
    if (primitive) return primitive(value) ? value : this.#mistyped(value, path, type);
    const list = /^Array<(.*)>$/.exec(type)?.[1];
    if (list) return Array.isArray(value) ? this.#each(value, list, path) : this.#mistyped(value, path, type);
    if (typeof value !== 'object' || Array.isArray(value)) return this.#mistyped(value, path, type);
    const map = /^\{ \[key: string\]: (.*); \}$/.exec(type)?.[1];
    return map ? this.#map(value, map, path) : this.#object(value, fieldsOf(type), path);
  }

  #mistyped(value: unknown, path: string, type: string): unknown {
    this.findings.mistyped.push(`json: cannot unmarshal ${goType(value)} into Go struct field ${path} of type ${type}`);
    return value;
  }

  #each(list: readonly unknown[], type: string, path: string): unknown[] {
    return list.map((item, at) => this.prune(item, type, `${path}[${at}]`));
  }

  #map(value: object, type: string, path: string): object {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [key, this.prune(item, type, `${path}.${key}`)]),
    );
  }

  #object(value: object, fields: Fields, path: string): object {
    const kept: Record<string, unknown> = {};
    for (const [key, item] of Object.entries(value)) {
      const inner = path ? `${path}.${key}` : key;
      const field = fields.get(key);
      // A null stands for an absent field in Go, whatever the field.
      if (field && item !== null) kept[key] = this.prune(item, field.type, inner);
      else if (!field) this.findings.unknown.push(inner);
    }
    return kept;
  }
}

/** A copy of an object without the fields that its model does not have, and what was wrong with it. */
export function pruned(object: object, model: string): { object: KubeObject; findings: Findings } {
  const pruner = new Pruner();
  const kept = pruner.prune(object, model, '');
  return { object: kept as KubeObject, findings: pruner.findings };
}
