import type { OutcomeEvents } from '../../shared/workflow/outcome-event.ts';
import { type Expression, expression, listOf } from './expression.ts';
import { context, type Flow, type StateError } from './flow.ts';

/** What every workflow keeps, for its reports. */
export interface Reported {
  readonly cluster: string;
  /** What the run is about. */
  readonly subject: string;
  /** A person's own words. */
  readonly why: string;
  readonly outcome: string;
  readonly failure: StateError;
}

interface ReportProps {
  /** The workflow's name. */
  readonly workflow: string;
  readonly reasons: Expression<OutcomeEvents['Workflow Finished']['reasons']>;
  /** What the execution gives at its end besides. */
  readonly outputs?: object;
}

/** What an execution says of itself in every event, and the two states in which it ends. */
export function reports<Variables extends Reported>(
  flow: Flow<Variables>,
  { workflow, reasons, outputs }: ReportProps,
) {
  const v = flow.v as Flow<Reported>['v'];
  const identity = { workflow, cluster: v.cluster, subject: v.subject, why: v.why };
  const told = { ...identity, executionArn: context.executionArn, startedAt: context.startTime };
  const finishedAt = context.enteredTime;
  const end = flow.publish(
    'Report the end',
    'Workflow Finished',
    { ...told, outcome: v.outcome, reasons, finishedAt },
    { outputs: { ...identity, outcome: v.outcome, reasons, ...outputs } },
  );
  const failure = flow.publish('Report the failure', 'Workflow Finished', {
    ...told,
    outcome: 'Failed',
    reasons,
    error: v.failure,
    finishedAt,
  });
  failure.next(flow.fail('Failed', v.failure.Error, v.failure.Cause));
  return { told, end, failure };
}

/** Keeps the error of a state that failed. */
export const keepFailure = (error: Expression<StateError>) => ({ failure: error });

/** The reason of a run that was paused. Lambda gives the error that a function threw as JSON (developer guide, "Error handling"). */
export function pausedBy<Reason>(error: Expression<StateError>, about: Expression<string>): Expression<Reason[]> {
  const text = expression<string>(`$parse(${error.jsonata}.Cause).errorMessage`);
  return listOf({ code: 'Paused', about, text }) as Expression<Reason[]>;
}

/** A member of the execution's input as text, whatever it is; empty when it is not there. */
export function inputText(member: string): Expression<string> {
  const given = `${context.input.jsonata}.${member}`;
  return expression(`$exists(${given}) ? $string(${given}) : ""`);
}
