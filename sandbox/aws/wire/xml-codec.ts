import type { NormalizedSchema } from '@smithy/core/schema';
import { membersOf } from '../schema/model.ts';
import { formatTimestamp, timestampFormat } from '../schema/timestamp.ts';

/** The members of a structure as XML elements (https://smithy.io/2.0/spec/protocol-traits.html#xml-bindings). The value has been validated. */
export function toXml(schema: NormalizedSchema, value: unknown): string {
  if (typeof value !== 'object' || value === null || !schema.isStructSchema()) return '';
  const { members } = membersOf(schema);
  return Object.entries(value)
    .map(([name, item]) => {
      const member = members.get(name);
      return member && item !== undefined && item !== null ? element(nameOf(member, name), member, item) : '';
    })
    .join('');
}

function element(name: string, schema: NormalizedSchema, value: unknown): string {
  if (schema.isListSchema() && Array.isArray(value)) return list(name, schema, value);
  if (schema.isMapSchema()) return map(name, schema, value as Record<string, unknown>);
  if (schema.isStructSchema()) return `<${name}>${toXml(schema, value)}</${name}>`;
  return `<${name}>${escapeXml(text(schema, value))}</${name}>`;
}

function list(name: string, schema: NormalizedSchema, value: readonly unknown[]): string {
  const item = schema.getValueSchema();
  if (schema.getMergedTraits()['xmlFlattened'] !== undefined)
    return value.map((entry) => element(name, item, entry)).join('');
  const inner = value.map((entry) => element(nameOf(item, 'member'), item, entry)).join('');
  return `<${name}>${inner}</${name}>`;
}

function map(name: string, schema: NormalizedSchema, value: Record<string, unknown>): string {
  const keySchema = schema.getKeySchema();
  const valueSchema = schema.getValueSchema();
  const entries = Object.entries(value).filter(([, item]) => item !== undefined && item !== null);
  const inner = entries.map(
    ([key, item]) =>
      element(nameOf(keySchema, 'key'), keySchema, key) + element(nameOf(valueSchema, 'value'), valueSchema, item),
  );
  if (schema.getMergedTraits()['xmlFlattened'] !== undefined)
    return inner.map((entry) => `<${name}>${entry}</${name}>`).join('');
  return `<${name}>${inner.map((entry) => `<entry>${entry}</entry>`).join('')}</${name}>`;
}

function text(schema: NormalizedSchema, value: unknown): string {
  if (value instanceof Date) return formatTimestamp(value, timestampFormat(schema, 'date-time'));
  if (value instanceof Uint8Array) return Buffer.from(value).toString('base64');
  return String(value);
}

function nameOf(schema: NormalizedSchema, fallback: string): string {
  return String(schema.getMergedTraits()['xmlName'] ?? fallback);
}

/** Text for an XML element. Control characters that XML 1.0 cannot carry are left out. */
export function escapeXml(value: string): string {
  return (
    value
      // XML 1.0 allows only tab, line feed and carriage return below U+0020.
      .replaceAll(/[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/gu, '')
      .replaceAll('&', '&amp;')
      .replaceAll('<', '&lt;')
      .replaceAll('>', '&gt;')
      .replaceAll('"', '&quot;')
      .replaceAll('\r', '&#13;')
  );
}
