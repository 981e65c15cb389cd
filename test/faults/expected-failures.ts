import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Check } from './stated-ends.ts';

const file = join(import.meta.dirname, 'expected-failures.json');

/**
 * The cells that end badly today, each with every check that its end violates. Strict: one that ends well, or violates other checks, fails
 * until its entry is changed.
 */
export const expectedFailures: Readonly<Record<string, readonly Check[]>> = JSON.parse(readFileSync(file, 'utf8'));

/** Writes the file anew: cells by their names, in their order. */
export function writeExpectedFailures(failures: ReadonlyMap<string, readonly Check[]>): void {
  const lines = [...failures]
    .filter(([, violated]) => violated.length > 0)
    .map(
      ([name, violated]) => `  ${JSON.stringify(name)}: [${violated.map((check) => JSON.stringify(check)).join(', ')}]`,
    );
  writeFileSync(file, `{\n${lines.join(',\n')}\n}\n`);
}
