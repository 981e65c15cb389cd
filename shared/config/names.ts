/** The cell of the clusters whose endpoints are public: its functions are in no network. */
export const publicCell = 'public';

/**
 * The name of a workflow's state machine in a cell, as a person reads it in the console: `eks-steward-node-replacement`, or
 * `eks-steward-3f9a2c-node-replacement` for the cell of a network. At most 80 characters (CreateStateMachine API reference).
 *
 * @param prefix the stack's name, so that two deployments fit into one account and region
 */
export function machineName(prefix: string, cell: string, workflow: string): string {
  return `${cellPrefix(prefix, cell)}-${workflow}`;
}

/** The name of a task's function: `eks-steward-node-replacement-drain-nodes`. At most 64 characters (CreateFunction API reference). */
export function functionName(prefix: string, cell: string, workflow: string, task: string): string {
  return `${machineName(prefix, cell, workflow)}-${task}`;
}

function cellPrefix(prefix: string, cell: string): string {
  return cell === publicCell ? prefix : `${prefix}-${cell}`;
}
