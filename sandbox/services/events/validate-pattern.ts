import { AwsError } from '../../aws/contract.ts';
import { parseCidr } from './cidr.ts';
import type { Json } from './json.ts';

/** The error that PutRule and TestEventPattern give. */
export function invalid(reason: string): AwsError {
  return new AwsError('InvalidEventPatternException', `Event pattern is not valid. Reason: ${reason}`);
}

/**
 * Checks that EventBridge would take the pattern; wording as in aws/event-ruler and, measured on AWS, in
 * localstack/localstack tests/aws/services/events/test_events_patterns.snapshot.json.
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

type Check = (argument: Json, name: string) => void;

const checks: Readonly<Record<string, Check>> = {
  exists: (argument) => need(typeof argument === 'boolean', 'exists match pattern must be either true or false.'),
  prefix: textOrIgnoreCase,
  suffix: textOrIgnoreCase,
  'equals-ignore-case': text,
  wildcard,
  numeric,
  cidr,
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

function wildcard(argument: Json, name: string): void {
  text(argument, name);
  const pattern = String(argument);
  const twice = pattern.indexOf('**');
  need(twice < 0, `Consecutive wildcard characters at pos ${twice + 1}`);
  need(!/(^|[^\\])(\\\\)*\\[^*\\]/.test(pattern), 'Invalid escape character');
}

function cidr(argument: Json): void {
  // The ruler reads a CIDR as a kind of prefix, and says so.
  text(argument, 'prefix');
  const [address = '', bits, ...rest] = String(argument).split('/');
  need(bits !== undefined && rest.length === 0, "Malformed CIDR, one '/' required");
  need(/^\d+$/.test(bits ?? ''), 'Malformed CIDR, mask bits must be an integer');
  need(parseCidr(String(argument)) !== undefined, `Nonstandard IP address: ${address}`);
}

function numeric(argument: Json): void {
  if (!Array.isArray(argument)) throw invalid('Value of numeric must be an array.');
  const parts = argument as readonly Json[];
  need(parts.length > 0, 'Invalid numeric match expression');
  parts.forEach((part, index) => {
    if (index % 2 === 1) checkBound(part, parts[index - 1]);
    else checkOperator(part, index);
  });
  need(parts.length % 2 === 0, `Value of ${String(parts.at(-1))} must be numeric`);
  need(parts.length <= 4, 'Too many elements in numeric expression');
  if (parts.length === 4) need(Number(parts[1]) < Number(parts[3]), 'Bottom must be less than top');
}

function checkOperator(part: Json, index: number): void {
  const known: readonly Json[] = index === 0 ? ['=', '<', '<=', '>', '>='] : ['<', '<='];
  const problem = index === 0 ? 'Unrecognized' : 'Bad';
  need(known.includes(part), `${problem} numeric range operator: ${String(part)}`);
}

function checkBound(part: Json, operator: Json | undefined): void {
  need(typeof part === 'number', `Value of ${String(operator)} must be numeric`);
  need(Math.abs(Number(part)) <= 5e9, 'Value must be between -5.0E9 and 5.0E9, inclusive');
}

function anythingBut(argument: Json): void {
  if (typeof argument === 'string' || typeof argument === 'number') return;
  if (Array.isArray(argument)) {
    anythingButList(argument as readonly Json[]);
    return;
  }
  const single = 'Value of anything-but must be an array or single string/number value.';
  if (typeof argument !== 'object' || argument === null) throw invalid(single);
  const [name = '', value = null] = Object.entries(argument)[0] ?? [];
  const check = withinAnythingBut[name];
  if (!check) throw invalid(`Unsupported anything-but pattern: ${name}`);
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) throw invalid(single);
  for (const item of [value].flat()) check(item as Json, name);
}

function anythingButList(list: readonly Json[]): void {
  need(list.length > 0, 'Empty arrays are not allowed');
  const kinds = new Set(list.map((item) => typeof item));
  need(!kinds.has('object') && !kinds.has('boolean'), 'Inside anything but list, start|null|boolean is not supported.');
  need(
    kinds.size === 1,
    'Inside anything but list, either all values are number or string, mixed type is not supported',
  );
}

/** What may stand under `anything-but`, with the words that EventBridge has there. */
const withinAnythingBut: Readonly<Record<string, Check>> = {
  prefix: affix,
  suffix: affix,
  wildcard,
  'equals-ignore-case': (argument, name) =>
    need(typeof argument === 'string', `Inside anything-but/${name} list, number|start|null|boolean is not supported.`),
};

function affix(argument: Json): void {
  text(argument, 'prefix/suffix');
  need(argument !== '', 'Null prefix/suffix not allowed');
}
