import * as z from 'zod';
import { worldSchema } from '../sandbox/world/world-file.ts';

interface Schema {
  readonly type?: string;
  readonly description?: string;
  readonly default?: unknown;
  readonly enum?: readonly string[];
  readonly minimum?: number;
  readonly maximum?: number;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly items?: Schema;
}

/** The lists of a world file whose entries have keys of their own; `managed-node-groups` has those of `groups`. */
type List = 'networks' | 'clusters' | 'groups';

/** Every key of a world file, or of an entry of one of its lists: what it may be, its default, what it is. */
export function worldRows(list?: List): string[][] {
  const whole = z.toJSONSchema(worldSchema, { io: 'input' }) as Schema;
  const schema = list === undefined ? whole : whole.properties?.[list]?.items;
  return Object.entries(schema?.properties ?? {}).map(([key, value]) => [
    key,
    valuesOf(value),
    schema?.required?.includes(key) === true ? 'must be given' : defaultOf(value),
    value.description ?? '',
  ]);
}

function valuesOf({ type, enum: choices, items, minimum = 0, maximum = Number.MAX_SAFE_INTEGER }: Schema): string {
  if (choices) return choices.map((choice) => `\`${choice}\``).join(', ');
  if (type === 'array') return items?.enum ? `list of ${valuesOf(items)}` : 'list';
  if (type === 'boolean') return '`true`, `false`';
  if (type === 'object') return 'map';
  if (type === 'string') return 'text';
  return maximum === Number.MAX_SAFE_INTEGER ? 'whole number' : `${minimum} to ${maximum}`;
}

function defaultOf({ default: standard }: Schema): string {
  if (standard === undefined) return '';
  if (Array.isArray(standard)) return `\`[${standard.join(', ')}]\``;
  return typeof standard === 'string' ? `\`${standard}\`` : `\`${JSON.stringify(standard)}\``;
}
