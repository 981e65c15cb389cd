import { account, region } from '../../contract.ts';

/**
 * The action and the resources of an operation. Templates: `{Member}` stands for the input's member, `|` separates members that are
 * tried in order; a member that is an ARN already replaces the whole template.
 */
export interface ActionRule {
  /** The IAM action, when it is not the operation's name. */
  readonly action?: string;
  readonly resource: string;
}

/** The rules of services by the names of their operations. */
export type ActionTable = Readonly<Record<string, Readonly<Record<string, ActionRule>>>>;

/** Template of a resource in the sandbox's account and region. */
export function arn(service: string, rest: string): string {
  return `arn:aws:${service}:${region}:${account}:${rest}`;
}

/** Operations of one resource type under their own action names. */
export function on(resource: string, ...operations: readonly string[]): Readonly<Record<string, ActionRule>> {
  return Object.fromEntries(operations.map((name) => [name, { resource }]));
}

/** Identifiers that AWS makes up and the input does not carry; policies must have a wildcard there. */
export const anyUuid = '00000000-0000-4000-8000-000000000000';
