import { readFileSync } from 'node:fs';
import { parse } from 'yaml';
import type * as z from 'zod';

/** What a person gave cannot be used: a flag, a file, or what it says. The message names it, and needs no stack. */
export class InputError extends Error {
  override readonly name: string = 'InputError';
}

/**
 * The text of a file that a person named.
 *
 * @throws InputError
 */
export function readText(path: string): string {
  return explaining(path, () => readFileSync(path, 'utf8'));
}

/**
 * What a JSON file holds.
 *
 * @throws InputError
 */
export function readJson(path: string): unknown {
  const text = readText(path);
  return explaining(path, () => JSON.parse(text) as unknown);
}

/**
 * What a YAML file holds.
 *
 * @throws InputError
 */
export function readYaml(path: string): unknown {
  const text = readText(path);
  return explaining(path, () => parse(text) as unknown);
}

/**
 * What the file holds, if it has the form that the schema asks for.
 *
 * @throws InputError naming every path in the file that is wrong
 */
export function checked<Schema extends z.ZodType>(schema: Schema, given: unknown, path: string): z.output<Schema> {
  const result = schema.safeParse(given);
  if (result.success) return result.data;
  const problems = result.error.issues.map(({ path: at, message }) =>
    at.length > 0 ? `${at.map(String).join('.')}: ${message}` : message,
  );
  throw new InputError(`${path}: ${problems.join('; ')}`);
}

/** In one line: below an empty line, `yaml` shows the place in the text; JSON.parse quotes the text with its line ends. */
function explaining<Result>(path: string, read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    const [what = ''] = message.split(/:?\n\n/);
    throw new InputError(`${path}: ${what.replaceAll(/\s+/g, ' ')}`, { cause: error });
  }
}
