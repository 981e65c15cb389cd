import { workflows } from '../functions/workflows.ts';
import type { CellProps } from './constructs/cell.ts';
import type { StatesOf } from './constructs/workflow.ts';

/**
 * Every workflow with its states: infra/workflows/<name>.ts exports `states`.
 *
 * @throws Error naming the file that is not there or exports none
 */
export async function loadWorkflows(): Promise<CellProps['workflows']> {
  return await Promise.all(
    workflows.map(async (contract) => {
      const file = `./workflows/${contract.name}.ts`;
      const { states } = (await import(file)) as { readonly states?: StatesOf };
      if (!states) throw new Error(`infra/workflows/${contract.name}.ts exports no states`);
      return { contract, states };
    }),
  );
}
