import { createHash, type Hash } from 'node:crypto';
import { readdirSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { readText } from './input.ts';

/** Everything that the template is made from. */
const sources = ['functions', 'infra', 'shared', 'steward.yaml', 'cdk.json', 'package-lock.json'];

/**
 * Names the state of the sources: a hash over their names, sizes and times, which is quick, and wrong only if somebody sets times
 * by hand. Another `steward.yaml` goes in with all that it says.
 *
 * @throws InputError when that file cannot be read
 */
export function stampOf(root: string, config?: string): string {
  const hash = createHash('sha256');
  for (const source of sources) addTo(hash, join(root, source));
  if (config !== undefined) hash.update(`${resolve(config)}\n${readText(config)}`);
  return hash.digest('hex').slice(0, 20);
}

function addTo(hash: Hash, path: string): void {
  const stats = statSync(path);
  if (!stats.isDirectory()) hash.update(`${path} ${stats.size} ${stats.mtimeMs}\n`);
  else for (const name of readdirSync(path).toSorted()) addTo(hash, join(path, name));
}
