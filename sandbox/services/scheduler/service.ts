import { AwsError, type Service } from '../../aws/contract.ts';
import type { ScheduleInput } from './contract.ts';
import type { Group, Schedule, Schedules } from './schedules.ts';

const scheduleMembers = [
  'Name',
  'GroupName',
  'ScheduleExpression',
  'ScheduleExpressionTimezone',
  'StartDate',
  'EndDate',
  'Description',
  'State',
  'Target',
  'FlexibleTimeWindow',
  'ActionAfterCompletion',
  'ClientToken',
];

const targetMembers = [
  'Arn',
  'RoleArn',
  'Input',
  'DeadLetterConfig',
  'RetryPolicy',
  'EventBridgeParameters',
  'SqsParameters',
];

interface Page {
  readonly NextToken?: string;
  readonly MaxResults?: number;
}

interface Named {
  readonly Name: string;
  readonly GroupName?: string;
  readonly ClientToken?: string;
}

/** EventBridge Scheduler. */
export function schedulerService(schedules: Schedules): Service {
  return {
    name: 'scheduler',
    uses: {
      CreateSchedule: scheduleMembers,
      UpdateSchedule: scheduleMembers,
      CreateScheduleGroup: ['Name', 'ClientToken'],
    },
    operations: { ...scheduleOperations(schedules), ...groupOperations(schedules) },
  };
}

function scheduleOperations(schedules: Schedules): Service['operations'] {
  return {
    CreateSchedule: async (input: ScheduleInput) => {
      checkMembers(input);
      await schedules.checkTarget(input.Target);
      return { ScheduleArn: schedules.create(input) };
    },
    UpdateSchedule: async (input: ScheduleInput) => {
      checkMembers(input);
      await schedules.checkTarget(input.Target);
      return { ScheduleArn: schedules.update(input) };
    },
    GetSchedule: ({ Name, GroupName }: Named) => describe(schedules.get(Name, GroupName)),
    DeleteSchedule: ({ Name, GroupName, ClientToken }: Named) => {
      schedules.remove(Name, GroupName, ClientToken);
    },
    ListSchedules: ({
      GroupName,
      NamePrefix = '',
      State,
      ...page
    }: Page & { GroupName?: string; NamePrefix?: string; State?: string }) => {
      const groups = GroupName === undefined ? [...schedules.groups.values()] : [schedules.group(GroupName)];
      const found = groups
        .flatMap((group) => [...group.schedules.values()])
        .filter(({ given }) => given.Name.startsWith(NamePrefix) && (!State || (given.State ?? 'ENABLED') === State))
        .map((schedule) => summarise(schedule));
      const { items, NextToken } = paged(found, page);
      return { Schedules: items, NextToken };
    },
  };
}

function groupOperations(schedules: Schedules): Service['operations'] {
  return {
    CreateScheduleGroup: ({ Name, ClientToken }: Named) => ({
      ScheduleGroupArn: schedules.addGroup(Name, ClientToken),
    }),
    GetScheduleGroup: ({ Name }: { Name: string }) => describeGroup(schedules.group(Name)),
    DeleteScheduleGroup: ({ Name, ClientToken }: Named) => {
      schedules.removeGroup(Name, ClientToken);
    },
    ListScheduleGroups: ({ NamePrefix = '', ...page }: Page & { NamePrefix?: string }) => {
      const found = [...schedules.groups.values()].filter(({ name }) => name.startsWith(NamePrefix)).map(describeGroup);
      const { items, NextToken } = paged(found, page);
      return { ScheduleGroups: items, NextToken };
    },
  };
}

/** What the sandbox could not do is refused by its name. */
function checkMembers({ Target }: ScheduleInput): void {
  const unknown = Object.entries(Target).find(([name, value]) => value !== undefined && !targetMembers.includes(name));
  if (unknown)
    throw new AwsError(
      'NotImplementedInSandbox',
      `The sandbox does not know the target property '${unknown[0]}'.`,
      501,
    );
}

function describe({ arn, createdAt, modifiedAt, given }: Schedule) {
  const { ClientToken: _, ...shown } = given;
  return {
    ...shown,
    Arn: arn,
    GroupName: given.GroupName ?? 'default',
    ScheduleExpressionTimezone: given.ScheduleExpressionTimezone ?? 'UTC',
    State: given.State ?? 'ENABLED',
    ActionAfterCompletion: given.ActionAfterCompletion ?? 'NONE',
    CreationDate: createdAt,
    LastModificationDate: modifiedAt,
  };
}

function summarise(schedule: Schedule) {
  const { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target } = describe(schedule);
  return { Arn, Name, GroupName, State, CreationDate, LastModificationDate, Target: { Arn: Target.Arn } };
}

function describeGroup({ name, arn, createdAt }: Group) {
  return { Name: name, Arn: arn, State: 'ACTIVE', CreationDate: createdAt, LastModificationDate: createdAt };
}

/** Pages of up to 100 (API reference). */
function paged<Item>(items: readonly Item[], { MaxResults = 100, NextToken }: Page) {
  const from = NextToken === undefined ? 0 : Number(NextToken);
  if (!Number.isInteger(from) || from < 0 || from > items.length)
    throw new AwsError('ValidationException', 'Invalid NextToken.');
  const to = from + MaxResults;
  return { items: items.slice(from, to), NextToken: to < items.length ? String(to) : undefined };
}
