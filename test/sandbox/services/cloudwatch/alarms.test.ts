import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { seededRandom } from '../../../../sandbox/random.ts';
import { Alarms } from '../../../../sandbox/services/cloudwatch/alarms.ts';
import { MetricStore } from '../../../../sandbox/services/cloudwatch/metric-store.ts';
import { cloudWatchService } from '../../../../sandbox/services/cloudwatch/service.ts';
import { LogStore } from '../../../../sandbox/services/logs/log-store.ts';
import { Outbox } from '../../../../sandbox/services/sns/outbox.ts';
import { snsService } from '../../../../sandbox/services/sns/service.ts';
import { Topics } from '../../../../sandbox/services/sns/topics.ts';
import { start, type TestCloud, testCloud } from '../../aws/support.ts';

const topicArn = 'arn:aws:sns:us-east-1:000000000000:alarms';
const errors = (name: string) => ({
  namespace: 'AWS/Lambda',
  name: 'Errors',
  dimensions: [{ Name: 'FunctionName', Value: name }],
});
const stat = (name: string) => ({
  Metric: {
    Namespace: 'AWS/Lambda',
    MetricName: 'Errors',
    Dimensions: [{ Name: 'FunctionName', Value: name }],
  },
  Period: 60,
  Stat: 'Sum',
});
const basics = { EvaluationPeriods: 1, Threshold: 1, ComparisonOperator: 'GreaterThanThreshold' };
const one = {
  ...basics,
  AlarmName: 'one',
  Namespace: 'AWS/Lambda',
  MetricName: 'Errors',
  Statistic: 'Sum',
  Period: 60,
  Dimensions: errors('f').dimensions,
};
const sum = (Expression: string) => ({
  ...basics,
  AlarmName: 'sum',
  Metrics: [
    { Id: 'expr_1', Expression, ReturnData: true },
    { Id: 'm0', MetricStat: stat('f'), ReturnData: false },
    { Id: 'm1', MetricStat: stat('g'), ReturnData: false },
  ],
});

let world: TestCloud;
let metrics: MetricStore;
let alarms: Alarms;
let outbox: Outbox;
let topics: Topics;
let failures: string[];

beforeEach(() => {
  world = testCloud();
  const { clock, cloud } = world;
  metrics = new MetricStore(new LogStore(clock));
  alarms = new Alarms({ cloud, metrics });
  outbox = new Outbox();
  topics = new Topics({ clock, random: seededRandom(5), outbox });
  cloud.add(cloudWatchService({ clock, metrics, alarms }), snsService(topics));
  topics.create('alarms');
  const { token } = topics.subscribe(topicArn, 'ops@example.com');
  topics.confirm(topicArn, token);
  failures = [];
  alarms.onChange((_change, failed) => failures.push(...failed));
});

afterEach(() => world.clock.close());

const call = <Output>(service: string, operation: string, input: object) =>
  world.cloud.call<Output>(service, operation, input, { kind: 'person' });
const putAlarm = (input: object) => call('monitoring', 'PutMetricAlarm', input);
const stateOf = async (name: string) => {
  const { MetricAlarms } = await call<{ MetricAlarms: { StateValue: string; StateReason: string }[] }>(
    'monitoring',
    'DescribeAlarms',
    { AlarmNames: [name] },
  );
  return MetricAlarms[0];
};
/** A period is over, and everything that it set off has ended. */
const minute = async () => {
  await world.clock.letPass(60_000);
  alarms.look();
  await world.clock.goUntil(() => alarms.acting === 0);
};
/** What alarms have mailed. */
const mails = () => outbox.mails.filter(({ subject }) => !subject.includes('Confirmation'));

describe('an alarm', () => {
  it('begins without data, goes off beyond its threshold, and is quiet again', async () => {
    await putAlarm(one);
    expect(await stateOf('one')).toMatchObject({ StateValue: 'INSUFFICIENT_DATA' });
    metrics.put(errors('f'), start, 2);
    await minute();
    expect(await stateOf('one')).toMatchObject({
      StateValue: 'ALARM',
      StateReason:
        'Threshold Crossed: 1 out of the last 1 datapoints [2.0 (01/01/26 00:00:00)] was greater than the threshold (1.0) (minimum 1 datapoint for INSUFFICIENT_DATA -> ALARM transition).',
    });
    metrics.put(errors('f'), start + 60_000, 1);
    await minute();
    expect((await stateOf('one'))?.StateValue).toBe('OK');
  });

  it.each([
    ['missing', 'INSUFFICIENT_DATA'],
    ['notBreaching', 'OK'],
    ['breaching', 'ALARM'],
    ['ignore', 'ALARM'],
  ])('that treats missing data as %s is %s when none has come', async (TreatMissingData, expected) => {
    await putAlarm({ ...one, TreatMissingData });
    metrics.put(errors('f'), start, 2);
    await minute();
    expect((await stateOf('one'))?.StateValue).toBe('ALARM');
    await minute();
    expect((await stateOf('one'))?.StateValue).toBe(expected);
  });

  it('counts the datapoints that it needs of its last periods', async () => {
    await putAlarm({ ...one, EvaluationPeriods: 3, DatapointsToAlarm: 2 });
    metrics.put(errors('f'), start, 5);
    await minute();
    expect((await stateOf('one'))?.StateValue).toBe('OK');
    metrics.put(errors('f'), start + 120_000, 5);
    await minute();
    await minute();
    expect((await stateOf('one'))?.StateValue).toBe('ALARM');
  });
});

describe('an alarm on a sum', () => {
  it('adds its metrics period by period', async () => {
    await putAlarm(sum('m0 + m1'));
    metrics.put(errors('f'), start, 1);
    metrics.put(errors('g'), start, 1);
    await minute();
    expect((await stateOf('sum'))?.StateValue).toBe('ALARM');
  });

  it('has no data when one of them has none, unless it is filled', async () => {
    await putAlarm(sum('m0 + m1'));
    await putAlarm({ ...sum('FILL(m0, 0) + FILL(m1,0)'), AlarmName: 'filled' });
    metrics.put(errors('f'), start, 9);
    await minute();
    expect((await stateOf('sum'))?.StateValue).toBe('INSUFFICIENT_DATA');
    expect((await stateOf('filled'))?.StateValue).toBe('ALARM');
  });
});

describe('an alarm is refused', () => {
  it.each([
    ['for another expression', sum('m0 / m1'), /the metric expression 'm0 \/ m1'/],
    ['for a function', sum('MAX(METRICS())'), /'MAX\(METRICS\(\)\)'/],
    ['for a metric that it does not have', sum('m0 + m7'), /Undefined variable 'm7'/],
    [
      'for anomaly detection',
      { ...one, ComparisonOperator: 'GreaterThanUpperThreshold' },
      /'GreaterThanUpperThreshold'/,
    ],
    [
      'for an action that is no topic',
      { ...one, AlarmActions: ['arn:aws:lambda:us-east-1:000000000000:function:f'] },
      /the alarm action 'arn:aws:lambda/,
    ],
    ['for a member without effect', { ...one, Unit: 'Count' }, /Unit of monitoring:PutMetricAlarm/],
  ])('%s, by its name', async (_what, input, message) => {
    await expect(putAlarm(input)).rejects.toThrow(message);
  });
});

describe('the actions of an alarm', () => {
  it('tell the topic of its change in the words of CloudWatch', async () => {
    await putAlarm({ ...one, AlarmDescription: 'fails', AlarmActions: [topicArn], TreatMissingData: 'notBreaching' });
    await minute();
    expect(mails()).toEqual([]);
    metrics.put(errors('f'), start + 60_000, 3);
    await minute();
    expect(mails()).toHaveLength(1);
    const [mail] = mails();
    expect(mail).toMatchObject({ to: 'ops@example.com', subject: 'ALARM: "one" in US East (N. Virginia)' });
    expect(JSON.parse(mail?.body ?? '')).toEqual({
      AlarmName: 'one',
      AlarmDescription: 'fails',
      AWSAccountId: '000000000000',
      AlarmConfigurationUpdatedTimestamp: '2026-01-01T00:00:00.000+0000',
      NewStateValue: 'ALARM',
      NewStateReason: expect.stringMatching(/^Threshold Crossed: 1 out of the last 1 datapoints \[3\.0 .*OK -> ALARM/),
      StateChangeTime: '2026-01-01T00:02:00.000+0000',
      Region: 'US East (N. Virginia)',
      AlarmArn: 'arn:aws:cloudwatch:us-east-1:000000000000:alarm:one',
      OldStateValue: 'OK',
      OKActions: [],
      AlarmActions: [topicArn],
      InsufficientDataActions: [],
      Trigger: {
        MetricName: 'Errors',
        Namespace: 'AWS/Lambda',
        StatisticType: 'Statistic',
        Statistic: 'SUM',
        Unit: null,
        Dimensions: [{ value: 'f', name: 'FunctionName' }],
        Period: 60,
        EvaluationPeriods: 1,
        ComparisonOperator: 'GreaterThanThreshold',
        Threshold: 1,
        TreatMissingData: 'notBreaching',
        EvaluateLowSampleCountPercentile: '',
      },
    });
  });

  it('are done once a change, and not while they are switched off', async () => {
    await putAlarm({ ...one, AlarmActions: [topicArn], OKActions: [topicArn] });
    await putAlarm({ ...one, AlarmName: 'off', ActionsEnabled: false, AlarmActions: [topicArn] });
    for (const [index, value] of [2, 2, 0].entries()) {
      metrics.put(errors('f'), start + index * 60_000, value);
      await minute();
    }
    expect(mails().map(({ subject }) => subject.split(' ')[0])).toEqual(['ALARM:', 'OK:']);
  });

  it.each([
    [
      'denies what is not encrypted and allows nobody',
      [
        {
          Effect: 'Deny',
          Principal: '*',
          Action: 'sns:Publish',
          Resource: topicArn,
          Condition: { Bool: { 'aws:SecureTransport': 'false' } },
        },
      ],
      false,
    ],
    [
      'allows CloudWatch',
      [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topicArn,
        },
      ],
      true,
    ],
    [
      'allows alarms of another account',
      [
        {
          Effect: 'Allow',
          Principal: { Service: 'cloudwatch.amazonaws.com' },
          Action: 'sns:Publish',
          Resource: topicArn,
          Condition: { StringEquals: { 'aws:SourceAccount': '111111111111' } },
        },
      ],
      false,
    ],
  ])('reach a topic whose policy %s: %#', async (_what, Statement, reached) => {
    const AttributeValue = JSON.stringify({ Version: '2012-10-17', Statement });
    await call('sns', 'SetTopicAttributes', { TopicArn: topicArn, AttributeName: 'Policy', AttributeValue });
    await putAlarm({ ...one, AlarmActions: [topicArn] });
    metrics.put(errors('f'), start, 2);
    await minute();
    expect(mails()).toHaveLength(reached ? 1 : 0);
    const refused = expect.stringMatching(
      /^Failed to execute action .*alarms\. Received error: ".*not authorized to perform: sns:Publish/,
    );
    expect(failures).toEqual(reached ? [] : [refused]);
  });

  it('fail with the reason when the topic is gone', async () => {
    await putAlarm({ ...one, AlarmActions: [`${topicArn}-gone`] });
    metrics.put(errors('f'), start, 2);
    await minute();
    expect(failures).toHaveLength(1);
  });
});
