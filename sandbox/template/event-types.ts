import { account, person, region } from '../aws/contract.ts';
import type { ResourceType, Value } from './contract.ts';
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
    const { cloud } = destination;
    const Name = physicalName(destination, properties, 'Name', logicalId, 64);
    const { Description, EventBusName, EventPattern, ScheduleExpression, State, RoleArn } = properties;
    const given: Record<string, Value | undefined> = { Description, EventBusName, ScheduleExpression, State, RoleArn };
    const input = {
      Name,
      ...Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)),
      ...(EventPattern !== undefined && { EventPattern: JSON.stringify(EventPattern) }),
    };
    const { RuleArn } = await cloud.call<{ RuleArn: string }>('events', 'PutRule', input, person);
    const Targets = (properties['Targets'] ?? []) as readonly Value[];
    if (Targets.length > 0) {
      const where = EventBusName === undefined ? {} : { EventBusName };
      await cloud.call('events', 'PutTargets', { Rule: Name, ...where, Targets }, person);
    }
    return { ref: Name, attributes: { Arn: RuleArn } };
  },
};

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
    const dates = ['StartDate', 'EndDate'].filter((name) => properties[name] !== undefined);
    const times = Object.fromEntries(dates.map((name) => [name, new Date(String(properties[name]))]));
    const input = { ...properties, ...times, Name };
    const { ScheduleArn } = await destination.cloud.call<{ ScheduleArn: string }>(
      'scheduler',
      'CreateSchedule',
      input,
      person,
    );
    return { ref: Name, attributes: { Arn: ScheduleArn } };
  },
};

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
