import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { Alarms } from '../../../../sandbox/services/cloudwatch/alarms.ts';
import { MetricStore } from '../../../../sandbox/services/cloudwatch/metric-store.ts';
import { cloudWatchService } from '../../../../sandbox/services/cloudwatch/service.ts';
import { LogStore } from '../../../../sandbox/services/logs/log-store.ts';
import { logsService } from '../../../../sandbox/services/logs/service.ts';
import { start, type TestCloud, testCloud } from '../../aws/support.ts';

let world: TestCloud;
let store: LogStore;
beforeEach(() => {
  world = testCloud();
  store = new LogStore(world.clock);
  world.cloud.add(logsService(store));
  const { clock, cloud } = world;
  const kept = new MetricStore(store);
  cloud.add(cloudWatchService({ clock, metrics: kept, alarms: new Alarms({ cloud, metrics: kept }) }));
});
afterEach(() => world.clock.close());

const logs = <Output>(operation: string, input: object) =>
  world.cloud.call<Output>('logs', operation, input, { kind: 'person' });
const metrics = <Output>(operation: string, input: object) =>
  world.cloud.call<Output>('monitoring', operation, input, { kind: 'person' });
const write = (message: string, timestamp = start, stream = 's') =>
  store.write({ group: 'g', stream, timestamp, message });

describe('logs', () => {
  it.each([
    ['', ['drain began', 'drain ended', 'other']],
    ['drain', ['drain began', 'drain ended']],
    ['drain -ended', ['drain began']],
    ['"drain ended"', ['drain ended']],
    ['?began ?other', ['drain began', 'other']],
    ['drain ?other', ['drain began', 'drain ended']],
  ])('are filtered by the pattern %j', async (filterPattern, expected) => {
    for (const message of ['drain began', 'drain ended', 'other']) write(message);
    const { events } = await logs<{ events: { message: string }[] }>('FilterLogEvents', {
      logGroupName: 'g',
      filterPattern,
    });
    expect(events.map(({ message }) => message)).toEqual(expected);
  });

  it('can be followed: by time over all streams, and on from the last event', async () => {
    write('second', start + 2, 'one');
    write('first', start + 1, 'two');
    interface Tailed {
      readonly events: { readonly message: string; readonly timestamp: number; readonly eventId: string }[];
    }
    // As `aws logs tail --follow` asks.
    const tail = (startTime: number) =>
      logs<Tailed>('FilterLogEvents', { logGroupIdentifier: 'g', interleaved: true, startTime });
    const seen = await tail(start);
    expect(seen.events.map(({ message }) => message)).toEqual(['first', 'second']);
    write('third', start + 3, 'two');
    const last = seen.events.at(-1);
    const { events } = await tail(last?.timestamp ?? 0);
    const fresh = events.filter(({ eventId }) => eventId !== last?.eventId);
    expect(fresh.map(({ message }) => message)).toEqual(['third']);
  });

  it('have groups and streams in pages of up to 50', async () => {
    for (const stream of ['a', 'b', 'c']) write('x', start, stream);
    interface Page {
      readonly logStreams: { readonly logStreamName: string }[];
      readonly nextToken?: string;
    }
    const first = await logs<Page>('DescribeLogStreams', { logGroupName: 'g', limit: 2 });
    const second = await logs<Page>('DescribeLogStreams', { logGroupName: 'g', limit: 2, nextToken: first.nextToken });
    const names = [first, second].map(({ logStreams }) => logStreams.map(({ logStreamName }) => logStreamName));
    expect([names, second.nextToken]).toEqual([[['a', 'b'], ['c']], undefined]);
    expect(await logs('DescribeLogGroups', { limit: 1 })).toMatchObject({ logGroups: [{ logGroupName: 'g' }] });
    await expect(logs('DescribeLogGroups', { limit: 51 })).rejects.toMatchObject({ code: 'InvalidParameterException' });
  });

  it('have a retention that can be taken back', async () => {
    write('x');
    await logs('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 3 });
    await logs('DeleteRetentionPolicy', { logGroupName: 'g' });
    const { logGroups } = await logs<{ logGroups: { retentionInDays?: number }[] }>('DescribeLogGroups', {});
    expect(logGroups[0]?.retentionInDays).toBeUndefined();
  });

  it('are read forward and backward in pages, by time', async () => {
    for (let index = 0; index < 5; index++) write(String(index), start + index);
    const read = (more: object) =>
      logs<{ events: { message: string }[]; nextForwardToken: string; nextBackwardToken: string }>('GetLogEvents', {
        logGroupName: 'g',
        logStreamName: 's',
        limit: 2,
        ...more,
      });
    const text = ({ events }: { events: { message: string }[] }) => events.map(({ message }) => message).join('');
    const last = await read({});
    const first = await read({ startFromHead: true });
    expect([text(last), text(await read({ nextToken: last.nextBackwardToken }))]).toEqual(['34', '12']);
    expect([text(first), text(await read({ nextToken: first.nextForwardToken }))]).toEqual(['01', '23']);
    expect(text(await read({ startTime: start + 1, endTime: start + 3 }))).toBe('12');
  });

  it('go when their retention ends', async () => {
    write('old');
    await logs('PutRetentionPolicy', { logGroupName: 'g', retentionInDays: 1 });
    await world.clock.letPass(86_400_000);
    expect(await logs('FilterLogEvents', { logGroupName: 'g' })).toMatchObject({ events: [] });
  });

  it('refuse a group that is not there and a pattern that is not evaluated', async () => {
    await expect(logs('GetLogEvents', { logGroupName: 'no', logStreamName: 's' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
    write('x');
    await expect(
      logs('FilterLogEvents', { logGroupName: 'g', filterPattern: '{ $.level = "ERROR" }' }),
    ).rejects.toMatchObject({ code: 'NotImplementedInSandbox' });
  });
});

describe('metrics', () => {
  const emf = (value: number | number[], timestamp: number) =>
    JSON.stringify({
      _aws: {
        Timestamp: timestamp,
        CloudWatchMetrics: [
          { Namespace: 'steward', Dimensions: [['workflow']], Metrics: [{ Name: 'Drained', Unit: 'Count' }] },
        ],
      },
      workflow: 'node-replacement',
      Drained: value,
    });
  const Metric = {
    Namespace: 'steward',
    MetricName: 'Drained',
    Dimensions: [{ Name: 'workflow', Value: 'node-replacement' }],
  };

  it('come out of the lines that functions log, by period and statistic', async () => {
    write(emf(2, start));
    write(emf([3, 5], start + 59_000));
    write(emf(7, start + 60_000));
    const stat = async (Stat: string) =>
      (
        await metrics<{ MetricDataResults: { Values: number[] }[] }>('GetMetricData', {
          StartTime: new Date(start),
          EndTime: new Date(start + 120_000),
          ScanBy: 'TimestampAscending',
          MetricDataQueries: [{ Id: 'm', MetricStat: { Metric, Period: 60, Stat } }],
        })
      ).MetricDataResults[0]?.Values;
    expect(await stat('Sum')).toEqual([10, 7]);
    expect(await stat('SampleCount')).toEqual([3, 1]);
    expect(await stat('Maximum')).toEqual([5, 7]);
    expect(await stat('p50')).toEqual([3, 7]);
    await expect(stat('TM(10%:90%)')).rejects.toMatchObject({ code: 'NotImplementedInSandbox' });
    expect(await metrics('ListMetrics', { Namespace: 'steward' })).toEqual({ Metrics: [Metric] });
  });

  it('ignore lines that only look like metrics', () => {
    expect(() => write('{"CloudWatchMetrics" broken')).not.toThrow();
  });
});
