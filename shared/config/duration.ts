import * as z from 'zod';
import { parseDuration } from '../domain/duration.ts';

/**
 * A duration as a person writes it, `15m` or `1h30m`, between two bounds. Stays text; read it with `parseDuration`. The bounds
 * are in its JSON schema as `between`, for the documentation.
 */
export function duration(least: string, most: string) {
  const text = z.string({ error: `expected a duration with its unit, such as ${least}` });
  const bounded = text.superRefine((given, context) => {
    const length = parseDuration(given);
    if (length === undefined) {
      context.addIssue(`'${given}' is not a duration: write a number with its unit, such as ${least}`);
    } else if (length < bound(least) || length > bound(most)) {
      context.addIssue(`'${given}' must be between ${least} and ${most}`);
    }
  });
  return bounded.meta({ between: [least, most] });
}

function bound(text: string): number {
  return parseDuration(text) ?? 0;
}
