import { account, person, region } from '../aws/contract.ts';
import type { ResourceType } from './contract.ts';
import { physicalName } from './physical-name.ts';

const logGroup: ResourceType = {
  properties: ['LogGroupName', 'RetentionInDays'],
  noEffect: { KmsKeyId: 'there is no KMS here' },
  async create(destination, properties, logicalId) {
    const logGroupName = physicalName(destination, properties, 'LogGroupName', logicalId, 512);
    await destination.cloud.call('logs', 'CreateLogGroup', { logGroupName }, person);
    const retentionInDays = properties['RetentionInDays'];
    if (retentionInDays !== undefined) {
      await destination.cloud.call('logs', 'PutRetentionPolicy', { logGroupName, retentionInDays }, person);
    }
    return { ref: logGroupName, attributes: { Arn: `arn:aws:logs:${region}:${account}:log-group:${logGroupName}:*` } };
  },
  remove: ({ cloud }, { created }) => cloud.call('logs', 'DeleteLogGroup', { logGroupName: created.ref }, person),
};

const alarmProperties = [
  'ActionsEnabled',
  'AlarmActions',
  'AlarmName',
  'AlarmDescription',
  'ComparisonOperator',
  'DatapointsToAlarm',
  'Dimensions',
  'EvaluationPeriods',
  'ExtendedStatistic',
  'InsufficientDataActions',
  'MetricName',
  'Metrics',
  'Namespace',
  'OKActions',
  'Period',
  'Statistic',
  'Threshold',
  'TreatMissingData',
];

const alarm: ResourceType = {
  properties: alarmProperties,
  async create(destination, properties, logicalId) {
    const AlarmName = physicalName(destination, properties, 'AlarmName', logicalId, 255);
    await destination.cloud.call('monitoring', 'PutMetricAlarm', { ...properties, AlarmName }, person);
    return { ref: AlarmName, attributes: { Arn: `arn:aws:cloudwatch:${region}:${account}:alarm:${AlarmName}` } };
  },
  changes: alarmProperties.filter((name) => name !== 'AlarmName'),
  async update({ cloud }, { created, after }) {
    await cloud.call('monitoring', 'PutMetricAlarm', { ...after, AlarmName: created.ref }, person);
  },
  remove: ({ cloud }, { created }) => cloud.call('monitoring', 'DeleteAlarms', { AlarmNames: [created.ref] }, person),
};

const dashboard: ResourceType = {
  properties: ['DashboardName', 'DashboardBody'],
  async create(destination, properties, logicalId) {
    const DashboardName = physicalName(destination, properties, 'DashboardName', logicalId, 255);
    const { DashboardBody } = properties;
    await destination.cloud.call('monitoring', 'PutDashboard', { DashboardName, DashboardBody }, person);
    return { ref: DashboardName, attributes: {} };
  },
  changes: ['DashboardBody'],
  async update({ cloud }, { created, after: { DashboardBody } }) {
    await cloud.call('monitoring', 'PutDashboard', { DashboardName: created.ref, DashboardBody }, person);
  },
};

export const watchTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Logs::LogGroup': logGroup,
  'AWS::CloudWatch::Alarm': alarm,
  'AWS::CloudWatch::Dashboard': dashboard,
};
