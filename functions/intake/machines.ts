import { machineName, publicCell } from '../../shared/config/names.ts';
import type { WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import { workflows } from '../workflows.ts';
import type { Machines } from './ports.ts';

/**
 * The state machines of a deployment, found by their names.
 *
 * @param arns what their ARNs begin with, up to the stack's name: `arn:aws:states:eu-west-1:111122223333:stateMachine:eks-steward`
 * @param cells the cells of this deployment
 */
export function machinesOf(
  arns: string,
  cells: readonly string[],
  deployed: readonly WorkflowContract[] = workflows,
): Machines {
  const all = [publicCell, ...cells].flatMap((cell) =>
    deployed.map((workflow) => ({ arn: machineName(arns, cell, workflow.name), workflow, cell })),
  );
  return {
    arnOf: (workflow, cell) => machineName(arns, cell, workflow),
    of: (arn) => all.find((machine) => machine.arn === arn),
  };
}
