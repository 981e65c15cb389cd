import * as z from 'zod';
import { worldSchema } from '../sandbox/world/world-file.ts';
import { configuration } from '../shared/config/schema.ts';

/** As `shared/domain/duration.ts` reads it. */
const durationPattern = '^(?=\\d)(\\d+d)?(\\d+h)?(\\d+m)?(\\d+s)?$';

interface Schema {
  [key: string]: unknown;
  between?: readonly [string, string];
  description?: string;
  pattern?: string;
  properties?: Record<string, Schema>;
  additionalProperties?: unknown;
}

/** Schemas for editors (JSON Schema, draft 7, which yaml-language-server takes best), by their path in the project. */
export function jsonSchemas(): Readonly<Record<string, string>> {
  return {
    'sandbox/worlds/world.schema.json': text(schemaOf(worldSchema), 'A world of the eks-steward sandbox'),
    'steward.schema.json': text(
      withBareClusters(schemaOf(configuration)),
      'steward.yaml: what eks-steward looks after',
    ),
  };
}

function schemaOf(schema: z.ZodType): Schema {
  return z.toJSONSchema(schema, {
    io: 'input',
    target: 'draft-7',
    unrepresentable: 'any',
    override: ({ jsonSchema }) => forEditors(jsonSchema as Schema),
  }) as Schema;
}

function text(schema: Schema, title: string): string {
  return `${JSON.stringify({ ...schema, title }, null, 2)}\n`;
}

/** At least one cluster, each of which may stand there with nothing below it: a refinement and a preprocessing step in zod. */
function withBareClusters(schema: Schema): Schema {
  const clusters = schema.properties?.['clusters'];
  if (!clusters) throw new Error('the schema of steward.yaml has no clusters');
  clusters['minProperties'] = 1;
  clusters.additionalProperties = { anyOf: [clusters.additionalProperties, { type: 'null' }] };
  return schema;
}

/** What JSON Schema cannot say of a duration goes into its description. */
function forEditors(schema: Schema): void {
  if (!schema.between) return;
  const [least, most] = schema.between;
  schema.description = `${schema.description ?? 'a duration'}; ${least} to ${most}`;
  schema.pattern = durationPattern;
  delete schema.between;
}
