import { AwsError, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';
import { type AlarmInput, alarmArn, idOf } from './alarm.ts';
import type { Alarms } from './alarms.ts';
import { statistic } from './metric-statistics.ts';
import type { Dimension, MetricId, MetricStore } from './metric-store.ts';

interface Datum {
  readonly MetricName: string;
  readonly Dimensions?: readonly Dimension[];
  readonly Timestamp?: Date;
  readonly Value?: number;
  readonly Values?: readonly number[];
  readonly Counts?: readonly number[];
  readonly StatisticValues?: object;
  readonly Unit?: string;
}

interface DataQuery {
  readonly Id: string;
  readonly Expression?: string;
  readonly Label?: string;
  readonly ReturnData?: boolean;
  readonly MetricStat?: { readonly Metric: Metric; readonly Period: number; readonly Stat: string };
}

interface Metric {
  readonly Namespace?: string;
  readonly MetricName?: string;
  readonly Dimensions?: readonly Dimension[];
}

interface Range {
  readonly StartTime: Date;
  readonly EndTime: Date;
}

const metricMembers = ['Namespace', 'MetricName', 'Dimensions', 'Statistic', 'ExtendedStatistic', 'Period', 'Metrics'];
const alarmMembers = [
  'AlarmName',
  'AlarmDescription',
  'ActionsEnabled',
  'OKActions',
  'AlarmActions',
  'InsufficientDataActions',
  'EvaluationPeriods',
  'DatapointsToAlarm',
  'Threshold',
  'ComparisonOperator',
  'TreatMissingData',
  'Tags',
];

/** Amazon CloudWatch: metrics that were put or embedded in logs, alarms that tell topics, and dashboards as text. */
export function cloudWatchService(tools: {
  readonly clock: SandboxClock;
  readonly metrics: MetricStore;
  readonly alarms: Alarms;
}): Service {
  return {
    name: 'monitoring',
    uses: {
      PutMetricData: ['Namespace', 'MetricData', 'StrictEntityValidation'],
      ListMetrics: ['Namespace', 'MetricName', 'Dimensions'],
      GetMetricData: ['StartTime', 'EndTime', 'MetricDataQueries', 'ScanBy'],
      GetMetricStatistics: [
        'Namespace',
        'MetricName',
        'Dimensions',
        'StartTime',
        'EndTime',
        'Period',
        'Statistics',
        'ExtendedStatistics',
      ],
      DescribeAlarms: ['AlarmNames', 'AlarmNamePrefix', 'StateValue'],
      PutMetricAlarm: [...metricMembers, ...alarmMembers],
      PutDashboard: ['DashboardName', 'DashboardBody'],
      ListDashboards: [],
    },
    operations: {
      ...metricOperations(tools.metrics, tools.clock),
      ...alarmOperations(tools.alarms),
      ...dashboardOperations(),
    },
  };
}

function metricOperations(metrics: MetricStore, clock: SandboxClock): Service['operations'] {
  return {
    PutMetricData: (input: { Namespace: string; MetricData?: readonly Datum[] }) => {
      for (const datum of input.MetricData ?? []) putDatum(metrics, input.Namespace, datum, clock.now());
    },
    ListMetrics: (input: Metric) => ({ Metrics: listMetrics(metrics, input) }),
    GetMetricData: (input: Range & { MetricDataQueries: readonly DataQuery[]; ScanBy?: string }) => ({
      MetricDataResults: input.MetricDataQueries.filter((query) => query.ReturnData !== false).map((query) =>
        dataResult(metrics, input, query),
      ),
    }),
    GetMetricStatistics: (input: StatisticsInput) => metricStatistics(metrics, input),
  };
}

interface StatisticsInput extends Range, Metric {
  readonly Period: number;
  readonly Statistics?: readonly string[];
  readonly ExtendedStatistics?: readonly string[];
}

function metricStatistics(metrics: MetricStore, input: StatisticsInput) {
  const periods = metrics.periods(idOf(input), input.StartTime.getTime(), input.EndTime.getTime(), input.Period * 1000);
  const extended = input.ExtendedStatistics ?? [];
  const datapoints = [...periods].map(([at, values]) => ({
    Timestamp: new Date(at),
    Unit: 'None',
    ...Object.fromEntries((input.Statistics ?? []).map((name) => [name, statistic(name, values)])),
    ...(extended.length > 0
      ? { ExtendedStatistics: Object.fromEntries(extended.map((name) => [name, statistic(name, values)])) }
      : {}),
  }));
  return { Label: input.MetricName, Datapoints: datapoints };
}

function listMetrics(metrics: MetricStore, input: Metric) {
  const wanted = (metric: MetricId) =>
    (!input.Namespace || metric.namespace === input.Namespace) &&
    (!input.MetricName || metric.name === input.MetricName) &&
    (input.Dimensions ?? []).every((dimension) =>
      metric.dimensions.some(
        (have) => have.Name === dimension.Name && (!dimension.Value || have.Value === dimension.Value),
      ),
    );
  return metrics
    .all()
    .filter(wanted)
    .map((metric) => ({ Namespace: metric.namespace, MetricName: metric.name, Dimensions: [...metric.dimensions] }));
}

function putDatum(metrics: MetricStore, namespace: string, datum: Datum, now: number): void {
  if (datum.StatisticValues !== undefined)
    throw new AwsError('NotImplementedInSandbox', 'The sandbox does not implement StatisticValues.', 501);
  const id = { namespace, name: datum.MetricName, dimensions: datum.Dimensions ?? [] };
  const at = datum.Timestamp?.getTime() ?? now;
  if (datum.Value !== undefined) metrics.put(id, at, datum.Value, 1, datum.Unit);
  for (const [index, value] of (datum.Values ?? []).entries())
    metrics.put(id, at, value, datum.Counts?.[index] ?? 1, datum.Unit);
}

function dataResult(metrics: MetricStore, range: Range & { ScanBy?: string }, query: DataQuery) {
  if (!query.MetricStat)
    throw new AwsError(
      'NotImplementedInSandbox',
      `The sandbox does not evaluate the metric expression '${query.Expression}'.`,
      501,
    );
  const { Metric: metric, Period, Stat } = query.MetricStat;
  const periods = [...metrics.periods(idOf(metric), range.StartTime.getTime(), range.EndTime.getTime(), Period * 1000)];
  // "TimestampDescending ... is used by default": https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_GetMetricData.html
  if (range.ScanBy !== 'TimestampAscending') periods.reverse();
  return {
    Id: query.Id,
    Label: query.Label ?? metric.MetricName,
    Timestamps: periods.map(([at]) => new Date(at)),
    Values: periods.map(([, values]) => statistic(Stat, values)),
    StatusCode: 'Complete',
  };
}

function alarmOperations(alarms: Alarms): Service['operations'] {
  return {
    PutMetricAlarm: ({ Tags: _tags, ...input }: AlarmInput & { Tags?: unknown }) => alarms.put(input),
    DeleteAlarms: (input: { AlarmNames: readonly string[] }) => {
      for (const name of input.AlarmNames) alarms.remove(name);
    },
    DescribeAlarms: (input: { AlarmNames?: readonly string[]; AlarmNamePrefix?: string; StateValue?: string }) => {
      const described = alarms.all().map((alarm) => ({
        ...alarm.input,
        ActionsEnabled: alarm.input.ActionsEnabled ?? true,
        AlarmArn: alarmArn(alarm.input.AlarmName),
        AlarmConfigurationUpdatedTimestamp: alarm.updated,
        StateValue: alarm.state.value,
        StateReason: alarm.state.reason,
        StateUpdatedTimestamp: alarm.stateUpdated,
      }));
      const wanted = described.filter(
        (alarm) =>
          (!input.AlarmNames || input.AlarmNames.includes(alarm.AlarmName)) &&
          alarm.AlarmName.startsWith(input.AlarmNamePrefix ?? '') &&
          (!input.StateValue || alarm.StateValue === input.StateValue),
      );
      return { MetricAlarms: wanted, CompositeAlarms: [] };
    },
  };
}

function dashboardOperations(): Service['operations'] {
  const dashboards = new Map<string, string>();
  return {
    PutDashboard: (input: { DashboardName: string; DashboardBody: string }) => {
      dashboards.set(input.DashboardName, input.DashboardBody);
      return { DashboardValidationMessages: [] };
    },
    GetDashboard: (input: { DashboardName: string }) => {
      const body = dashboards.get(input.DashboardName);
      if (body === undefined)
        throw new AwsError('DashboardNotFoundError', `Dashboard ${input.DashboardName} does not exist`, 404);
      const arn = arnOf('cloudwatch', `dashboard/${input.DashboardName}`).replace(/:us-east-1:/, '::');
      return { DashboardName: input.DashboardName, DashboardArn: arn, DashboardBody: body };
    },
    ListDashboards: () => ({ DashboardEntries: [...dashboards.keys()].map((name) => ({ DashboardName: name })) }),
  };
}
