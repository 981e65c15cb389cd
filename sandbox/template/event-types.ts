import { account, person, region } from '../aws/contract.ts';
import type { Destination, Properties, ResourceType, Value } from './contract.ts';
import { physicalName } from './physical-name.ts';

const bus: ResourceType = {
  properties: ['Name', 'Description'],
  async create({ cloud }, properties) {
    const Name = String(properties['Name']);
    await cloud.call('events', 'CreateEventBus', { Name }, person);
    return { ref: Name, attributes: { Arn: `arn:aws:events:${region}:${account}:event-bus/${Name}`, Name } };
  },
};

const rule: ResourceType = {
  properties: [
    'Name',
    'Description',
    'EventBusName',
    'EventPattern',
    'ScheduleExpression',
    'State',
    'Targets',
    'RoleArn',
  ],
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 64);
    const Arn = await putRule(destination, Name, properties);
    return { ref: Name, attributes: { Arn } };
  },
  changes: ['Description', 'EventPattern', 'ScheduleExpression', 'State', 'Targets', 'RoleArn'],
  async update(destination, { created, before, after }) {
    const kept = targetsOf(after).map(({ Id }) => Id);
    await removeTargets(
      destination,
      created.ref,
      before,
      targetsOf(before)
        .map(({ Id }) => Id)
        .filter((id) => !kept.includes(id)),
    );
    await putRule(destination, created.ref, after);
  },
  async remove(destination, { created, properties }) {
    const ids = targetsOf(properties).map(({ Id }) => Id);
    await removeTargets(destination, created.ref, properties, ids);
    await destination.cloud.call('events', 'DeleteRule', { Name: created.ref, ...busOf(properties) }, person);
  },
};

function busOf({ EventBusName }: Properties): object {
  return EventBusName === undefined ? {} : { EventBusName };
}

function targetsOf(properties: Properties): readonly { readonly Id: string }[] {
  return (properties['Targets'] ?? []) as unknown as readonly { readonly Id: string }[];
}

async function putRule({ cloud }: Destination, Name: string, properties: Properties): Promise<string> {
  const { Description, EventPattern, ScheduleExpression, State, RoleArn } = properties;
  const given: Record<string, Value | undefined> = { Description, ScheduleExpression, State, RoleArn };
  const input = {
    Name,
    ...busOf(properties),
    ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
    ...(EventPattern !== undefined && { EventPattern: JSON.stringify(EventPattern) }),
  };
  const { RuleArn } = await cloud.call<{ RuleArn: string }>('events', 'PutRule', input, person);
  const Targets = targetsOf(properties);
  if (Targets.length > 0)
    await cloud.call('events', 'PutTargets', { Rule: Name, ...busOf(properties), Targets }, person);
  return RuleArn;
}

async function removeTargets({ cloud }: Destination, Rule: string, properties: Properties, Ids: readonly string[]) {
  if (Ids.length > 0) await cloud.call('events', 'RemoveTargets', { Rule, ...busOf(properties), Ids }, person);
}

const schedule: ResourceType = {
  properties: [
    'Name',
    'Description',
    'GroupName',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'EndDate',
    'State',
    'FlexibleTimeWindow',
    'Target',
  ],
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 64);
    const input = scheduleInput(Name, properties);
    const { ScheduleArn } = await destination.cloud.call<{ ScheduleArn: string }>(
      'scheduler',
      'CreateSchedule',
      input,
      person,
    );
    return { ref: Name, attributes: { Arn: ScheduleArn } };
  },
  changes: [
    'Description',
    'ScheduleExpression',
    'ScheduleExpressionTimezone',
    'StartDate',
    'EndDate',
    'State',
    'FlexibleTimeWindow',
    'Target',
  ],
  async update({ cloud }, { created, after }) {
    await cloud.call('scheduler', 'UpdateSchedule', scheduleInput(created.ref, after), person);
  },
  remove({ cloud }, { created, properties: { GroupName } }) {
    const input = { Name: created.ref, ...(GroupName !== undefined && { GroupName }) };
    return cloud.call('scheduler', 'DeleteSchedule', input, person);
  },
};

function scheduleInput(Name: string, properties: Properties): object {
  const dates = ['StartDate', 'EndDate'].filter((name) => properties[name] !== undefined);
  const times = Object.fromEntries(dates.map((name) => [name, new Date(String(properties[name]))]));
  return { ...properties, ...times, Name };
}

const scheduleGroup: ResourceType = {
  properties: ['Name'],
  async create(destination, properties, logicalId) {
    const Name = physicalName(destination, properties, 'Name', logicalId, 64);
    const { ScheduleGroupArn } = await destination.cloud.call<{ ScheduleGroupArn: string }>(
      'scheduler',
      'CreateScheduleGroup',
      { Name },
      person,
    );
    return { ref: Name, attributes: { Arn: ScheduleGroupArn } };
  },
};

export const eventTypes: Readonly<Record<string, ResourceType>> = {
  'AWS::Events::EventBus': bus,
  'AWS::Events::Rule': rule,
  'AWS::Scheduler::Schedule': schedule,
  'AWS::Scheduler::ScheduleGroup': scheduleGroup,
};
