import { arnOf } from '../../aws/iam/resources.ts';
import type { Dimension, MetricId } from './metric-store.ts';

interface MetricName {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
}

interface MetricStat {
  readonly Metric: MetricName;
  readonly Period: number;
  readonly Stat: string;
}

/** A metric, or an expression over others. */
export interface MetricQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly Label?: string;
  readonly MetricStat?: MetricStat;
  /** Yes, by default. */
  readonly ReturnData?: boolean;
}

export interface AlarmInput extends MetricName {
  readonly AlarmName: string;
  readonly AlarmDescription?: string;
  /** Yes, by default. */
  readonly ActionsEnabled?: boolean;
  readonly OKActions?: readonly string[];
  readonly AlarmActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
  readonly Statistic?: string;
  readonly ExtendedStatistic?: string;
  readonly Period?: number;
  readonly EvaluationPeriods?: number;
  readonly DatapointsToAlarm?: number;
  readonly Threshold?: number;
  readonly ComparisonOperator?: string;
  readonly TreatMissingData?: string;
  readonly Metrics?: readonly MetricQuery[];
}

export type StateValue = 'OK' | 'ALARM' | 'INSUFFICIENT_DATA';

export interface AlarmState {
  readonly value: StateValue;
  readonly reason: string;
}

/** @returns the metric as the store knows it */
export function idOf(metric: MetricName): MetricId {
  return { namespace: metric.Namespace ?? '', name: metric.MetricName ?? '', dimensions: metric.Dimensions ?? [] };
}

/** @returns the ARN of the alarm of that name */
export function alarmArn(name: string): string {
  return arnOf('cloudwatch', `alarm:${name}`);
}
