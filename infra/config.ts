import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { ConfigurationError, parseConfiguration } from '../shared/config/parse.ts';
import type { Configuration } from '../shared/config/schema.ts';

/** steward.yaml as it is understood, and where it was read. */
export interface LoadedConfiguration {
  readonly settings: Configuration;
  readonly path: string;
}

/**
 * Reads steward.yaml.
 *
 * @throws ConfigurationError naming every path that is wrong; also for YAML that cannot be read
 */
export function loadConfiguration(path = join(import.meta.dirname, '..', 'steward.yaml')): LoadedConfiguration {
  return { settings: parseConfiguration(readYaml(path)), path };
}

function readYaml(path: string): unknown {
  try {
    // Duplicate keys are errors by default; at most 100 aliases keep an anchor bomb from growing.
    return parse(readFileSync(path, 'utf8'), { maxAliasCount: 100 });
  } catch (error) {
    throw new ConfigurationError([`${path}: ${error instanceof Error ? error.message : String(error)}`]);
  }
}
