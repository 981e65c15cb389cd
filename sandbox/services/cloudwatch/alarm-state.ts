import type { AlarmInput, AlarmState, MetricQuery, StateValue } from './alarm.ts';
import { idOf } from './alarm.ts';
import { add, type Series, sumOf } from './metric-math.ts';
import { statistic } from './metric-statistics.ts';
import type { MetricStore } from './metric-store.ts';

interface Comparison {
  readonly holds: (value: number, threshold: number) => boolean;
  /** As reasons say it. */
  readonly words: string;
}

export const comparisons: Readonly<Record<string, Comparison>> = {
  GreaterThanThreshold: { holds: (value, threshold) => value > threshold, words: 'greater than' },
  GreaterThanOrEqualToThreshold: {
    holds: (value, threshold) => value >= threshold,
    words: 'greater than or equal to',
  },
  LessThanThreshold: { holds: (value, threshold) => value < threshold, words: 'less than' },
  LessThanOrEqualToThreshold: { holds: (value, threshold) => value <= threshold, words: 'less than or equal to' },
};

/**
 * The state of an alarm over its last evaluation periods that are over
 * (https://docs.aws.amazon.com/AmazonCloudWatch/latest/monitoring/AlarmThatSendsEmail.html). `before` is the state that it has.
 */
export function alarmState(alarm: AlarmInput, metrics: MetricStore, now: number, before: StateValue): AlarmState {
  const count = alarm.EvaluationPeriods ?? 1;
  const needed = alarm.DatapointsToAlarm ?? count;
  const series = seriesOf(alarm, metrics, now, count);
  const missing = count - series.size;
  const { holds, words } = comparisons[alarm.ComparisonOperator ?? ''] as Comparison;
  const threshold = alarm.Threshold ?? 0;
  const treat = alarm.TreatMissingData ?? 'missing';
  if (series.size === 0) return withoutData(treat, count, before);
  const breaching = [...series].filter(([, value]) => holds(value, threshold));
  const bad = breaching.length + (treat === 'breaching' ? missing : 0);
  const value = bad >= needed ? 'ALARM' : 'OK';
  return {
    value,
    // Read only when the state has changed, which is seldom.
    get reason() {
      const shown = value === 'ALARM' ? breaching : [...series];
      const was = `${shown.length === 1 ? 'was' : 'were'} ${value === 'ALARM' ? '' : 'not '}${words}`;
      const least = `(minimum ${needed} datapoint${needed === 1 ? '' : 's'} for ${before} -> ${value} transition)`;
      const list = shown.map(([at, number]) => `${decimal(number)} (${moment(at)})`).join(', ');
      return `Threshold Crossed: ${shown.length} out of the last ${count} datapoints [${list}] ${was} the threshold (${decimal(threshold)}) ${least}.`;
    },
  };
}

/** CloudWatch user guide, "Configuring how CloudWatch alarms treat missing data". */
function withoutData(treat: string, count: number, before: StateValue): AlarmState {
  const periods = `${count} period${count === 1 ? '' : 's'}`;
  const were = `${count} missing datapoint${count === 1 ? ' was' : 's were'} treated as`;
  const none = `Threshold Crossed: no datapoints were received for ${periods} and ${were}`;
  if (treat === 'breaching') return { value: 'ALARM', reason: `${none} [Breaching].` };
  if (treat === 'notBreaching') return { value: 'OK', reason: `${none} [NonBreaching].` };
  if (treat === 'ignore') return { value: before, reason: `${none} [Ignore].` };
  return { value: 'INSUFFICIENT_DATA', reason: `Insufficient Data: no datapoints were received for ${periods}.` };
}

function seriesOf(alarm: AlarmInput, metrics: MetricStore, now: number, count: number): Series {
  const queries = alarm.Metrics ?? [asQuery(alarm)];
  const returned = queries.find(({ ReturnData }) => ReturnData !== false);
  const period = (queries.find(({ MetricStat }) => MetricStat)?.MetricStat?.Period ?? 60) * 1_000;
  const end = Math.floor(now / period) * period;
  const values = ({ MetricStat: stat }: MetricQuery): Series => {
    if (!stat) return new Map();
    const found = metrics.periods(idOf(stat.Metric), end - count * period, end, period);
    return new Map([...found].map(([at, samples]) => [at, statistic(stat.Stat, samples)]));
  };
  if (returned?.Expression === undefined) return returned ? values(returned) : new Map();
  const periods = Array.from({ length: count }, (_, index) => end - (count - index) * period);
  return add(sumOf(returned.Expression), new Map(queries.map((query) => [query.Id, values(query)])), periods);
}

function asQuery({ Statistic, ExtendedStatistic, Period = 60, ...metric }: AlarmInput): MetricQuery {
  return { Id: 'm', MetricStat: { Metric: metric, Period, Stat: Statistic ?? ExtendedStatistic ?? 'Average' } };
}

function decimal(value: number): string {
  return Number.isInteger(value) ? value.toFixed(1) : String(value);
}

/** `14/05/25 01:55:00`, as in reasons of alarms. */
function moment(at: number): string {
  const [date = '', time = ''] = new Date(at).toISOString().split('T');
  const [year = '', month, day] = date.split('-');
  return `${day}/${month}/${year.slice(2)} ${time.slice(0, 8)}`;
}
