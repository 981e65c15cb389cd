import { account, region } from '../aws/contract.ts';
import { type Created, LoadError, type Template, type Value } from './contract.ts';

/** What a value may refer to. */
export interface Scope {
  readonly template: Template;
  readonly stackName: string;
  readonly created: ReadonlyMap<string, Created>;
  readonly parameters: Readonly<Record<string, string>>;
}

const pseudo = (scope: Scope): Record<string, string> => ({
  'AWS::AccountId': account,
  'AWS::Region': region,
  'AWS::Partition': 'aws',
  'AWS::URLSuffix': 'amazonaws.com',
  'AWS::StackName': scope.stackName,
  'AWS::StackId': `arn:aws:cloudformation:${region}:${account}:stack/${scope.stackName}/sandbox`,
});

const removed = Symbol('AWS::NoValue');
type Resolved = Value | typeof removed;

/**
 * Resolves every intrinsic function of a value.
 * Source: CloudFormation user guide, "Intrinsic function reference". An unknown function is refused by its name.
 */
export function resolve(value: Value, scope: Scope): Value {
  const resolved = inner(value, scope);
  return resolved === removed ? null : resolved;
}

function inner(value: Value, scope: Scope): Resolved {
  if (Array.isArray(value)) return value.map((item) => inner(item, scope)).filter((item) => item !== removed);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  const [name, argument] = entries[0] ?? [];
  if (
    entries.length === 1 &&
    name !== undefined &&
    argument !== undefined &&
    (name === 'Ref' || name.startsWith('Fn::'))
  ) {
    return call(name, argument, scope);
  }
  const members = entries.map(([key, member]) => [key, inner(member, scope)] as const);
  return Object.fromEntries(members.filter((entry): entry is [string, Value] => entry[1] !== removed));
}

function call(name: string, argument: Value, scope: Scope): Resolved {
  switch (name) {
    case 'Ref':
      return reference(text(argument, name), scope);
    case 'Fn::GetAtt':
      return attribute(argument, scope);
    case 'Fn::Join': {
      const [delimiter, items] = list(argument, name);
      return list(resolve(items ?? null, scope), name)
        .map(String)
        .join(text(delimiter ?? null, name));
    }
    case 'Fn::Sub':
      return substitute(argument, scope);
    case 'Fn::Select': {
      const [index, items] = list(argument, name).map((item) => resolve(item, scope));
      return list(items ?? null, name)[Number(index)] ?? fail(`Fn::Select has no item ${String(index)}`);
    }
    case 'Fn::Split': {
      const [delimiter, source] = list(argument, name).map((item) => resolve(item, scope));
      return text(source ?? null, name).split(text(delimiter ?? null, name));
    }
    case 'Fn::If': {
      const [condition, yes, no] = list(argument, name);
      return inner((holds(text(condition ?? null, name), scope) ? yes : no) ?? null, scope);
    }
    case 'Fn::FindInMap':
      return inMap(argument, scope);
    case 'Fn::Base64':
      return Buffer.from(text(resolve(argument, scope), name)).toString('base64');
    case 'Fn::Equals':
    case 'Fn::And':
    case 'Fn::Or':
    case 'Fn::Not':
      return evaluate({ [name]: argument }, scope);
    default:
      return fail(`the sandbox does not know the intrinsic function '${name}'`);
  }
}

function inMap(argument: Value, scope: Scope): Resolved {
  const keys = list(argument, 'Fn::FindInMap').map((item) => text(resolve(item, scope), 'Fn::FindInMap'));
  const [map, top, second] = keys;
  const found = scope.template.Mappings?.[map ?? '']?.[top ?? '']?.[second ?? ''];
  return found ?? fail(`Fn::FindInMap finds nothing at ${keys.join('.')}`);
}

function reference(name: string, scope: Scope): Resolved {
  if (name === 'AWS::NoValue') return removed;
  const value = pseudo(scope)[name] ?? scope.parameters[name] ?? scope.created.get(name)?.ref;
  return value ?? fail(`Ref names '${name}', which is not there`);
}

function attribute(argument: Value, scope: Scope): string {
  const [resource, ...path] =
    typeof argument === 'string' ? argument.split('.') : list(argument, 'Fn::GetAtt').map(String);
  const found = scope.created.get(resource ?? '')?.attributes[path.join('.')];
  return found ?? fail(`Fn::GetAtt: '${resource}' has no attribute '${path.join('.')}' in the sandbox`);
}

function substitute(argument: Value, scope: Scope): string {
  const [template, variables] = typeof argument === 'string' ? [argument, {}] : list(argument, 'Fn::Sub');
  const own = resolve(variables ?? {}, scope) as Record<string, Value>;
  return text(template ?? null, 'Fn::Sub').replace(/\$\{(!?)([^}]*)\}/g, (_, literal: string, name: string) => {
    if (literal) return `\${${name}}`;
    if (own[name] !== undefined) return String(own[name]);
    return String(name.includes('.') && !name.startsWith('AWS::') ? attribute(name, scope) : reference(name, scope));
  });
}

/** Does the named condition of the template hold? */
export function holds(name: string, scope: Scope): boolean {
  const condition = scope.template.Conditions?.[name];
  return condition === undefined ? fail(`there is no condition '${name}'`) : evaluate(condition, scope);
}

function evaluate(condition: Value, scope: Scope): boolean {
  const [name, argument] = Object.entries(condition as Record<string, Value>)[0] ?? [];
  const all = () => list(argument ?? null, name ?? '');
  switch (name) {
    case 'Condition':
      return holds(text(argument ?? null, name), scope);
    case 'Fn::Equals': {
      const [left, right] = all().map((item) => JSON.stringify(resolve(item, scope)));
      return left === right;
    }
    case 'Fn::And':
      return all().every((item) => evaluate(item, scope));
    case 'Fn::Or':
      return all().some((item) => evaluate(item, scope));
    case 'Fn::Not':
      return !evaluate(all()[0] ?? null, scope);
    default:
      return fail(`the sandbox does not know the condition function '${name}'`);
  }
}

/** The resources that a value refers to. */
export function referencesIn(value: Value): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn);
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, argument]) => {
    if (key === 'Ref') return [String(argument)];
    if (key === 'Fn::GetAtt') return [String(Array.isArray(argument) ? argument[0] : String(argument).split('.')[0])];
    if (key === 'Fn::Sub') {
      const template = Array.isArray(argument) ? argument[0] : argument;
      const named = [...String(template).matchAll(/\$\{([^!}][^}]*)\}/g)].map(([, name]) => name?.split('.')[0] ?? '');
      return [...named, ...referencesIn(argument)];
    }
    return referencesIn(argument);
  });
}

function list(value: Value, where: string): readonly Value[] {
  return Array.isArray(value) ? (value as readonly Value[]) : fail(`${where} takes a list`);
}

function text(value: Value, where: string): string {
  return typeof value === 'string' ? value : fail(`${where} takes a text, not ${JSON.stringify(value)}`);
}

function fail(message: string): never {
  throw new LoadError(message);
}
