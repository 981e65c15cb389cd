import { canonicalQuantity } from './canonical-quantity.ts';
import { type GoField, goField, goInner } from './go-types.ts';
import type { KubeObject } from './objects.ts';

/**
 * A field's type as client-node's generated models write it: `string`, `Array<V1Container>`, `{ [key: string]: string; }`; where these
 * say `string` for more than a string it is `Quantity` or `Bytes`.
 */
export type TypeName = string;

interface Field {
  readonly type: TypeName;
  readonly format: string;
  /** What Go says of the field; models have some that Go writes by itself. */
  readonly go: GoField | undefined;
}

export type Fields = ReadonlyMap<string, Field>;

/** A model of client-node and the Go struct that it was generated from. */
export interface Model {
  readonly model: string;
  readonly struct: string;
}

interface Attribute {
  readonly baseName: string;
  readonly type: string;
  readonly format: string;
}

const models = new Map<string, Fields>();

/** The model inside `Array<X>`, `{ [key: string]: X; }`, or the type itself. */
function innerType(type: TypeName): TypeName {
  const match = /^Array<(.*)>$/.exec(type) ?? /^\{ \[key: string\]: (.*); \}$/.exec(type);
  return match?.[1] ? innerType(match[1]) : type;
}

function isModel(type: TypeName): boolean {
  return /^[A-Z]/.test(type) && !(type in primitives) && !type.startsWith('Array<');
}

const goTypes: Readonly<Record<string, TypeName>> = { Quantity: 'Quantity', bytes: 'Bytes' };

function fieldOf({ baseName, type, format }: Attribute, struct: string): Field {
  const go = goField(struct, baseName);
  const precise = goTypes[goInner(go?.type ?? '')];
  if (!precise) return { type, format, go };
  return { type: type.replace('string;', `${precise};`).replace(/^string$/, precise), format, go };
}

/** The models inside a field, if there are any. */
export function innerModel({ type, go }: Field): Model | undefined {
  const model = innerType(type);
  return isModel(model) ? { model, struct: goInner(go?.type ?? '') } : undefined;
}

async function load({ model: name, struct }: Model): Promise<void> {
  if (models.has(name)) return;
  models.set(name, new Map());
  // Each model's file holds its own table of fields and imports nothing: far cheaper than the whole client.
  const module: unknown = await import(`@kubernetes/client-node/dist/gen/models/${name}.js`);
  const model = (module as Record<string, { getAttributeTypeMap(): readonly Attribute[] }>)[name];
  if (!model) throw new Error(`@kubernetes/client-node has no model ${name}`);
  const fields = new Map(model.getAttributeTypeMap().map((item) => [item.baseName, fieldOf(item, struct)]));
  models.set(name, fields);
  await Promise.all([...fields.values()].flatMap((field) => innerModel(field) ?? []).map(load));
}

/** Reads the fields of these models and of all that they contain. Models are those of Kubernetes 1.36 in client-node. */
export async function loadSchema(roots: readonly Model[]): Promise<void> {
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
  Quantity: (value) => typeof value === 'string' || typeof value === 'number',
  Bytes: (value) => typeof value === 'string',
};

/** As Go decodes bytes: the standard alphabet, with padding. */
const base64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function firstIllegal(text: string): number {
  const at = text.search(/[^A-Za-z0-9+/]/);
  return at < 0 ? text.length - (text.length % 4) : at;
}

function goType(value: unknown): string {
  if (Array.isArray(value)) return 'array';
  return value !== null && typeof value === 'object' ? 'object' : value === null ? 'null' : typeof value;
}

class Pruner {
  readonly findings: Findings = { unknown: [], mistyped: [] };

  prune(value: unknown, type: TypeName, path: string): unknown {
    if (value === null || value === undefined) return value;
    const primitive = primitives[type];
    if (primitive && !primitive(value)) return this.#mistyped(value, path, type);
    if (primitive) return this.#plain(value, type);
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

  #plain(value: unknown, type: TypeName): unknown {
    if (type === 'Quantity') return this.#quantity(value as string | number);
    if (type === 'Bytes') this.#checkBytes((value as string).replace(/[\r\n]/g, ''));
    return value;
  }

  #checkBytes(text: string): void {
    if (!base64.test(text)) this.findings.mistyped.push(`illegal base64 data at input byte ${firstIllegal(text)}`);
  }

  #quantity(value: string | number): unknown {
    try {
      return canonicalQuantity(value);
    } catch (error) {
      this.findings.mistyped.push((error as Error).message);
      return value;
    }
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
