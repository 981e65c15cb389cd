import { account } from '../../contract.ts';
import { type ActionTable, arn, on } from './rule.ts';

/** Logs, metrics and alarms. */
export const observabilityActions: ActionTable = {
  logs: {
    ...on(arn('logs', 'log-group:{logGroupName}'), 'CreateLogGroup', 'PutRetentionPolicy', 'DeleteLogGroup'),
    ...on(
      arn('logs', 'log-group:{logGroupName}:*'),
      'DescribeLogStreams',
      'FilterLogEvents',
      'GetLogEvents',
      'CreateLogStream',
    ),
    ...on(arn('logs', 'log-group:{logGroupName}:log-stream:{logStreamName}'), 'PutLogEvents'),
    ...on(arn('logs', 'log-group:*'), 'DescribeLogGroups'),
  },
  monitoring: {
    ...on(
      '*',
      'PutMetricData',
      'GetMetricData',
      'GetMetricStatistics',
      'ListMetrics',
      'DescribeAlarms',
      'ListDashboards',
    ),
    ...on(arn('cloudwatch', 'alarm:{AlarmName}'), 'PutMetricAlarm'),
    ...on(`arn:aws:cloudwatch::${account}:dashboard/{DashboardName}`, 'PutDashboard', 'GetDashboard'),
  },
};
