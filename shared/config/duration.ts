import * as z from 'zod';
import { parseDuration } from '../domain/duration.ts';

/** A duration as a person writes it, `15m` or `1h30m`, between two bounds. Stays text; read it with `parseDuration`. */
export function duration(least: string, most: string) {
  return z.string({ error: `expected a duration with its unit, such as ${least}` }).superRefine((text, context) => {
    const length = parseDuration(text);
    if (length === undefined) {
      context.addIssue(`'${text}' is not a duration: write a number with its unit, such as ${least}`);
    } else if (length < bound(least) || length > bound(most)) {
      context.addIssue(`'${text}' must be between ${least} and ${most}`);
    }
  });
}

function bound(text: string): number {
  return parseDuration(text) ?? 0;
}
