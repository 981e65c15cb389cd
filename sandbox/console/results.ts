import { person } from '../aws/contract.ts';
import type { Sandbox } from '../sandbox.ts';
import type { Run, Runs } from './runs.ts';
import type { Entry } from './timeline.ts';

export interface ExecutionResult {
  readonly workflow: string;
  /** What it works on, as the timeline names it. */
  readonly subject: string;
  /** Of the execution. */
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
  readonly cause?: string;
}

/** Every execution of every state machine, oldest first; `runs` knows more of those that it has seen. */
export async function executionResults({ cloud }: Sandbox, runs?: Runs): Promise<ExecutionResult[]> {
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
      results.push(resultOf(description, name, runs?.byArn(executionArn)));
    }
  }
  return results;
}

/** An execution that failed has no output to say its workflow: its events do, or else its machine's name. */
function resultOf(
  { name, status, output, error, cause }: Description,
  machine: string,
  run: Run | undefined,
): ExecutionResult {
  const told = JSON.parse(output ?? '{}') as { workflow?: string; outcome?: string; reasons?: readonly unknown[] };
  const failure = error === undefined ? [] : [{ code: error, about: name, text: messageOf(cause) }];
  return {
    workflow: told.workflow ?? run?.workflow ?? machine,
    subject: run?.name ?? name,
    name,
    status,
    outcome: told.outcome ?? error ?? status,
    reasons: told.reasons ?? failure,
  };
}

/** The message in the cause of a failure. That of a function is JSON (Lambda developer guide, "Function errors"). */
export function messageOf(cause = ''): string {
  try {
    return (JSON.parse(cause) as { errorMessage?: string }).errorMessage ?? cause;
  } catch {
    return cause;
  }
}

/** The outcome of the drill is that of its last execution; without any, nothing was to be done. */
export function drillOutcome(executions: readonly ExecutionResult[]): string {
  return executions.at(-1)?.outcome ?? 'NoExecution';
}

/** Did every execution end well? An execution that ended with the outcome `Failed` did not, whatever its status. */
export function endedWell(executions: readonly ExecutionResult[]): boolean {
  return executions.every(({ status, outcome }) => status === 'SUCCEEDED' && outcome !== 'Failed');
}
