import { join } from 'node:path';
import { synthesize } from '../../sandbox/synth.ts';

/** Given by CDK to every function, or used by Lambda itself in the name of the role. */
const ofLambda = /^(logs|xray|sqs):/;

interface Statement {
  readonly Action: string | string[];
}

/** What the template grants the role of each function, by the function's name. */
export async function grantedActions(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { template } = await synthesize(join(import.meta.dirname, '..', '..'));
  const resources = Object.entries(template.Resources);
  const roles = new Map(
    resources
      .filter(([, { Type }]) => Type === 'AWS::Lambda::Function')
      .map(([, { Properties = {} }]) => [
        (Properties['Role'] as unknown as { 'Fn::GetAtt': string[] })['Fn::GetAtt'][0] ?? '',
        Properties['FunctionName'] as string,
      ]),
  );
  const all = new Map<string, Set<string>>();
  for (const [, { Type, Properties = {} }] of resources) {
    if (Type !== 'AWS::IAM::Policy') continue;
    const { Statement: statements } = Properties['PolicyDocument'] as unknown as { Statement: Statement[] };
    const actions = statements.flatMap(({ Action }) => Action).filter((action) => !ofLambda.test(action));
    for (const { Ref } of Properties['Roles'] as unknown as { Ref: string }[]) {
      const name = roles.get(Ref);
      if (name !== undefined) all.set(name, new Set([...(all.get(name) ?? []), ...actions]));
    }
  }
  return all;
}
