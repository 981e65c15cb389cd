import { machineName, publicCell } from '../../shared/config/names.ts';
import { workflows } from '../workflows.ts';
import type { Machines } from './ports.ts';

/**
 * The state machines of a deployment, found by their names.
 *
 * @param arns what their ARNs begin with, up to the stack's name: `arn:aws:states:eu-west-1:111122223333:stateMachine:eks-steward`
 * @param cells the cells of this deployment
 */
export function machinesOf(arns: string, cells: readonly string[]): Machines {
  const all = [publicCell, ...cells].flatMap((cell) =>
    workflows.map(({ name: workflow }) => ({ arn: machineName(arns, cell, workflow), workflow, cell })),
  );
  return {
    arnOf: (workflow, cell) => machineName(arns, cell, workflow),
    of: (arn) => all.find((machine) => machine.arn === arn),
  };
}
