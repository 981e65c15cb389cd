import { AwsError } from '../../aws/contract.ts';
import { matchesCidr } from './cidr.ts';
import type { Json } from './json.ts';
import { isObject, nestKeys } from './nested-keys.ts';
import { invalid, validatePattern } from './validate-pattern.ts';

type JsonObject = { readonly [key: string]: Json };

export type Matcher = (event: JsonObject) => boolean;

/**
 * Compiles an event pattern.
 * Source: EventBridge user guide, "Comparison operators for use in event patterns"; aws/event-ruler for arrays.
 *
 * @throws AwsError `InvalidEventPatternException` in AWS's words
 */
export function compilePattern(text: string): Matcher {
  let pattern: Json;
  try {
    pattern = JSON.parse(text) as Json;
  } catch (error) {
    throw invalid(error instanceof Error ? error.message : String(error));
  }
  if (!isObject(pattern)) throw invalid('Filter is not an object');
  validatePattern(pattern);
  const nested = nestKeys(pattern) as JsonObject;
  return (event) => matchesObject(nested, nestKeys(event));
}

function matchesObject(pattern: JsonObject, event: Json | undefined): boolean {
  return Object.entries(pattern).every(([key, rule]) => {
    if (key === '$or' && Array.isArray(rule)) {
      return (rule as readonly JsonObject[]).some((alternative) => matchesObject(alternative, event));
    }
    const value = isObject(event) ? event[key] : undefined;
    if (Array.isArray(rule)) return matchesField(rule as readonly Json[], value);
    // An array of objects matches when one of its elements matches as a whole (event-ruler, "array consistency").
    if (Array.isArray(value))
      return (value as readonly Json[]).some((element) => matchesObject(rule as JsonObject, element));
    return matchesObject(rule as JsonObject, value);
  });
}

function matchesField(rules: readonly Json[], value: Json | undefined): boolean {
  // Only leaves exist for a pattern: an object is not a value that can be compared.
  const leaves =
    value === undefined || isObject(value) ? [] : Array.isArray(value) ? (value as readonly Json[]) : [value];
  return rules.some((rule) => {
    if (isObject(rule) && 'exists' in rule) return rule['exists'] === leaves.length > 0;
    return leaves.some((leaf) => matchesLeaf(rule, leaf));
  });
}

function matchesLeaf(rule: Json, leaf: Json): boolean {
  if (!isObject(rule)) return rule === leaf;
  const [name, argument] = Object.entries(rule)[0] ?? [];
  switch (name) {
    case 'prefix':
      return compareText(argument, leaf, (text, part) => text.startsWith(part));
    case 'suffix':
      return compareText(argument, leaf, (text, part) => text.endsWith(part));
    case 'equals-ignore-case':
      return typeof leaf === 'string' && leaf.toLowerCase() === String(argument).toLowerCase();
    case 'wildcard':
      return typeof leaf === 'string' && wildcard(String(argument)).test(leaf);
    case 'numeric':
      return typeof leaf === 'number' && inRange(argument as readonly Json[], leaf);
    case 'cidr':
      return typeof leaf === 'string' && matchesCidr(String(argument), leaf);
    case 'anything-but':
      return anythingBut(argument ?? null, leaf);
    default:
      throw new AwsError('InternalFailure', `event pattern operator '${name}' was not validated`, 500);
  }
}

function compareText(
  argument: Json | undefined,
  leaf: Json,
  compare: (text: string, part: string) => boolean,
): boolean {
  if (typeof leaf !== 'string') return false;
  if (isObject(argument)) return compare(leaf.toLowerCase(), String(argument['equals-ignore-case']).toLowerCase());
  return compare(leaf, String(argument));
}

function anythingBut(argument: Json, leaf: Json): boolean {
  if (!isObject(argument)) return ![argument].flat().includes(leaf);
  const [name, unwanted] = Object.entries(argument)[0] ?? [];
  return [unwanted ?? null].flat().every((item) => !matchesLeaf({ [name ?? '']: item as Json }, leaf));
}

function inRange(argument: readonly Json[], value: number): boolean {
  for (let index = 0; index < argument.length; index += 2) {
    const bound = Number(argument[index + 1]);
    const holds = {
      '=': value === bound,
      '<': value < bound,
      '<=': value <= bound,
      '>': value > bound,
      '>=': value >= bound,
    };
    if (!holds[argument[index] as keyof typeof holds]) return false;
  }
  return true;
}

/** `*` stands for any characters, `\*` for itself. */
function wildcard(pattern: string): RegExp {
  const source = pattern.replace(/\\([*\\])|\*|[.+?^${}()|[\]\\]/g, (token, escaped: string | undefined) => {
    if (escaped !== undefined) return `\\${escaped}`;
    return token === '*' ? '.*' : `\\${token}`;
  });
  return new RegExp(`^${source}$`, 's');
}
