import { closestMatch } from 'leven';
import type * as z from 'zod';

/**
 * One line for each problem of a configuration: its path, what is wrong, and for an unknown key the known one that it
 * resembles. `known` holds every key of the schema.
 */
export function explainIssues(issues: readonly z.core.$ZodIssue[], known: readonly string[]): string[] {
  return issues.flatMap((issue) => {
    const path = issue.path.map(String).join('.') || 'steward.yaml';
    if (issue.code !== 'unrecognized_keys') return [`${path}: ${issue.message}`];
    return issue.keys.map((key) => {
      const resembling = closest(key, known);
      const suggestion = resembling === undefined ? '' : `; did you mean '${resembling}'?`;
      return `${path}: unknown key '${key}'${suggestion}`;
    });
  });
}

/** The known word nearest to `word`, when it is at most a third of the word's length away. Known words are in lower case. */
function closest(word: string, known: readonly string[]): string | undefined {
  return closestMatch(word.toLowerCase(), known, { maxDistance: Math.max(1, Math.floor(word.length / 3)) });
}
