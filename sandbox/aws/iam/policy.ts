/** A policy document as templates and services write it. */
export interface PolicyDocument {
  readonly Version?: string;
  readonly Id?: string;
  readonly Statement: Statement | readonly Statement[];
}

export interface Statement {
  readonly Sid?: string;
  readonly Effect: string;
  readonly Action?: string | readonly string[];
  readonly NotAction?: string | readonly string[];
  readonly Resource?: string | readonly string[];
  readonly NotResource?: string | readonly string[];
  readonly Principal?: string | Readonly<Record<string, string | readonly string[]>>;
  readonly Condition?: Readonly<
    Record<string, Readonly<Record<string, string | boolean | number | readonly string[]>>>
  >;
}

export type ConditionContext = Readonly<Record<string, string | readonly string[]>>;

export function statementsOf(document: PolicyDocument): readonly Statement[] {
  return Array.isArray(document.Statement) ? document.Statement : [document.Statement as Statement];
}

export function listOf<T>(value: T | readonly T[] | undefined): readonly T[] {
  if (value === undefined) return [];
  return Array.isArray(value) ? value : [value as T];
}

/** `*` stands for any run of characters and `?` for one (https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_resource.html). */
export function wildcard(pattern: string, text: string, ignoreCase = false): boolean {
  const flags = ignoreCase ? 'is' : 's';
  const key = `${flags} ${pattern}`;
  const expression = expressions.get(key) ?? new RegExp(`^${expressionOf(pattern)}$`, flags);
  expressions.set(key, expression);
  return expression.test(text);
}

/** Every call is checked against every statement, and patterns are few. */
const expressions = new Map<string, RegExp>();

function expressionOf(pattern: string): string {
  return pattern
    .replaceAll(/[.+^${}()|[\]\\]/g, '\\$&')
    .replaceAll('*', '.*')
    .replaceAll('?', '.');
}
