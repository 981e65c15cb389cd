import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { AwsError, type Service } from '../../aws/contract.ts';
import type { Engines } from './engines.ts';
import type { Execution, Revision } from './execution.ts';
import { StateFailure } from './failure.ts';
import type { Json } from './json.ts';
import { type TestStateInput, testState } from './test-state.ts';
import { validateDefinition } from './validate.ts';

interface Page {
  readonly maxResults?: number;
  readonly nextToken?: string;
}

/** The API of Step Functions: STANDARD state machines in JSONata. */
export function statesService(engines: Engines): Service {
  return {
    name: 'states',
    uses: {
      CreateStateMachine: ['name', 'definition', 'roleArn', 'type'],
      UpdateStateMachine: ['stateMachineArn', 'definition', 'roleArn'],
      DescribeStateMachine: ['stateMachineArn'],
      ListStateMachines: ['maxResults', 'nextToken'],
      ValidateStateMachineDefinition: ['definition', 'type', 'severity', 'maxResults'],
      StartExecution: ['stateMachineArn', 'name', 'input', 'traceHeader'],
      DescribeExecution: ['executionArn'],
      TestState: ['definition', 'roleArn', 'input', 'variables', 'stateName', 'inspectionLevel'],
      ListExecutions: ['stateMachineArn', 'statusFilter', 'maxResults', 'nextToken'],
      RedriveExecution: ['executionArn', 'clientToken'],
      GetExecutionHistory: ['executionArn', 'maxResults', 'reverseOrder', 'nextToken', 'includeExecutionData'],
    },
    operations: { ...machineOperations(engines), ...executionOperations(engines), ...tokenOperations(engines) },
  };
}

function machineOperations(engines: Engines): Service['operations'] {
  return {
    CreateStateMachine: async (input: { name: string; definition: string; roleArn: string; type?: string }) => {
      if (input.type !== undefined && input.type !== 'STANDARD') {
        throw new AwsError(
          'StateMachineTypeNotSupported',
          `The sandbox runs STANDARD state machines only, not ${input.type}.`,
        );
      }
      const { arn, updated } = await engines.create(input);
      return { stateMachineArn: arn, creationDate: updated };
    },
    UpdateStateMachine: async (input: { stateMachineArn: string; definition?: string; roleArn?: string }) => {
      const { name, definition, roleArn } = engines.machine(input.stateMachineArn);
      if (input.definition === undefined && input.roleArn === undefined)
        throw new AwsError('MissingRequiredParameter', 'Either the definition or the roleArn must be specified');
      const revision = await engines.define({
        name,
        definition: input.definition ?? definition,
        roleArn: input.roleArn ?? roleArn,
      });
      return { updateDate: revision.updated, revisionId: revision.revisionId };
    },
    DeleteStateMachine: ({ stateMachineArn }: { stateMachineArn: string }) => {
      engines.machines.delete(stateMachineArn);
    },
    DescribeStateMachine: ({ stateMachineArn }: { stateMachineArn: string }) =>
      describeMachine(engines.machine(stateMachineArn)),
    DescribeStateMachineForExecution: ({ executionArn }: { executionArn: string }) => {
      const { arn, name, definition, roleArn, updated, revisionId } = engines.execution(executionArn).revision;
      return { stateMachineArn: arn, name, definition, roleArn, updateDate: updated, revisionId };
    },
    ListStateMachines: (page: Page) => {
      const all = [...engines.machines.values()].map(({ arn, name, updated }) => ({
        stateMachineArn: arn,
        name,
        type: 'STANDARD',
        creationDate: updated,
      }));
      const { items, nextToken } = paged(all, page);
      return { stateMachines: items, nextToken };
    },
    TestState: (input: TestStateInput) => testState(engines.engine, input),
    ValidateStateMachineDefinition: ({ definition }: { definition: string }) => {
      const diagnostics = validateDefinition(definition);
      return { result: diagnostics.length === 0 ? 'OK' : 'FAIL', diagnostics, truncated: false };
    },
  };
}

function executionOperations(engines: Engines): Service['operations'] {
  return {
    StartExecution: ({
      stateMachineArn,
      name,
      input = '{}',
    }: {
      stateMachineArn: string;
      name?: string;
      input?: string;
    }) => {
      const { arn, started } = engines.start(stateMachineArn, name, input);
      return { executionArn: arn, startDate: started };
    },
    DescribeExecution: ({ executionArn }: { executionArn: string }) =>
      describeExecution(engines.execution(executionArn)),
    ListExecutions: (input: ListExecutionsInput) => listExecutions(engines, input),
    GetExecutionHistory: (input: HistoryInput) => executionHistory(engines, input),
    StopExecution: ({ executionArn, error, cause }: { executionArn: string; error?: string; cause?: string }) => {
      engines.stop(engines.execution(executionArn), error, cause);
      return { stopDate: engines.parts.clock.date() };
    },
    RedriveExecution: ({ executionArn, clientToken }: { executionArn: string; clientToken?: string }) => ({
      redriveDate: engines.redrive(engines.execution(executionArn), clientToken),
    }),
  };
}

interface ListExecutionsInput extends Page {
  readonly stateMachineArn?: string;
  readonly statusFilter?: string;
}

function listExecutions(engines: Engines, { stateMachineArn = '', statusFilter, ...page }: ListExecutionsInput) {
  engines.machine(stateMachineArn);
  const all = [...engines.executions.values()]
    .filter((execution) => execution.revision.arn === stateMachineArn)
    .filter(({ status }) => statusFilter === undefined || status === statusFilter)
    // Newest first; those of the same moment in reverse order of their start.
    .toReversed();
  const { items, nextToken } = paged(all, page);
  const executions = items.map(({ arn, name, status, started, stopped, redrives, revision }) => ({
    executionArn: arn,
    stateMachineArn: revision.arn,
    name,
    status,
    startDate: started,
    stopDate: stopped,
    redriveCount: redrives.length,
  }));
  return { executions, nextToken };
}

interface HistoryInput extends Page {
  readonly executionArn: string;
  readonly reverseOrder?: boolean;
  readonly includeExecutionData?: boolean;
}

function executionHistory(engines: Engines, input: HistoryInput) {
  const { executionArn, reverseOrder, includeExecutionData = true, ...page } = input;
  const { events: all } = engines.execution(executionArn).history;
  const events = includeExecutionData ? all : all.map(withoutData);
  const { items, nextToken } = paged(reverseOrder ? events.toReversed() : events, page);
  return { events: items, nextToken };
}

function tokenOperations({ tokens }: Engines): Service['operations'] {
  return {
    SendTaskSuccess: ({ taskToken, output }: { taskToken: string; output: string }) => {
      const task = tokens.get(taskToken);
      let value: Json;
      try {
        value = JSON.parse(output) as Json;
      } catch (error) {
        throw new AwsError('InvalidOutput', `Invalid Output: '${String(error)}'`);
      }
      task.succeed(value);
    },
    SendTaskFailure: ({ taskToken, error = '', cause }: { taskToken: string; error?: string; cause?: string }) =>
      tokens.get(taskToken).fail(new StateFailure(error, cause)),
    SendTaskHeartbeat: ({ taskToken }: { taskToken: string }) => tokens.get(taskToken).heartbeat(),
  };
}

function describeMachine({ arn, name, definition, roleArn, updated, revisionId }: Revision) {
  return {
    stateMachineArn: arn,
    name,
    status: 'ACTIVE',
    definition,
    roleArn,
    type: 'STANDARD',
    creationDate: updated,
    revisionId,
  };
}

function describeExecution(execution: Execution) {
  const { arn, name, status, started, stopped, input, output, error, cause, redrives, revision } = execution;
  return {
    executionArn: arn,
    stateMachineArn: revision.arn,
    name,
    status,
    startDate: started,
    stopDate: stopped,
    input,
    inputDetails: { included: true },
    output: output === undefined ? undefined : JSON.stringify(output),
    outputDetails: output === undefined ? undefined : { included: true },
    error,
    cause,
    redriveCount: redrives.length,
    redriveDate: redrives.at(-1)?.at,
    ...redrivable(status),
  };
}

/** DescribeExecution, `redriveStatus` (API reference). */
function redrivable(status: Execution['status']) {
  if (status !== 'RUNNING' && status !== 'SUCCEEDED') return { redriveStatus: 'REDRIVABLE' };
  const reason =
    status === 'RUNNING'
      ? 'Execution is RUNNING and cannot be redriven'
      : 'Execution is SUCCEEDED and cannot be redriven';
  return { redriveStatus: 'NOT_REDRIVABLE', redriveStatusReason: reason };
}

/** Members that hold what the execution works on; GetExecutionHistory leaves them out on demand. */
const data = new Set(['input', 'output', 'assignedVariables']);

function withoutData(event: HistoryEvent): HistoryEvent {
  return JSON.parse(JSON.stringify(event), (key, value: unknown) => {
    if (data.has(key)) return undefined;
    // The schema cannot do without this one.
    if (key === 'parameters') return '';
    return key === 'timestamp' ? new Date(String(value)) : value;
  }) as HistoryEvent;
}

/** Pages of up to 1,000 items, 100 by default (API reference). The token is the place to go on from. */
function paged<Item>(
  items: readonly Item[],
  { maxResults = 100, nextToken = '0' }: Page,
): { items: readonly Item[]; nextToken: string | undefined } {
  const from = Number(nextToken);
  if (!Number.isInteger(from) || from < 0 || from > items.length)
    throw new AwsError('InvalidToken', `Invalid Token: '${nextToken}'`);
  const to = from + Math.min(1_000, maxResults || 100);
  return { items: items.slice(from, to), nextToken: to < items.length ? String(to) : undefined };
}
