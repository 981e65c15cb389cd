import type { NormalizedSchema } from '@smithy/core/schema';
import { membersOf } from '../schema/model.ts';
import { formatTimestamp, parseTimestamp, timestampFormat } from '../schema/timestamp.ts';

/**
 * From parsed JSON (or CBOR) to the SDK's form. It is lenient: what does not fit is passed on unchanged, so that validation
 * can name it. Members of value null are left out, as AWS's JSON services do.
 */
export function fromJson(schema: NormalizedSchema, value: unknown): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isDocumentSchema()) return value;
  if (schema.isStructSchema() && plain(value)) {
    const { members } = membersOf(schema);
    return entries(value, (name, item) => {
      const member = members.get(name);
      return member ? fromJson(member, item) : item;
    });
  }
  if (schema.isListSchema() && Array.isArray(value))
    return value.map((item) => fromJson(schema.getValueSchema(), item));
  if (schema.isMapSchema() && plain(value))
    return entries(value, (_key, item) => fromJson(schema.getValueSchema(), item));
  if (schema.isTimestampSchema()) return parseTimestamp(value);
  if (schema.isBlobSchema() && typeof value === 'string') return new Uint8Array(Buffer.from(value, 'base64'));
  return value;
}

export interface JsonOptions {
  /** Blobs as base64 text for JSON; as bytes for CBOR. */
  readonly blobs: 'base64' | 'bytes';
  /** How a timestamp without a format of its own is written; `tag` for CBOR's tag 1, given by the caller. */
  readonly timestamp: (date: Date) => unknown;
}

export const jsonOptions: JsonOptions = { blobs: 'base64', timestamp: (date) => date.getTime() / 1000 };

/** From the SDK's form to what `JSON.stringify` (or CBOR) can write. The value has been validated. */
export function toJson(schema: NormalizedSchema, value: unknown, options: JsonOptions): unknown {
  if (value === null || value === undefined) return undefined;
  if (schema.isStructSchema() && plain(value)) {
    const { members } = membersOf(schema);
    return entries(value, (name, item) => {
      const member = members.get(name);
      return member ? toJson(member, item, options) : undefined;
    });
  }
  if (schema.isListSchema() && Array.isArray(value)) {
    return value.map((item) => toJson(schema.getValueSchema(), item, options) ?? null);
  }
  if (schema.isMapSchema() && plain(value))
    return entries(value, (_key, item) => toJson(schema.getValueSchema(), item, options));
  if (value instanceof Date) {
    const format = timestampFormat(schema, 'epoch-seconds');
    return format === 'epoch-seconds' || options.blobs === 'bytes'
      ? options.timestamp(value)
      : formatTimestamp(value, format);
  }
  if (value instanceof Uint8Array && options.blobs === 'base64') return Buffer.from(value).toString('base64');
  return value;
}

function entries(
  value: Record<string, unknown>,
  convert: (name: string, item: unknown) => unknown,
): Record<string, unknown> {
  // Without a prototype: a member that is called __proto__ stays data.
  const result: Record<string, unknown> = Object.create(null);
  for (const [name, item] of Object.entries(value)) {
    const converted = convert(name, item);
    if (converted !== undefined) result[name] = converted;
  }
  return result;
}

function plain(value: unknown): value is Record<string, unknown> {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    !(value instanceof Date) &&
    !(value instanceof Uint8Array)
  );
}
