import { account, region } from '../contract.ts';
import { actionTable } from './actions/table.ts';

type Input = Readonly<Record<string, unknown>>;

const prefixes: Readonly<Record<string, string>> = { monitoring: 'cloudwatch' };

/** The IAM action of an operation and the ARNs that it touches, or undefined for an operation that the table does not have. */
export function accessOf(
  service: string,
  operation: string,
  input: Input,
): { action: string; resources: readonly string[] } | undefined {
  const rule = actionTable[service]?.[operation];
  if (!rule) return undefined;
  const action = `${prefixes[service] ?? service}:${rule.action ?? operation}`;
  return { action, resources: expand(rule.resource, input) };
}

/** Replaces the `{...}` of a template by the input's members; a member with several values gives several ARNs. */
function expand(template: string, input: Input): readonly string[] {
  const found = /\{([^}]+)\}/.exec(template);
  if (!found) return [template];
  const values = valuesOf(found[1] ?? '', input);
  return values.flatMap((value) => {
    if (value.startsWith('arn:') && found[1] !== 'principalArn:name') return [stripIndex(value, template, input)];
    return expand(
      template.replace(found[0], () => value),
      input,
    );
  });
}

/** A table given by its ARN keeps the index that the template adds. */
function stripIndex(value: string, template: string, input: Input): string {
  return template.includes('{IndexName:index}') && input['IndexName'] !== undefined
    ? `${value}/index/${textOf(input['IndexName'])}`
    : value;
}

function valuesOf(expression: string, input: Input): readonly string[] {
  const [path = '', kind] = expression.split(':');
  const [names = '', fallback] = path.split('=');
  const raw = names
    .split('|')
    .map((name) => read(name, input))
    .find((value) => value !== undefined);
  const values = kind === 'keys' ? Object.keys(raw ?? {}) : Array.isArray(raw) ? raw : [raw];
  return values.map((value) => shaped(kind, value ?? fallback));
}

function read(name: string, input: Input): unknown {
  const [list = '', member] = name.split('[]');
  if (!name.includes('[]')) return input[name];
  const items = Array.isArray(input[list]) ? (input[list] as unknown[]) : [];
  return items.map((item) => (member ? (item as Input)[member.slice(1)] : item));
}

function shaped(kind: string | undefined, value: unknown): string {
  if (kind === 'index') return value === undefined ? '' : `/index/${textOf(value)}`;
  if (kind === 'bus') return value === undefined || value === 'default' ? '' : `${textOf(value).split('/').at(-1)}/`;
  const text = value === undefined ? '*' : textOf(value);
  if (kind === 'name') return text.split('/').at(-1) ?? text;
  // `/a/b` and `a` are `parameter/a/b` and `parameter/a`.
  if (kind === 'path') return text.startsWith('arn:') || text.startsWith('/') ? text : `/${text}`;
  return text;
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}

/** Condition keys that the input of an operation gives. */
export function inputKeys(service: string, input: Input): Record<string, string | readonly string[]> {
  const entries = Array.isArray(input['Entries']) ? (input['Entries'] as Input[]) : [];
  if (service === 'events' && entries.length > 0) {
    return {
      'events:source': entries.map((entry) => String(entry['Source'])),
      'events:detail-type': entries.map((entry) => String(entry['DetailType'])),
    };
  }
  if (service === 'eks' && typeof input['version'] === 'string') return { 'eks:kubernetesVersion': input['version'] };
  if (service === 'monitoring' && typeof input['Namespace'] === 'string')
    return { 'cloudwatch:namespace': input['Namespace'] };
  return {};
}

/** ARN of a thing in the sandbox's account and region. */
export function arnOf(service: string, resource: string): string {
  return `arn:aws:${service}:${region}:${account}:${resource}`;
}
