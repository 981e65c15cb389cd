/** A JSONata expression that gives a `T`; rendered into a state as `{% text %}`. */
export interface Expression<out T> {
  /** Only in types: what the expression gives. */
  readonly gives?: T;
  readonly jsonata: string;
}

/** A JSONata expression that gives true or false. */
export interface Condition extends Expression<boolean> {
  readonly condition: true;
}

type Scalar = string | number | boolean | null;

interface Comparable<T> {
  /** Does it have this value? Only values that its type has can be asked for. */
  is(value: Extract<T, Scalar>): Condition;
}

/** A path into data whose type is known: its members are paths again. */
export type Path<T> = Expression<T> &
  Comparable<T> &
  (T extends Scalar | readonly unknown[] ? unknown : { readonly [Key in keyof T]-?: Path<Exclude<T[Key], undefined>> });

/** A value, an expression that gives one, or an object or list with expressions in it. */
export type Given<T> =
  | T
  | Expression<T>
  | (T extends readonly (infer Item)[] ? readonly Given<Item>[] : never)
  | (T extends Scalar ? never : T extends object ? { readonly [Key in keyof T]: Given<T[Key]> } : never);

/** The path of this JSONata text, as `path<Drain>('$drain').status`. */
export function path<T>(jsonata: string): Path<T> {
  const self = {
    jsonata,
    is: (value: Scalar): Condition => condition(`${jsonata} = ${JSON.stringify(value)}`),
  };
  return new Proxy(self, {
    get: (target, key) =>
      typeof key === 'string' && !(key in target) ? path(`${jsonata}.${step(key)}`) : Reflect.get(target, key),
  }) as unknown as Path<T>;
}

/** A name as a step of a path: one that JSONata would read otherwise is quoted. */
function step(name: string): string {
  return /^[A-Za-z_]\w*$/.test(name) && !['true', 'false', 'null'].includes(name) ? name : `\`${name}\``;
}

export function expression<T>(jsonata: string): Expression<T> {
  return { jsonata };
}

function condition(jsonata: string): Condition {
  return { jsonata, condition: true };
}

/** True when the boolean is. */
export function holds(given: Expression<boolean>): Condition {
  return condition(given.jsonata);
}

export function not(given: Expression<boolean>): Condition {
  return condition(`$not(${given.jsonata})`);
}

export function both(a: Expression<boolean>, b: Expression<boolean>): Condition {
  return condition(`(${a.jsonata}) and (${b.jsonata})`);
}

/** The items of both lists; each only once. */
export function union<T>(...lists: readonly Expression<readonly T[]>[]): Expression<T[]> {
  return expression(`$distinct(${appended(lists)})`);
}

/** The items of all lists in order. */
export function append<T>(...lists: readonly Expression<readonly T[]>[]): Expression<T[]> {
  return expression(appended(lists));
}

/** A list of one value. */
export function listOf<T>(...values: readonly Given<T>[]): Expression<T[]> {
  return expression(`[${values.map(literal).join(', ')}]`);
}

/** An empty list, as an expression: JSONata's `[]`. */
export const nothing: Expression<never[]> = expression('[]');

function appended(lists: readonly Expression<readonly unknown[]>[]): string {
  return lists.map(({ jsonata }) => jsonata).reduce((all, next) => `$append(${all}, ${next})`);
}

/** A value in JSONata's own words. */
function literal(value: unknown): string {
  if (isExpression(value)) return value.jsonata;
  if (Array.isArray(value)) return `[${value.map(literal).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${JSON.stringify(key)}: ${literal(member)}`);
    return `{${members.join(', ')}}`;
  }
  return JSON.stringify(value);
}

/** The value as a state holds it: expressions in `{% %}`, everything else as it is. */
export function rendered(value: unknown): unknown {
  if (isExpression(value)) return `{% ${value.jsonata} %}`;
  if (Array.isArray(value)) return value.map(rendered);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, rendered(member)]));
}

function isExpression(value: unknown): value is Expression<unknown> {
  return typeof value === 'object' && value !== null && 'jsonata' in value && typeof value.jsonata === 'string';
}
