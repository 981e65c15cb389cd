import { AwsError } from '../../aws/contract.ts';
import type { ScheduleInput } from './contract.ts';
import { type Expression, parseExpression } from './expression.ts';
import { isZone } from './zone.ts';

/** Actions that only read are no targets (user guide, "Using universal targets", unsupported actions). */
const reads =
  /^(get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe|batchRead|transactGet|adminGet|adminList|testMigration|retrieve|testConnection|translateDocument|isAuthorized|invokeModel)/;

/** The expression of a schedule that AWS would take. Throws `ValidationException`. */
export function checkSchedule(given: ScheduleInput, now: number): Expression {
  const expression = parseExpression(given.ScheduleExpression);
  if (!expression) throw invalid(`Invalid Schedule Expression ${given.ScheduleExpression}.`);
  const zone = given.ScheduleExpressionTimezone;
  if (zone !== undefined && !isZone(zone)) throw invalid('Invalid Schedule Expression Timezone.');
  checkWindow(given);
  const { StartDate, EndDate, Target } = given;
  if (StartDate && EndDate && StartDate >= EndDate) throw invalid('The StartDate must come before the EndDate.');
  if (EndDate && EndDate.getTime() < now) throw invalid('The EndDate must not be in the past.');
  const action = /^arn:aws:scheduler:::aws-sdk:[^:]+:([^:]+)$/.exec(Target.Arn)?.[1];
  if (action && reads.test(action)) throw invalid(`Provided action ${action} is not supported as a target.`);
  if (Target.Arn.startsWith('arn:aws:events:') && !Target.EventBridgeParameters)
    throw invalid('EventBridgeParameters must be specified for a target that is an event bus.');
  return expression;
}

function checkWindow({ FlexibleTimeWindow: { Mode, MaximumWindowInMinutes: minutes } }: ScheduleInput): void {
  if (Mode === 'OFF' && minutes !== undefined)
    throw invalid('MaximumWindowInMinutes must not be specified when the FlexibleTimeWindow is OFF.');
  if (Mode === 'FLEXIBLE' && (minutes === undefined || minutes < 1 || minutes > 1_440))
    throw invalid('MaximumWindowInMinutes must be between 1 and 1440 when the FlexibleTimeWindow is FLEXIBLE.');
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationException', message);
}
