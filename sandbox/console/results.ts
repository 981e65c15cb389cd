import { person } from '../aws/contract.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Entry } from './timeline.ts';

export interface ExecutionResult {
  readonly workflow: string;
  readonly name: string;
  readonly status: string;
  readonly outcome: string;
  readonly reasons: readonly unknown[];
}

/** What `--json` prints. */
export interface DrillResult {
  readonly drill: string;
  readonly outcome: string;
  readonly seconds: number;
  readonly executions: readonly ExecutionResult[];
  readonly timeline: readonly Entry[];
}

interface Description {
  readonly name: string;
  readonly status: string;
  readonly output?: string;
  readonly error?: string;
}

/** Every execution of every state machine, oldest first. */
export async function executionResults({ cloud }: Sandbox): Promise<ExecutionResult[]> {
  const machines = await cloud.call<{ stateMachines: readonly { stateMachineArn: string; name: string }[] }>(
    'states',
    'ListStateMachines',
    {},
    person,
  );
  const results: ExecutionResult[] = [];
  for (const { stateMachineArn, name } of machines.stateMachines) {
    const listed = await cloud.call<{ executions: readonly { executionArn: string }[] }>(
      'states',
      'ListExecutions',
      { stateMachineArn },
      person,
    );
    for (const { executionArn } of listed.executions.toReversed()) {
      const description = await cloud.call<Description>('states', 'DescribeExecution', { executionArn }, person);
      results.push(resultOf(description, name));
    }
  }
  return results;
}

function resultOf({ name, status, output, error }: Description, machine: string): ExecutionResult {
  const told = JSON.parse(output ?? '{}') as { workflow?: string; outcome?: string; reasons?: readonly unknown[] };
  return {
    workflow: told.workflow ?? machine,
    name,
    status,
    outcome: told.outcome ?? error ?? status,
    reasons: told.reasons ?? [],
  };
}

/** The outcome of the drill is that of its last execution; without any, nothing was to be done. */
export function drillOutcome(executions: readonly ExecutionResult[]): string {
  return executions.at(-1)?.outcome ?? 'NoExecution';
}

/** Did every execution end well? An execution that ended with the outcome `Failed` did not, whatever its status. */
export function endedWell(executions: readonly ExecutionResult[]): boolean {
  return executions.every(({ status, outcome }) => status === 'SUCCEEDED' && outcome !== 'Failed');
}
