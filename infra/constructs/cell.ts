import { Construct } from 'constructs';
import { functionName } from '../../shared/config/names.ts';
import { kebab, type WorkflowContract } from '../../shared/workflow/define-workflow.ts';
import { ClusterAccess } from './cluster-access.ts';
import { type StatesOf, Workflow, type WorkflowProps } from './workflow.ts';

export interface CellProps extends Omit<WorkflowProps, 'workflow' | 'states' | 'functions'> {
  readonly workflows: readonly { readonly contract: WorkflowContract; readonly states: StatesOf }[];
}

/**
 * What looks after the clusters of one network: the functions that talk to them, in that network, and the state machines that
 * call these functions.
 */
export class Cell extends Construct {
  readonly workflows: readonly { readonly contract: WorkflowContract; readonly workflow: Workflow }[];

  constructor(scope: Construct, id: string, { workflows, ...props }: CellProps) {
    super(scope, id);
    const names = workflows.flatMap(({ contract: { name, tasks } }) =>
      Object.keys(tasks).map((task) => functionName(props.prefix, props.cell, name, kebab(task))),
    );
    this.workflows = workflows.map(({ contract, states }) => ({
      contract,
      workflow: new Workflow(this, pascal(contract.name), { ...props, workflow: contract, states, functions: names }),
    }));
    const functions = this.workflows.flatMap(({ contract, workflow }) =>
      Object.entries(workflow.functions).flatMap(([name, fn]) => {
        const as = contract.tasks[name]?.needs.cluster;
        return as === undefined ? [] : [{ function: fn, as }];
      }),
    );
    for (const cluster of props.clusters) new ClusterAccess(this, `Access-${cluster}`, { cluster, functions });
  }
}

/** `node-replacement` as `NodeReplacement`. */
function pascal(name: string): string {
  return name.replace(/(^|-)([a-z])/g, (_, _dash, letter: string) => letter.toUpperCase());
}
