import { mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A sandbox that stays up, by the port of its AWS endpoint, and where it plays drills. */
export interface Announced {
  readonly port: number;
  readonly url: string;
}

const prefix = 'drills-';

/**
 * Says in a file of the folder where a sandbox plays drills.
 *
 * @returns what takes the file away
 */
export function announce(folder: string, { port, url }: Announced): () => void {
  mkdirSync(folder, { recursive: true });
  const path = join(folder, `${prefix}${port}`);
  writeFileSync(path, url);
  return () => rmSync(path, { force: true });
}

/** Every sandbox that has said so and has not taken it back; one that was killed has not. */
export function announced(folder: string): Announced[] {
  const names = list(folder).filter((name) => name.startsWith(prefix));
  return names.map((name) => ({
    port: Number(name.slice(prefix.length)),
    url: readFileSync(join(folder, name), 'utf8'),
  }));
}

function list(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}
