import * as z from 'zod';
import { explainIssues } from './explain.ts';
import { type ClusterSettings, type Configuration, clusterSettings, configuration } from './schema.ts';

/** A configuration that cannot be used; the message holds one line for each problem. */
export class ConfigurationError extends Error {
  override readonly name = 'ConfigurationError';
  readonly problems: readonly string[];

  constructor(problems: readonly string[]) {
    super(`steward.yaml cannot be used:\n${problems.map((problem) => `  ${problem}`).join('\n')}`);
    this.problems = problems;
  }
}

/**
 * The settings of steward.yaml, with defaults filled in.
 *
 * @param document the parsed YAML
 * @throws ConfigurationError naming every path that is wrong
 */
export function parseConfiguration(document: unknown): Configuration {
  return parse(configuration, document);
}

/**
 * The settings of one cluster as they were deployed.
 *
 * @throws ConfigurationError
 */
export function parseClusterSettings(document: unknown): ClusterSettings {
  return parse(clusterSettings, document);
}

function parse<Schema extends z.ZodType>(schema: Schema, document: unknown): z.output<Schema> {
  const result = schema.safeParse(document);
  if (result.success) return result.data;
  throw new ConfigurationError(explainIssues(result.error.issues, knownKeys(configuration)));
}

/** Every property name that occurs anywhere in the schema. */
function knownKeys(schema: z.ZodType): string[] {
  const keys = new Set<string>();
  JSON.stringify(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }), (key, value: unknown) => {
    if (key === 'properties' && typeof value === 'object' && value !== null) {
      for (const name of Object.keys(value)) keys.add(name);
    }
    return value;
  });
  return [...keys].toSorted();
}
