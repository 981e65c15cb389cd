import type { SandboxClock } from '../../clock.ts';
import { statistic } from './metric-statistics.ts';
import type { Dimension, MetricStore } from './metric-store.ts';

export interface AlarmInput {
  readonly AlarmName: string;
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold?: number;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
  /** The other way to name a metric, with a label for instance; more than one are metric maths. */
  readonly Metrics?: readonly {
    readonly Id?: string;
    readonly MetricStat?: { readonly Metric: MetricName; readonly Period: number; readonly Stat: string };
  }[];
}

interface MetricName {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
}

export interface AlarmState {
  readonly value: 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';
  readonly reason: string;
}

const comparisons: Readonly<Record<string, (value: number, threshold: number) => boolean>> = {
  GreaterThanThreshold: (value, threshold) => value > threshold,
  GreaterThanOrEqualToThreshold: (value, threshold) => value >= threshold,
  LessThanThreshold: (value, threshold) => value < threshold,
  LessThanOrEqualToThreshold: (value, threshold) => value <= threshold,
};

/**
 * The state of an alarm on one metric over its last evaluation periods
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html). What the sandbox cannot evaluate, such as
 * metric maths, is INSUFFICIENT_DATA and says so.
 */
export function alarmState(given: AlarmInput, metrics: MetricStore, clock: SandboxClock): AlarmState {
  const alarm = onOneMetric(given);
  const compare = comparisons[alarm.ComparisonOperator ?? ''];
  const { Namespace: namespace, MetricName: name, Threshold: threshold } = alarm;
  if (!compare || !namespace || !name || threshold === undefined) {
    return {
      value: 'INSUFFICIENT_DATA',
      reason: 'The sandbox evaluates alarms on one metric with a fixed threshold only.',
    };
  }
  const periodMs = (alarm.Period ?? 60) * 1000;
  const periods = alarm.EvaluationPeriods ?? 1;
  const needed = alarm.DatapointsToAlarm ?? periods;
  const end = Math.floor(clock.now() / periodMs) * periodMs;
  const values = metrics.periods(
    { namespace, name, dimensions: alarm.Dimensions ?? [] },
    end - periods * periodMs,
    end,
    periodMs,
  );
  const missing = periods - values.size;
  const breaching = [...values.values()].filter((period) =>
    compare(statistic(alarm.Statistic ?? alarm.ExtendedStatistic ?? 'Average', period), threshold),
  ).length;
  const treat = alarm.TreatMissingData ?? 'missing';
  if (values.size === 0 && (treat === 'missing' || treat === 'ignore')) {
    return {
      value: 'INSUFFICIENT_DATA',
      reason: `No datapoints of ${namespace}/${name} in the last ${periods} periods.`,
    };
  }
  const bad = breaching + (treat === 'breaching' ? missing : 0);
  const reason = `${breaching} of ${values.size} datapoints in the last ${periods} periods were ${alarm.ComparisonOperator} ${threshold}.`;
  return { value: bad >= needed ? 'ALARM' : 'OK', reason };
}

/** An alarm whose list of metrics has one member, as if it named that metric itself. */
function onOneMetric(alarm: AlarmInput): AlarmInput {
  const [only, ...others] = alarm.Metrics ?? [];
  if (!only?.MetricStat || others.length > 0) return alarm;
  const { Metric, Period, Stat } = only.MetricStat;
  return { ...alarm, ...Metric, Period, Statistic: Stat };
}
