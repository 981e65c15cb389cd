import type { NormalizedSchema } from '@smithy/core/schema';
import { membersOf } from './model.ts';

export interface Misfit {
  readonly kind: 'missing' | 'unknown' | 'type';
  /** Path of the member, such as `filters[0].name`. */
  readonly path: string;
  readonly message: string;
}

/** AWS's own services refuse nested values beyond a few dozen levels; DynamoDB's limit is 32. */
const deepest = 64;

/**
 * The first place where `value` (in the SDK's form: `Date`, `Uint8Array`) does not fit `schema`, or undefined.
 * Enumerations, lengths and patterns are not in the SDK's schemas, so handlers check them.
 */
export function misfit(schema: NormalizedSchema, value: unknown, path = '', depth = 0): Misfit | undefined {
  if (depth > deepest) return wrong(path, `no more than ${deepest} levels`);
  if (schema.isUnitSchema())
    return object(value) && Object.keys(value).length > 0
      ? unknown(Object.keys(value)[0] ?? '', path, 'Unit')
      : undefined;
  if (schema.isStructSchema()) return structure(schema, value, path, depth);
  if (schema.isListSchema()) return list(schema, value, path, depth);
  if (schema.isMapSchema()) return map(schema, value, path, depth);
  return scalar(schema, value, path);
}

function structure(schema: NormalizedSchema, value: unknown, path: string, depth: number): Misfit | undefined {
  if (!object(value)) return wrong(path, 'a structure');
  const { members, required } = membersOf(schema);
  for (const name of required) {
    if (value[name] === undefined || value[name] === null) {
      const at = join(path, name);
      // The wording of AWS's JSON services.
      const message = `1 validation error detected: Value null at '${at}' failed to satisfy constraint: Member must not be null`;
      return { kind: 'missing', path: at, message };
    }
  }
  for (const [name, member] of Object.entries(value)) {
    if (member === undefined || member === null) continue;
    const memberSchema = members.get(name);
    if (!memberSchema) return unknown(name, path, schema.getName() ?? 'the input');
    const found = misfit(memberSchema, member, join(path, name), depth + 1);
    if (found) return found;
  }
  if (schema.isUnionSchema() && Object.values(value).filter((member) => member != null).length !== 1) {
    return wrong(path, 'exactly one member');
  }
  return undefined;
}

function list(schema: NormalizedSchema, value: unknown, path: string, depth: number): Misfit | undefined {
  if (!Array.isArray(value)) return wrong(path, 'a list');
  for (const [index, item] of value.entries()) {
    const found = misfit(schema.getValueSchema(), item, `${path}[${index}]`, depth + 1);
    if (found) return found;
  }
  return undefined;
}

function map(schema: NormalizedSchema, value: unknown, path: string, depth: number): Misfit | undefined {
  if (!object(value)) return wrong(path, 'a map');
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined || item === null) continue;
    const found = misfit(schema.getValueSchema(), item, join(path, key), depth + 1);
    if (found) return found;
  }
  return undefined;
}

function scalar(schema: NormalizedSchema, value: unknown, path: string): Misfit | undefined {
  if (schema.isDocumentSchema()) return undefined;
  if (schema.isTimestampSchema())
    return value instanceof Date && !Number.isNaN(value.getTime()) ? undefined : wrong(path, 'a timestamp');
  if (schema.isBlobSchema()) return value instanceof Uint8Array ? undefined : wrong(path, 'a blob');
  if (schema.isBooleanSchema()) return typeof value === 'boolean' ? undefined : wrong(path, 'a boolean');
  if (schema.isStringSchema()) return typeof value === 'string' ? undefined : wrong(path, 'a string');
  if (schema.isBigIntegerSchema()) return typeof value === 'bigint' ? undefined : wrong(path, 'an integer');
  return typeof value === 'number' ? undefined : wrong(path, 'a number');
}

function object(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}

function join(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

function wrong(path: string, expected: string): Misfit {
  return { kind: 'type', path, message: `1 validation error detected: Value at '${path}' must be ${expected}` };
}

function unknown(name: string, path: string, shape: string): Misfit {
  const at = join(path, name);
  return { kind: 'unknown', path: at, message: `1 validation error detected: '${at}' is not a member of ${shape}` };
}
