import { AwsError } from '../../aws/contract.ts';
import { parseCidr } from './cidr.ts';
import type { Json } from './json.ts';

/** The error that PutRule and TestEventPattern give. */
export function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

/**
 * Checks that EventBridge would take the pattern; wording as in aws/event-ruler.
 *
 * @throws AwsError `InvalidEventPatternException`
 */
export function validatePattern(pattern: { readonly [key: string]: Json }): void {
  const entries = Object.entries(pattern);
  if (entries.length === 0) throw invalid('Empty objects are not allowed');
  for (const [key, rule] of entries) {
    if (key === '$or' && Array.isArray(rule)) {
      validateOr(rule as readonly Json[]);
    } else if (Array.isArray(rule)) {
      if (rule.length === 0) throw invalid('Empty arrays are not allowed');
      for (const matcher of rule as readonly Json[]) validateMatcher(matcher);
    } else if (typeof rule === 'object' && rule !== null) {
      validatePattern(rule as { readonly [key: string]: Json });
    } else {
      throw invalid(`"${key}" must be an object or an array`);
    }
  }
}

function validateOr(alternatives: readonly Json[]): void {
  if (alternatives.length < 2) throw invalid('There must have at least 2 Objects in $or relationship.');
  for (const alternative of alternatives) {
    if (typeof alternative !== 'object' || alternative === null || Array.isArray(alternative)) {
      throw invalid('Only objects are allowed in array of $or relationship');
    }
    validatePattern(alternative as { readonly [key: string]: Json });
  }
}

function validateMatcher(matcher: Json): void {
  if (Array.isArray(matcher)) throw invalid('Match value must be String, number, true, false, or null');
  if (typeof matcher !== 'object' || matcher === null) return;
  const entries = Object.entries(matcher);
  const [name, argument] = entries[0] ?? [];
  if (entries.length !== 1 || name === undefined || argument === undefined) {
    throw invalid('Only one key allowed in match expression');
  }
  const check = checks[name];
  if (!check) throw invalid(`Unrecognized match type ${name}`);
  check(argument, name);
}

const checks: Readonly<Record<string, (argument: Json, name: string) => void>> = {
  exists: (argument) => need(typeof argument === 'boolean', 'exists match pattern must be either true or false.'),
  prefix: textOrIgnoreCase,
  suffix: textOrIgnoreCase,
  'equals-ignore-case': text,
  wildcard: (argument, name) => {
    text(argument, name);
    need(!/\*\*/.test(String(argument)), 'Consecutive wildcard characters');
    need(!/(^|[^\\])(\\\\)*\\[^*\\]/.test(String(argument)), 'Invalid escape character');
  },
  numeric: numeric,
  cidr: (argument) => need(parseCidr(String(argument)) !== undefined, "Malformed CIDR, one '/' required"),
  'anything-but': anythingBut,
};

function need(holds: boolean, reason: string): void {
  if (!holds) throw invalid(reason);
}

function text(argument: Json, name: string): void {
  need(typeof argument === 'string', `${name} match pattern must be a string`);
}

function textOrIgnoreCase(argument: Json, name: string): void {
  if (typeof argument !== 'object' || argument === null || Array.isArray(argument)) {
    text(argument, name);
    return;
  }
  const [only, value] = Object.entries(argument)[0] ?? [];
  need(only === 'equals-ignore-case', `Unsupported anything-but pattern: ${only}`);
  text(value ?? null, name);
}

function numeric(argument: Json): void {
  const parts = Array.isArray(argument) ? (argument as readonly Json[]) : [];
  need(parts.length === 2 || parts.length === 4, 'Invalid numeric match expression');
  parts.forEach((part, index) => {
    const operators = index === 0 ? ['=', '<', '<=', '>', '>='] : ['<', '<='];
    if (index % 2 === 1)
      need(typeof part === 'number' && Math.abs(part) <= 5e9, 'Value must be between -5.0E9 and 5.0E9, inclusive');
    else
      need(
        typeof part === 'string' && operators.includes(part),
        `Unrecognized numeric range operator: ${String(part)}`,
      );
  });
  if (parts.length === 4) {
    need(['>', '>='].includes(String(parts[0])), 'Invalid numeric match: a range begins with > or >=');
    need(Number(parts[1]) < Number(parts[3]), 'Bottom must be less than top');
  }
}

function anythingBut(argument: Json): void {
  if (typeof argument !== 'object' || argument === null) {
    need(
      argument !== null && typeof argument !== 'boolean',
      'Value of anything-but must be an array or single string/number value.',
    );
    return;
  }
  if (Array.isArray(argument)) {
    const list = argument as readonly Json[];
    need(list.length > 0, 'Empty arrays are not allowed');
    const kinds = new Set(list.map((item) => typeof item));
    need(
      kinds.size === 1 && (kinds.has('string') || kinds.has('number')),
      'Inside anything but list, either all values are number or string, mixed type is not supported',
    );
    return;
  }
  const [name, value] = Object.entries(argument)[0] ?? [];
  const known = ['prefix', 'suffix', 'equals-ignore-case', 'wildcard'];
  need(name !== undefined && known.includes(name), `Unsupported anything-but pattern: ${name}`);
  for (const item of [value ?? null].flat()) {
    need(typeof item === 'string' && item !== '', 'Inside anything-but list, null or empty string is not allowed');
  }
}
