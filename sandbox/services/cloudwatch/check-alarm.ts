import { AwsError, notImplemented } from '../../aws/contract.ts';
import type { AlarmInput, MetricQuery } from './alarm.ts';
import { comparisons } from './alarm-state.ts';
import { sumOf } from './metric-math.ts';

/** "An alarm based on a metric math expression can reference up to 10 metrics" (CloudWatch user guide). */
const mostMetrics = 10;

/**
 * Throws for an alarm that AWS refuses, and for one that the sandbox cannot evaluate or act on: composite alarms, anomaly detection,
 * expressions other than sums, actions other than topics.
 */
export function checkAlarm(alarm: AlarmInput): void {
  if (alarm.ComparisonOperator === undefined || !Object.hasOwn(comparisons, alarm.ComparisonOperator))
    throw notImplemented(`alarms with the comparison '${alarm.ComparisonOperator}'`);
  if (alarm.Threshold === undefined) throw notImplemented('alarms without a fixed threshold');
  const actions = [alarm.OKActions, alarm.AlarmActions, alarm.InsufficientDataActions].flatMap((each) => each ?? []);
  const other = actions.find((action) => !action.startsWith('arn:aws:sns:'));
  if (other !== undefined) throw notImplemented(`the alarm action '${other}'`);
  if (alarm.Metrics === undefined) {
    if (alarm.MetricName === undefined) throw invalid('One of MetricName, Metrics is required');
    return;
  }
  if (alarm.MetricName !== undefined) throw invalid('MetricName and Metrics must not be given together');
  checkMetrics(alarm.Metrics);
}

function checkMetrics(queries: readonly MetricQuery[]): void {
  const [returned, another] = queries.filter(({ ReturnData }) => ReturnData !== false);
  if (!returned || another) throw invalid('Exactly one element of the metrics list should return data.');
  const stats = queries.filter(({ MetricStat }) => MetricStat !== undefined);
  if (stats.length > mostMetrics) throw invalid(`An alarm takes up to ${mostMetrics} metrics`);
  if (new Set(stats.map(({ MetricStat }) => MetricStat?.Period)).size > 1)
    throw notImplemented('alarms on metrics of several periods');
  const expressions = queries.filter(({ Expression }) => Expression !== undefined);
  const nested = expressions.find((query) => query !== returned);
  if (nested) throw notImplemented(`the metric expression '${nested.Expression}' within another one`);
  for (const { id } of returned.Expression === undefined ? [] : sumOf(returned.Expression))
    if (!stats.some(({ Id }) => Id === id)) throw invalid(`Undefined variable '${id}' in '${returned.Expression}'`);
}

function invalid(message: string): AwsError {
  return new AwsError('ValidationError', message);
}
