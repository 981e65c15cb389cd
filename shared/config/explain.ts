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

/** The known word nearest to `word`, when it is at most a third of the word's length away. */
function closest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, distance: editDistance(word.toLowerCase(), candidate.toLowerCase()) }))
    .toSorted((a, b) => a.distance - b.distance);
  const best = ranked[0];
  return best && best.distance <= Math.max(1, Math.floor(word.length / 3)) ? best.candidate : undefined;
}

/** Levenshtein distance. */
function editDistance(a: string, b: string): number {
  let previous = Array.from({ length: b.length + 1 }, (_, index) => index);
  for (let row = 1; row <= a.length; row++) {
    const current = [row];
    for (let column = 1; column <= b.length; column++) {
      const substitution = (previous[column - 1] ?? 0) + (a[row - 1] === b[column - 1] ? 0 : 1);
      current.push(Math.min((previous[column] ?? 0) + 1, (current[column - 1] ?? 0) + 1, substitution));
    }
    previous = current;
  }
  return previous[b.length] ?? 0;
}
