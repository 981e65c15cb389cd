import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const known = new Map<string, string>();

/**
 * SHA-256 of a folder's files and their names, in base64. Lambda's own is of the zip file, which there is none of here. A folder of code never
 * changes: it is read once.
 */
export function codeHash(directory: string): string {
  const found = known.get(directory) ?? hashOf(directory);
  known.set(directory, found);
  return found;
}

function hashOf(directory: string): string {
  const hash = createHash('sha256');
  const files = readdirSync(directory, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const path of files.map((file) => join(file.parentPath, file.name)).sort()) {
    const content = readFileSync(path);
    hash.update(`${path.slice(directory.length)}\0${content.length}\0`).update(content);
  }
  return hash.digest('base64');
}
