import type { NormalizedSchema } from '@smithy/core/schema';
import { AwsError } from '../contract.ts';
import { membersOf } from '../schema/model.ts';
import { parseTimestamp } from '../schema/timestamp.ts';

/** Form parameters as a tree: `Filter.1.Name=x` becomes `{Filter: {1: {Name: 'x'}}}`. */
interface Tree {
  text?: string;
  readonly children: Map<string, Tree>;
}

export interface QueryDialect {
  /** The EC2 dialect: names from `ec2QueryName` or capitalised `xmlName`, all lists flat. */
  readonly ec2: boolean;
}

/**
 * From form parameters to the SDK's form, by https://smithy.io/2.0/aws/protocols/aws-query-protocol.html and
 * https://smithy.io/2.0/aws/protocols/aws-ec2-query-protocol.html. Parameters that no member takes are put in the result under
 * their own names, so that validation names them.
 */
export function fromQuery(
  schema: NormalizedSchema,
  parameters: URLSearchParams,
  dialect: QueryDialect,
): Record<string, unknown> {
  const root = treeOf(parameters);
  const result = read(schema, root, dialect);
  return (result ?? {}) as Record<string, unknown>;
}

function treeOf(parameters: URLSearchParams): Tree {
  const root: Tree = { children: new Map() };
  for (const [key, value] of parameters) {
    if (['Action', 'Version'].includes(key) || key.startsWith('X-Amz-')) continue;
    const parts = key.split('.');
    if (parts.length > 128)
      throw new AwsError('MalformedQueryString', `The parameter ${key.slice(0, 60)}... is nested too deeply.`);
    let node = root;
    for (const part of parts) {
      const next: Tree = node.children.get(part) ?? { children: new Map() };
      node.children.set(part, next);
      node = next;
    }
    node.text = value;
  }
  return root;
}

function read(schema: NormalizedSchema, tree: Tree, dialect: QueryDialect): unknown {
  if (schema.isUnitSchema() || schema.isStructSchema()) return readStructure(schema, tree, dialect);
  if (schema.isListSchema()) return readList(schema, tree, dialect);
  if (schema.isMapSchema()) return readMap(schema, tree, dialect);
  if (tree.text === undefined) return raw(tree);
  return readScalar(schema, tree.text);
}

function readStructure(schema: NormalizedSchema, tree: Tree, dialect: QueryDialect): unknown {
  if (tree.text !== undefined && tree.children.size === 0 && tree.text !== '') return tree.text;
  const result: Record<string, unknown> = Object.create(null);
  const taken = new Set<string>();
  for (const [name, member] of membersOf(schema).members) {
    const key = memberKey(name, member, dialect);
    const child = tree.children.get(key);
    if (!child) continue;
    taken.add(key);
    const value = read(member, child, dialect);
    if (value !== undefined) result[name] = value;
  }
  for (const [key, child] of tree.children) if (!taken.has(key)) result[key] = raw(child);
  return result;
}

function readList(schema: NormalizedSchema, tree: Tree, dialect: QueryDialect): unknown {
  const flat = dialect.ec2 || schema.getMergedTraits()['xmlFlattened'] !== undefined;
  const suffix = String(schema.getValueSchema().getMergedTraits()['xmlName'] ?? 'member');
  const holder = flat
    ? tree
    : (tree.children.get(suffix) ?? (tree.children.size > 0 && tree.text === undefined ? tree : undefined));
  // `Names=` is an empty list in the query protocol.
  if (!holder || (holder.children.size === 0 && (tree.text ?? '') === '')) return [];
  return indexed(holder).map((child) =>
    typeof child === 'string' ? child : read(schema.getValueSchema(), child, dialect),
  );
}

function readMap(schema: NormalizedSchema, tree: Tree, dialect: QueryDialect): unknown {
  const flat = schema.getMergedTraits()['xmlFlattened'] !== undefined;
  const holder = flat ? tree : (tree.children.get('entry') ?? tree);
  const keyName = String(schema.getKeySchema().getMergedTraits()['xmlName'] ?? 'key');
  const valueName = String(schema.getValueSchema().getMergedTraits()['xmlName'] ?? 'value');
  const result: Record<string, unknown> = Object.create(null);
  for (const child of indexed(holder)) {
    if (typeof child === 'string') return child;
    const key = child.children.get(keyName)?.text;
    const value = child.children.get(valueName);
    if (key === undefined || !value) return raw(tree);
    result[key] = read(schema.getValueSchema(), value, dialect);
  }
  return result;
}

/** The children in the order of their numbers; a child without a number is given as its name, which validation refuses. */
function indexed(tree: Tree): (Tree | string)[] {
  return [...tree.children.entries()]
    .map(([key, child]) => ({ index: /^\d{1,5}$/.test(key) ? Number(key) : Number.NaN, key, child }))
    .sort((left, right) => left.index - right.index)
    .map(({ index, key, child }) => (Number.isNaN(index) ? key : child));
}

function readScalar(schema: NormalizedSchema, text: string): unknown {
  if (schema.isBooleanSchema()) return /^true$/i.test(text) ? true : /^false$/i.test(text) ? false : text;
  if (schema.isNumericSchema()) return text !== '' && Number.isFinite(Number(text)) ? Number(text) : text;
  if (schema.isTimestampSchema()) return parseTimestamp(text);
  if (schema.isBlobSchema()) return new Uint8Array(Buffer.from(text, 'base64'));
  return text;
}

function memberKey(name: string, member: NormalizedSchema, dialect: QueryDialect): string {
  const traits = member.getMergedTraits();
  if (!dialect.ec2) return String(traits['xmlName'] ?? name);
  const ec2Name = traits['ec2QueryName'];
  if (typeof ec2Name === 'string') return ec2Name;
  const key = String(traits['xmlName'] ?? name);
  return key.charAt(0).toUpperCase() + key.slice(1);
}

function raw(tree: Tree): unknown {
  if (tree.children.size === 0) return tree.text ?? '';
  return Object.fromEntries([...tree.children].map(([key, child]) => [key, raw(child)]));
}
