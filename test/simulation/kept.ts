import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import type { Result } from './jobs.ts';

/** The results that a file holds, one in a line; none when there is no such file. A last line that was cut off is left out. */
export function readKept(file: string): Result[] {
  if (!existsSync(file)) return [];
  const lines = readFileSync(file, 'utf8').split('\n');
  return lines.flatMap((line) => {
    try {
      return [JSON.parse(line) as Result];
    } catch {
      return [];
    }
  });
}

/** Writes a result down, so that a run of hours can be broken off and go on. */
export function keep(file: string, result: Result): void {
  appendFileSync(file, `${JSON.stringify(result)}\n`);
}
