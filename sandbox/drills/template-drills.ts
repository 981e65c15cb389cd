import { person } from '../aws/contract.ts';
import type { Template, Value } from '../template/contract.ts';
import type { Drill } from './contract.ts';

/** Under this key of its `Metadata` a state machine of the template carries an example of its input. */
const key = 'eks-steward:drill';

/**
 * A drill for each state machine of the template that carries an example: it is started with it, as by a person. Its name is that of the
 * machine without the stack's.
 */
export function templateDrills(template: Template, stackName: string): Readonly<Record<string, Drill>> {
  const found = Object.entries(template.Resources).flatMap(([logicalId, { Type, Properties, Metadata }]) => {
    const name = Properties?.['StateMachineName'];
    const example = Metadata?.[key];
    if (Type !== 'AWS::StepFunctions::StateMachine' || typeof name !== 'string' || example === undefined) return [];
    return [[name.replace(`${stackName}-`, ''), starting(logicalId, example)] as const];
  });
  return Object.fromEntries(found);
}

function starting(logicalId: string, example: Value): Drill {
  return async ({ cloud, loaded }) => {
    const stateMachineArn = loaded.created.get(logicalId)?.ref;
    await cloud.call('states', 'StartExecution', { stateMachineArn, input: JSON.stringify(example) }, person);
  };
}
