import type { LabelSelector, Requirement, StringMap } from './objects.ts';
import { badRequest } from './status.ts';

export type LabelMatcher = (labels: StringMap | undefined) => boolean;

const none: StringMap = {};
const compiled = new WeakMap<LabelSelector, LabelMatcher>();

function holds(requirement: Requirement, labels: StringMap): boolean {
  const value = labels[requirement.key];
  const values = requirement.values ?? [];
  switch (requirement.operator) {
    case 'In':
      return value !== undefined && values.includes(value);
    case 'NotIn':
      return value === undefined || !values.includes(value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    case 'Gt':
      return value !== undefined && Number.parseInt(value, 10) > Number.parseInt(values[0] ?? '', 10);
    case 'Lt':
      return value !== undefined && Number.parseInt(value, 10) < Number.parseInt(values[0] ?? '', 10);
    default:
      throw badRequest(`${JSON.stringify(requirement.operator)} is not a valid label selector operator`);
  }
}

/** Whether all requirements hold for the labels; also used for node affinity, whose operators are a superset. */
export function matchesRequirements(
  requirements: readonly Requirement[] | undefined,
  labels: StringMap | undefined,
): boolean {
  return (requirements ?? []).every((requirement) => holds(requirement, labels ?? none));
}

/** A matcher for a `LabelSelector`: empty selects everything, absent nothing (`LabelSelectorAsSelector`). */
export function labelMatcher(selector: LabelSelector | undefined): LabelMatcher {
  if (!selector) return () => false;
  const known = compiled.get(selector);
  if (known) return known;
  const wanted = Object.entries(selector.matchLabels ?? {});
  const matcher: LabelMatcher = (labels = none) =>
    wanted.every(([key, value]) => labels[key] === value) && matchesRequirements(selector.matchExpressions, labels);
  compiled.set(selector, matcher);
  return matcher;
}

function splitOutsideParentheses(text: string): string[] {
  return text.split(/,(?![^(]*\))/).map((part) => part.trim());
}

const key = '([A-Za-z0-9][-A-Za-z0-9_./]*)';
const value = '([-A-Za-z0-9_.]*)';
const setForm = new RegExp(`^${key}\\s+(in|notin)\\s*\\(([^()]*)\\)$`);
const equalForm = new RegExp(`^${key}\\s*(==|=|!=)\\s*${value}$`);
const orderForm = new RegExp(`^${key}\\s*([<>])\\s*(-?[0-9]+)$`);
const existsForm = new RegExp(`^(!?)\\s*${key}$`);

function parseRequirement(text: string): Requirement {
  const inSet = setForm.exec(text);
  if (inSet?.[1]) {
    const values = (inSet[3] ?? '').split(',').map((item) => item.trim());
    return { key: inSet[1], operator: inSet[2] === 'in' ? 'In' : 'NotIn', values };
  }
  const equal = equalForm.exec(text);
  if (equal?.[1]) return { key: equal[1], operator: equal[2] === '!=' ? 'NotIn' : 'In', values: [equal[3] ?? ''] };
  const order = orderForm.exec(text);
  if (order?.[1]) return { key: order[1], operator: order[2] === '>' ? 'Gt' : 'Lt', values: [order[3] ?? ''] };
  const exists = existsForm.exec(text);
  if (exists?.[2]) return { key: exists[2], operator: exists[1] ? 'DoesNotExist' : 'Exists' };
  throw badRequest(`unable to parse requirement: found '${text}', expected: a label key with an operator`);
}

/** Parses the `labelSelector` parameter. Throws a 400 `StatusError` when it cannot be read. */
export function parseLabelSelector(text: string): LabelMatcher {
  if (text.trim() === '') return () => true;
  const requirements = splitOutsideParentheses(text).map(parseRequirement);
  return (labels) => matchesRequirements(requirements, labels);
}

export interface FieldTerm {
  readonly field: string;
  readonly equal: boolean;
  readonly value: string;
}

/** Parses the `fieldSelector` parameter: terms with `=`, `==` and `!=`, joined by commas. */
export function parseFieldSelector(text: string): FieldTerm[] {
  return text
    .split(',')
    .filter((part) => part !== '')
    .map((part) => {
      const match = /^([^=!]+)(==|=|!=)(.*)$/.exec(part.trim());
      if (!match) throw badRequest(`invalid selector: '${text}'; can't understand '${part.trim()}'`);
      return { field: match[1] ?? '', equal: match[2] !== '!=', value: match[3] ?? '' };
    });
}
