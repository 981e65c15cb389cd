import { AwsError, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { LogEvent, LogGroup, LogStore } from './log-store.ts';

interface GroupInput {
  readonly logGroupName?: string;
  readonly logGroupIdentifier?: string;
}

interface EventsInput extends GroupInput {
  readonly logStreamName?: string;
  readonly logStreamNames?: readonly string[];
  readonly logStreamNamePrefix?: string;
  readonly startTime?: number;
  readonly endTime?: number;
  readonly filterPattern?: string;
  readonly limit?: number;
  readonly nextToken?: string;
  readonly startFromHead?: boolean;
}

const range = ['logGroupName', 'logGroupIdentifier', 'startTime', 'endTime', 'limit', 'nextToken'];

/** Members that take effect. */
const uses = {
  CreateLogGroup: ['logGroupName'],
  PutLogEvents: ['logGroupName', 'logStreamName', 'logEvents', 'sequenceToken'],
  DescribeLogGroups: ['logGroupNamePrefix', 'logGroupNamePattern'],
  DescribeLogStreams: ['logGroupName', 'logGroupIdentifier', 'logStreamNamePrefix', 'orderBy', 'descending'],
  FilterLogEvents: [...range, 'logStreamNames', 'logStreamNamePrefix', 'filterPattern', 'interleaved'],
  GetLogEvents: [...range, 'logStreamName', 'startFromHead'],
};

/** Amazon CloudWatch Logs without queries, subscriptions and metric filters. */
export function logsService(store: LogStore): Service {
  return {
    name: 'logs',
    uses,
    operations: {
      CreateLogGroup: (input: { logGroupName: string }) => {
        if (store.get(input.logGroupName))
          throw new AwsError('ResourceAlreadyExistsException', 'The specified log group already exists');
        store.create(input.logGroupName);
      },
      DeleteLogGroup: (input: { logGroupName: string }) => store.remove(groupOf(store, input).name),
      PutRetentionPolicy: (input: { logGroupName: string; retentionInDays: number }) => {
        groupOf(store, input).retentionDays = input.retentionInDays;
      },
      CreateLogStream: (input: { logGroupName: string; logStreamName: string }) => createStream(store, input),
      PutLogEvents: (input: {
        logGroupName: string;
        logStreamName: string;
        logEvents: readonly { timestamp: number; message: string }[];
      }) => {
        streamOf(groupOf(store, input), input.logStreamName);
        for (const event of input.logEvents)
          store.write({ group: input.logGroupName, stream: input.logStreamName, ...event });
      },
      DescribeLogGroups: (input: { logGroupNamePrefix?: string; logGroupNamePattern?: string }) => {
        const wanted = ({ name }: LogGroup) =>
          name.startsWith(input.logGroupNamePrefix ?? '') && name.includes(input.logGroupNamePattern ?? '');
        return { logGroups: store.all().filter(wanted).map(describeGroup) };
      },
      DescribeLogStreams: (
        input: GroupInput & { logStreamNamePrefix?: string; orderBy?: string; descending?: boolean },
      ) => describeStreams(groupOf(store, input), input),
      FilterLogEvents: (input: EventsInput) => filterEvents(groupOf(store, input), input),
      GetLogEvents: (input: EventsInput) => getEvents(groupOf(store, input), input),
    },
  };
}

function createStream(store: LogStore, input: { logGroupName: string; logStreamName: string }): void {
  const group = groupOf(store, input);
  if (group.streams.has(input.logStreamName)) {
    throw new AwsError('ResourceAlreadyExistsException', 'The specified log stream already exists');
  }
  store.createStream(group, input.logStreamName);
}

function groupOf(store: LogStore, input: GroupInput): LogGroup {
  const name =
    input.logGroupName ?? input.logGroupIdentifier?.replace(/^arn:.*?:log-group:/, '').replace(/:\*$/, '') ?? '';
  const group = store.get(name);
  if (!group) throw new AwsError('ResourceNotFoundException', 'The specified log group does not exist.');
  return group;
}

function streamOf(group: LogGroup, name: string | undefined): string {
  if (name === undefined || !group.streams.has(name))
    throw new AwsError('ResourceNotFoundException', 'The specified log stream does not exist.');
  return name;
}

function describeGroup(group: LogGroup) {
  return {
    logGroupName: group.name,
    creationTime: group.created,
    retentionInDays: group.retentionDays,
    arn: arnOf('logs', `log-group:${group.name}:*`),
    logGroupArn: arnOf('logs', `log-group:${group.name}`),
    storedBytes: group.events.reduce((sum, event) => sum + Buffer.byteLength(event.message) + 26, 0),
  };
}

function describeStreams(
  group: LogGroup,
  input: { logStreamNamePrefix?: string; orderBy?: string; descending?: boolean },
) {
  const streams = [...group.streams.values()]
    .filter(({ name }) => name.startsWith(input.logStreamNamePrefix ?? ''))
    .map(({ name, created }) => {
      const events = group.events.filter((event) => event.stream === name);
      return {
        logStreamName: name,
        creationTime: created,
        firstEventTimestamp: events[0]?.timestamp,
        lastEventTimestamp: events.at(-1)?.timestamp,
        lastIngestionTime: events.at(-1)?.ingested,
        arn: arnOf('logs', `log-group:${group.name}:log-stream:${name}`),
      };
    });
  const byTime = input.orderBy === 'LastEventTime';
  streams.sort((left, right) =>
    byTime
      ? (left.lastEventTimestamp ?? 0) - (right.lastEventTimestamp ?? 0)
      : left.logStreamName < right.logStreamName
        ? -1
        : 1,
  );
  return { logStreams: input.descending === true ? streams.reverse() : streams };
}

function filterEvents(group: LogGroup, input: EventsInput) {
  const matches = filterOf(input.filterPattern ?? '');
  const found = within(group.events, input).filter(
    (event) =>
      (!input.logStreamNames || input.logStreamNames.includes(event.stream)) &&
      (!input.logStreamNamePrefix || event.stream.startsWith(input.logStreamNamePrefix)) &&
      matches(event.message),
  );
  const { page, next } = paged(found, input);
  return {
    events: page.map((event) => ({
      logStreamName: event.stream,
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingested,
      eventId: event.id,
    })),
    nextToken: next,
  };
}

function getEvents(group: LogGroup, input: EventsInput) {
  const stream = streamOf(group, input.logStreamName);
  const found = within(group.events, input).filter((event) => event.stream === stream);
  const limit = input.limit ?? 10_000;
  const position = input.nextToken === undefined ? undefined : Number(input.nextToken.slice(2));
  if (position !== undefined && !Number.isInteger(position))
    throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  const start = position ?? (input.startFromHead === true ? 0 : Math.max(0, found.length - limit));
  const from = input.nextToken?.startsWith('b/') ? Math.max(0, start - limit) : start;
  const page = found.slice(from, input.nextToken?.startsWith('b/') ? start : from + limit);
  return {
    events: page.map((event) => ({
      timestamp: event.timestamp,
      message: event.message,
      ingestionTime: event.ingested,
    })),
    nextForwardToken: `f/${from + page.length}`,
    nextBackwardToken: `b/${from}`,
  };
}

function within(events: readonly LogEvent[], input: EventsInput): readonly LogEvent[] {
  return events.filter(
    (event) =>
      event.timestamp >= (input.startTime ?? 0) && event.timestamp < (input.endTime ?? Number.POSITIVE_INFINITY),
  );
}

function paged(
  events: readonly LogEvent[],
  input: EventsInput,
): { page: readonly LogEvent[]; next: string | undefined } {
  const start = Number(input.nextToken ?? 0);
  if (!Number.isInteger(start)) throw new AwsError('InvalidParameterException', 'The specified nextToken is invalid.');
  const end = start + (input.limit ?? 10_000);
  return { page: events.slice(start, end), next: end < events.length ? String(end) : undefined };
}

/** Plain terms: all must occur, `-term` must not, quotes keep words together. JSON and field patterns are refused by name. */
function filterOf(pattern: string): (message: string) => boolean {
  if (/^\s*[{[%]/.test(pattern))
    throw new AwsError(
      'NotImplementedInSandbox',
      `The sandbox does not implement the log filter pattern '${pattern}'.`,
      501,
    );
  const terms = [...pattern.matchAll(/([-?]?)(?:"([^"]*)"|(\S+))/g)].map(([, sign, quoted, word]) => ({
    sign,
    text: quoted ?? word ?? '',
  }));
  if (terms.some(({ sign }) => sign === '?'))
    throw new AwsError('NotImplementedInSandbox', 'The sandbox does not implement optional log filter terms.', 501);
  return (message) => terms.every(({ sign, text }) => message.includes(text) !== (sign === '-'));
}
