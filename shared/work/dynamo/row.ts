import type * as z from 'zod';
import { CorruptRowError } from '../../runtime/errors.ts';

/** What names a row of the table. */
export interface Key {
  readonly pk: string;
  readonly sk: string;
}

export type Row = Key & Readonly<Record<string, unknown>>;

/**
 * A row, or a value in it, as the schema reads it.
 *
 * @throws CorruptRowError naming the row and every path in it that does not fit
 */
export function parseRow<Value>(schema: z.ZodType<Value>, { pk, sk }: Key, value: unknown): Value {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const problems = result.error.issues.map((issue) => `${issue.path.join('.')}: ${issue.message}`);
  throw new CorruptRowError(`row ${pk} ${sk} cannot be read: ${problems.join('; ')}`);
}
