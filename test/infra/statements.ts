import type { Resources } from './resources.ts';

export interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
  readonly Principal?: { Service?: string };
}

/** The statements of all policies of one resource type. */
export function statementsIn({ ofType }: Resources, type: string): Statement[] {
  return ofType(type).flatMap(
    ({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement,
  );
}
