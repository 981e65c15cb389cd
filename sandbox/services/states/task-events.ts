import type { HistoryEventType } from '@aws-sdk/client-sfn';
import { region } from '../../aws/contract.ts';
import type { StateFailure } from './failure.ts';
import type { Frame } from './frame.ts';
import { type EventDetails, type History, whole } from './history.ts';
import type { Integration } from './integration.ts';
import type { Json } from './json.ts';

/** Writes the events of one attempt of a task. */
export interface TaskEvents {
  scheduled(parameters: Json, timeoutInSeconds?: number, heartbeatInSeconds?: number): void;
  started(): void;
  submitted(output: Json): void;
  succeeded(output: Json): void;
  failed(failure: StateFailure): void;
}

type Add = (type: HistoryEventType, details?: EventDetails) => void;

/** `Task*` events for service integrations, `LambdaFunction*` for a function's own ARN. */
export function taskEvents(history: History, frame: Frame, integration: Integration): TaskEvents {
  const add: Add = (type, details) => {
    frame.previous = history.add(type, frame.previous, details);
  };
  return integration.functionArn === undefined
    ? serviceEvents(add, integration)
    : functionEvents(add, integration.functionArn);
}

function serviceEvents(add: Add, { resourceType, resource }: Integration): TaskEvents {
  const what = { resourceType, resource };
  return {
    scheduled: (parameters, timeoutInSeconds, heartbeatInSeconds) =>
      add('TaskScheduled', {
        taskScheduledEventDetails: {
          ...what,
          region,
          parameters: JSON.stringify(parameters),
          ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
          ...(heartbeatInSeconds !== undefined && { heartbeatInSeconds }),
        },
      }),
    started: () => add('TaskStarted', { taskStartedEventDetails: what }),
    submitted: (output) =>
      add('TaskSubmitted', {
        taskSubmittedEventDetails: { ...what, output: JSON.stringify(output), outputDetails: whole },
      }),
    succeeded: (output) =>
      add('TaskSucceeded', {
        taskSucceededEventDetails: { ...what, output: JSON.stringify(output), outputDetails: whole },
      }),
    failed: (failure) =>
      failure.error === 'States.Timeout'
        ? add('TaskTimedOut', { taskTimedOutEventDetails: { ...what, ...failure.details } })
        : add('TaskFailed', { taskFailedEventDetails: { ...what, ...failure.details } }),
  };
}

function functionEvents(add: Add, resource: string): TaskEvents {
  return {
    scheduled: (parameters, timeoutInSeconds) =>
      add('LambdaFunctionScheduled', {
        lambdaFunctionScheduledEventDetails: {
          resource,
          input: JSON.stringify(parameters),
          inputDetails: whole,
          ...(timeoutInSeconds !== undefined && { timeoutInSeconds }),
        },
      }),
    started: () => add('LambdaFunctionStarted'),
    submitted: () => undefined,
    succeeded: (output) =>
      add('LambdaFunctionSucceeded', {
        lambdaFunctionSucceededEventDetails: { output: JSON.stringify(output), outputDetails: whole },
      }),
    failed: (failure) =>
      failure.error === 'States.Timeout'
        ? add('LambdaFunctionTimedOut', { lambdaFunctionTimedOutEventDetails: failure.details })
        : add('LambdaFunctionFailed', { lambdaFunctionFailedEventDetails: failure.details }),
  };
}
