import { account } from '../../aws/contract.ts';
import { type AlarmInput, type AlarmState, alarmArn, type MetricQuery, type StateValue } from './alarm.ts';
import type { Dimension } from './metric-store.ts';

/** The name of us-east-1 in notifications. */
const regionName = 'US East (N. Virginia)';

export interface AlarmChange {
  readonly alarm: AlarmInput;
  /** Epoch milliseconds at which it was put. */
  readonly updated: number;
  readonly before: StateValue;
  readonly state: AlarmState;
  /** Epoch milliseconds. */
  readonly at: number;
}

/** The subject of a notification. SNS takes less than 100 characters. */
export function alarmSubject({ alarm, state }: AlarmChange): string {
  const subject = `${state.value}: "${alarm.AlarmName}" in ${regionName}`;
  return subject.length < 100 ? subject : `${subject.slice(0, 96)}...`;
}

/**
 * What CloudWatch publishes when an alarm changes its state: members and order as messages recorded in May 2025 have them. With metric maths,
 * `Metrics` stand in `Trigger` in place of one metric.
 */
export function alarmMessage({ alarm, updated, before, state, at }: AlarmChange): string {
  return JSON.stringify({
    AlarmName: alarm.AlarmName,
    AlarmDescription: alarm.AlarmDescription ?? null,
    AWSAccountId: account,
    AlarmConfigurationUpdatedTimestamp: timestamp(updated),
    NewStateValue: state.value,
    NewStateReason: state.reason,
    StateChangeTime: timestamp(at),
    Region: regionName,
    AlarmArn: alarmArn(alarm.AlarmName),
    OldStateValue: before,
    OKActions: alarm.OKActions ?? [],
    AlarmActions: alarm.AlarmActions ?? [],
    InsufficientDataActions: alarm.InsufficientDataActions ?? [],
    Trigger: {
      ...(alarm.Metrics === undefined ? oneMetric(alarm) : { Period: periodOf(alarm.Metrics) }),
      EvaluationPeriods: alarm.EvaluationPeriods,
      ...(alarm.DatapointsToAlarm !== undefined && { DatapointsToAlarm: alarm.DatapointsToAlarm }),
      ComparisonOperator: alarm.ComparisonOperator,
      Threshold: alarm.Threshold,
      TreatMissingData: alarm.TreatMissingData ?? 'missing',
      EvaluateLowSampleCountPercentile: '',
      ...(alarm.Metrics !== undefined && { Metrics: alarm.Metrics.map(queryOf) }),
    },
  });
}

function oneMetric({ MetricName, Namespace, Statistic, ExtendedStatistic, Dimensions, Period }: AlarmInput) {
  const of =
    Statistic === undefined
      ? { StatisticType: 'ExtendedStatistic', ExtendedStatistic }
      : { StatisticType: 'Statistic', Statistic: statistics[Statistic] };
  return { MetricName, Namespace, ...of, Unit: null, Dimensions: dimensions(Dimensions), Period };
}

const statistics: Readonly<Record<string, string>> = {
  SampleCount: 'SAMPLE_COUNT',
  Average: 'AVERAGE',
  Sum: 'SUM',
  Minimum: 'MINIMUM',
  Maximum: 'MAXIMUM',
};

function periodOf(queries: readonly MetricQuery[]): number | undefined {
  return queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period;
}

function queryOf({ MetricStat: stat, ReturnData = true, ...query }: MetricQuery): object {
  if (!stat) return { ...query, ReturnData };
  const Metric = { ...stat.Metric, Dimensions: dimensions(stat.Metric.Dimensions) };
  return { ...query, MetricStat: { ...stat, Metric }, ReturnData };
}

function dimensions(given: readonly Dimension[] = []): object[] {
  return given.map(({ Name, Value }) => ({ value: Value, name: Name }));
}

/** `2025-05-14T01:58:11.589+0000`. */
function timestamp(at: number): string {
  return new Date(at).toISOString().replace('Z', '+0000');
}
