import jsonata from 'jsonata';
import { StateFailure } from './failure.ts';
import type { Json } from './json.ts';

/** What an expression can see: functions, variables and `states`. */
export type Bindings = Readonly<Record<string, unknown>>;

/** Whether a string of a definition is a JSONata expression. */
export function isExpression(text: string): boolean {
  return text.startsWith('{%') && text.endsWith('%}') && text.length >= 4;
}

/** The text between `{%` and `%}`. */
function expressionText(text: string): string {
  return text.slice(2, -2).trim();
}

type Compiled = ReturnType<typeof jsonata>;

const known = new Map<string, Compiled>();

/** A text is compiled once, however many machines have it; evaluations do not touch each other. */
function compile(text: string): Compiled {
  // A loop without end would stop the whole sandbox; 2 s is far beyond what AWS grants an expression.
  const compiled = known.get(text) ?? jsonata(text, { timeout: 2000 });
  known.set(text, compiled);
  return compiled;
}

/**
 * One JSONata expression of a definition, compiled once. Throws jsonata's error for a wrong syntax.
 *
 * The wording of failures: https://docs.aws.amazon.com/step-functions/latest/dg/transforming-data.html and, measured on AWS,
 * https://github.com/floci-io/floci/issues/2665 and 2736.
 */
export class Expression {
  readonly #text: string;
  readonly #field: string;
  readonly #compiled: Compiled;

  constructor(text: string, field: string) {
    this.#text = expressionText(text);
    this.#field = field;
    this.#compiled = compile(this.#text);
  }

  /** The value; throws `StateFailure` `States.QueryEvaluationError` when it fails, is undefined or is not JSON. */
  async evaluate(bindings: Bindings): Promise<Json> {
    let value: unknown;
    try {
      value = await this.#compiled.evaluate(undefined, bindings);
    } catch (error) {
      throw this.#failure(`threw an error during evaluation. ${reasonOf(error)}`);
    }
    if (value === undefined) throw this.#failure('returned nothing (undefined).');
    const plain = toJson(value);
    if (plain === undefined) throw this.#failure('returned an unsupported result type.');
    return plain;
  }

  /** The value when it is of that type; throws like `evaluate`. */
  async evaluateAs(type: 'array' | 'boolean' | 'number' | 'string', bindings: Bindings): Promise<Json> {
    const value = await this.evaluate(bindings);
    const actual = value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value;
    if (actual === type) return value;
    throw this.#failure(
      `returned an unexpected result type. Expected '${type}', but was '${actual}' for value: ${JSON.stringify(value)}`,
    );
  }

  #failure(what: string): StateFailure {
    const reason = `The JSONata expression '${this.#text}' specified for the field '${this.#field}' ${what}`;
    return new StateFailure('States.QueryEvaluationError', reason, this.#field);
  }
}

function reasonOf(error: unknown): string {
  const { code, message } = error as { code?: string; message?: string };
  return code === undefined ? String(message) : `${code}: ${message}`;
}

/** jsonata's sequences carry hidden members and its results may hold functions; this gives plain JSON, or undefined when it is none. */
function toJson(value: unknown): Json | undefined {
  if (value === null || typeof value === 'string' || typeof value === 'boolean') return value;
  if (typeof value === 'number') return Number.isFinite(value) ? value : undefined;
  if (Array.isArray(value)) {
    const items = value.map(toJson);
    return items.includes(undefined) ? undefined : (items as Json[]);
  }
  if (typeof value !== 'object' || '_jsonata_function' in value || '_jsonata_lambda' in value) return undefined;
  const result: Record<string, Json> = {};
  for (const [key, item] of Object.entries(value)) {
    if (item === undefined) continue;
    const plain = toJson(item);
    if (plain === undefined) return undefined;
    result[key] = plain;
  }
  return result;
}
