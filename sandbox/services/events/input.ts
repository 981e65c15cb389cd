import type { Event, Target } from './contract.ts';
import type { Json } from './json.ts';

/** What a target receives of an event, by its Input, InputPath or InputTransformer. */
export function targetInput(event: Event, target: Target, ruleArn: string): string {
  if (target.Input !== undefined) return target.Input;
  if (target.InputPath !== undefined) return JSON.stringify(at(event as unknown as Json, target.InputPath) ?? null);
  if (target.InputTransformer) return transform(event, target.InputTransformer, ruleArn);
  return JSON.stringify(event);
}

/** Source: EventBridge user guide, "Amazon EventBridge input transformation". */
function transform(event: Event, transformer: NonNullable<Target['InputTransformer']>, ruleArn: string): string {
  const reserved: Record<string, Json> = {
    'aws.events.rule-arn': ruleArn,
    'aws.events.rule-name': ruleArn.split('/').at(-1) ?? '',
    'aws.events.event.ingestion-time': event.time,
    'aws.events.event': event as unknown as Json,
    'aws.events.event.json': event as unknown as Json,
  };
  const own = Object.entries(transformer.InputPathsMap ?? {}).map(([name, path]) => [
    name,
    at(event as unknown as Json, path),
  ]);
  const values: Record<string, Json | undefined> = { ...reserved, ...Object.fromEntries(own) };
  return transformer.InputTemplate.replace(/"?<([^<>\s]+)>"?/g, (token, name: string) => {
    if (!(name in values)) return token;
    const value = values[name];
    const quoted = token.startsWith('"') && token.endsWith('"');
    if (typeof value === 'string') return quoted ? JSON.stringify(value) : token.replace(`<${name}>`, value);
    if (quoted) return JSON.stringify(value ?? null);
    return token.replace(`<${name}>`, JSON.stringify(value) ?? '');
  });
}

/** The value at a path such as `$.detail.instance-id` or `$.resources[0]`. */
function at(root: Json, path: string): Json | undefined {
  const steps = [...path.replace(/^\$/, '').matchAll(/\.([^.[\]]+)|\[(\d+)\]|\["([^"]+)"\]/g)];
  return steps.reduce<Json | undefined>((value, [, name, index, quoted]) => {
    if (index !== undefined) return Array.isArray(value) ? (value as readonly Json[])[Number(index)] : undefined;
    const key = name ?? quoted ?? '';
    return typeof value === 'object' && value !== null ? (value as Record<string, Json>)[key] : undefined;
  }, root);
}
