import * as z from 'zod';
import { parseConfiguration } from '../shared/config/parse.ts';
import { clusterSettings } from '../shared/config/schema.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly enum?: readonly string[];
  readonly between?: readonly [string, string];
  readonly maxItems?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
}

/** Every setting of one workflow in steward.yaml: its key, what it may be, its default and what it does. */
export function settingsRows(workflow: keyof typeof clusterSettings.shape): string[][] {
  const schema = z.toJSONSchema(clusterSettings.shape[workflow], { io: 'input', unrepresentable: 'any' }) as Schema;
  const settings = parseConfiguration({ clusters: { any: null } }).clusters['any']?.[workflow];
  return Object.entries(schema.properties ?? {}).flatMap(([key, value]) => rowsOf(key, value, at(settings, key)));
}

function rowsOf(key: string, schema: Schema, standard: unknown): string[][] {
  if (schema.properties) {
    return Object.entries(schema.properties).flatMap(([name, value]) =>
      rowsOf(`${key}.${name}`, value, at(standard, name)),
    );
  }
  const row = [key, valuesOf(schema), standard === undefined ? '' : code(shown(standard)), schema.description ?? ''];
  const members = Object.entries(schema.items?.properties ?? {}).flatMap(([name, value]) =>
    value.properties ? [[`${key}[].${name}`, `as \`${name}\``, '', '']] : rowsOf(`${key}[].${name}`, value, undefined),
  );
  return [row, ...members];
}

function valuesOf({ type, enum: choices, between, items, maxItems }: Schema): string {
  if (choices) return choices.map(code).join(', ');
  if (between) return between.map(code).join(' to ');
  if (type === 'boolean') return `${code('true')}, ${code('false')}`;
  if (items?.enum) return `list of ${valuesOf(items)}`;
  if (items) return maxItems === undefined ? 'list' : `list of at most ${maxItems}`;
  return 'text';
}

function at(settings: unknown, key: string): unknown {
  return (settings as Record<string, unknown> | undefined)?.[key];
}

/** As it is written in steward.yaml. */
function shown(value: unknown): string {
  return Array.isArray(value) ? `[${value.join(', ')}]` : String(value);
}

function code(text: string): string {
  return `\`${text}\``;
}
