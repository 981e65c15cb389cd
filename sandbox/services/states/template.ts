import { type Bindings, Expression, isExpression } from './expression.ts';
import type { Json } from './json.ts';

/** A value of a definition that may hold expressions; evaluating it gives plain JSON or throws `StateFailure`. */
export type Template = (bindings: Bindings) => Promise<Json>;

/** Compiles every expression in a value. `field` is its name in failures, extended by `/key` and `[index]` as AWS does. */
export function compileTemplate(value: Json, field: string): Template {
  const found = compiled(value, field);
  return found ?? (() => Promise.resolve(value));
}

/** Undefined for a value without an expression in it. */
function compiled(value: Json, field: string): Template | undefined {
  if (typeof value === 'string') {
    if (!isExpression(value)) return undefined;
    const expression = new Expression(value, field);
    return (bindings) => expression.evaluate(bindings);
  }
  if (typeof value !== 'object' || value === null) return undefined;
  return Array.isArray(value)
    ? listTemplate(value as readonly Json[], field)
    : objectTemplate(Object.entries(value), field);
}

function listTemplate(items: readonly Json[], field: string): Template | undefined {
  const parts = items.map((item, index) => compiled(item, `${field}[${index}]`));
  if (parts.every((part) => part === undefined)) return undefined;
  return async (bindings) => {
    const result: Json[] = [];
    for (const [index, part] of parts.entries()) result.push(part ? await part(bindings) : (items[index] as Json));
    return result;
  };
}

function objectTemplate(entries: readonly [string, Json][], field: string): Template | undefined {
  const parts = entries.map(([key, value]) => [key, value, compiled(value, `${field}/${key}`)] as const);
  if (parts.every(([, , part]) => part === undefined)) return undefined;
  return async (bindings) => {
    const result: Record<string, Json> = {};
    for (const [key, value, part] of parts) result[key] = part ? await part(bindings) : value;
    return result;
  };
}
