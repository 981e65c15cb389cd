import { AwsError, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import { pageOf } from '../../aws/page.ts';
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

interface ListInput {
  readonly limit?: number;
  readonly nextToken?: string;
}

const range = ['logGroupName', 'logGroupIdentifier', 'startTime', 'endTime', 'limit', 'nextToken'];

/** Members that take effect. */
const uses = {
  CreateLogGroup: ['logGroupName'],
  PutLogEvents: ['logGroupName', 'logStreamName', 'logEvents', 'sequenceToken'],
  DescribeLogGroups: ['logGroupNamePrefix', 'logGroupNamePattern', 'limit', 'nextToken'],
  DescribeLogStreams: [
    'logGroupName',
    'logGroupIdentifier',
    'logStreamNamePrefix',
    'orderBy',
    'descending',
    'limit',
    'nextToken',
  ],
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
      DeleteRetentionPolicy: (input: { logGroupName: string }) => {
        groupOf(store, input).retentionDays = undefined;
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
      DescribeLogGroups: (input: ListInput & { logGroupNamePrefix?: string; logGroupNamePattern?: string }) => {
        const wanted = ({ name }: LogGroup) =>
          name.startsWith(input.logGroupNamePrefix ?? '') && name.includes(input.logGroupNamePattern ?? '');
        const { items, next } = listed(store.all().filter(wanted), input);
        return { logGroups: items.map(describeGroup), nextToken: next };
      },
      DescribeLogStreams: (
        input: GroupInput & ListInput & { logStreamNamePrefix?: string; orderBy?: string; descending?: boolean },
      ) => {
        const { items, next } = listed(describeStreams(groupOf(store, input), input), input);
        return { logStreams: items, nextToken: next };
      },
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
  return input.descending === true ? streams.reverse() : streams;
}

/** "The maximum number of items returned. If you don't specify a value, the default is up to 50 items" (API reference), which is the most too. */
function listed<Item>(items: readonly Item[], { limit = 50, nextToken }: ListInput) {
  if (limit < 1 || limit > 50)
    throw new AwsError(
      'InvalidParameterException',
      `1 validation error detected: Value '${limit}' at 'limit' failed to satisfy constraint: Member must have value ${limit < 1 ? 'greater than or equal to 1' : 'less than or equal to 50'}`,
    );
  return pageOf(items, limit, nextToken, 'InvalidParameterException');
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

/** By the time of their happening, as both calls give them: whoever follows a log asks on from the last one (`aws logs tail --follow`). */
function within(events: readonly LogEvent[], input: EventsInput): readonly LogEvent[] {
  const { startTime = 0, endTime = Number.POSITIVE_INFINITY } = input;
  return events
    .filter(({ timestamp }) => timestamp >= startTime && timestamp < endTime)
    .toSorted((left, right) => left.timestamp - right.timestamp);
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

/** Plain terms: all must occur, one of the `?terms`, no `-term`; quotes keep words together. JSON and field patterns are refused by name. */
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
  const optional = terms.filter(({ sign }) => sign === '?');
  const needed = terms.filter(({ sign }) => sign !== '?');
  // "CloudWatch Logs ignores the question mark (?) if you use it with other terms" (filter and pattern syntax).
  if (optional.length > 0 && needed.length === 0)
    return (message) => optional.some(({ text }) => message.includes(text));
  return (message) => needed.every(({ sign, text }) => message.includes(text) !== (sign === '-'));
}
