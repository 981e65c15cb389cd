import { AwsError, type Service } from '../../aws/contract.ts';
import type { Buses, StoredRule } from './buses.ts';
import type { Target } from './contract.ts';
import { ruleTargets } from './delivery.ts';
import type { Json } from './json.ts';
import { isObject } from './nested-keys.ts';
import { compilePattern } from './pattern.ts';
import { targetService } from './target-service.ts';

interface Entry {
  readonly Source?: string;
  readonly DetailType?: string;
  readonly Detail?: string;
  readonly Resources?: readonly string[];
  readonly Time?: Date;
  readonly EventBusName?: string;
}

interface RuleInput {
  readonly Name: string;
  readonly EventBusName?: string;
}

/** PutEvents: 10 entries, 256 KB in all (EventBridge quotas). */
const largestEntry = 256 * 1_024;
const mostEntries = 10;

/** EventBridge. Events with an `aws.` source are taken from people too, so that they can send a genuine one. */
export function eventsService(buses: Buses): Service {
  return {
    name: 'events',
    uses: {
      PutRule: ['Name', 'EventBusName', 'EventPattern', 'ScheduleExpression', 'Description', 'RoleArn', 'State'],
      PutEvents: ['Entries'],
      ListRules: ['EventBusName', 'NamePrefix'],
      ListTargetsByRule: ['Rule', 'EventBusName'],
      CreateEventBus: ['Name', 'Description'],
      ListEventBuses: ['NamePrefix'],
    },
    operations: {
      ...busOperations(buses),
      ...ruleOperations(buses),
      ...targetOperations(buses),
      ...eventOperations(buses),
    },
  };
}

function busOperations(buses: Buses): Service['operations'] {
  return {
    CreateEventBus: ({ Name }: { Name: string }) => ({ EventBusArn: buses.create(Name).arn }),
    DeleteEventBus: ({ Name }: { Name: string }) => buses.remove(Name),
    DescribeEventBus: ({ Name }: { Name?: string }) => {
      const { name, arn } = buses.get(Name);
      return { Name: name, Arn: arn };
    },
    ListEventBuses: ({ NamePrefix = '' }: { NamePrefix?: string }) => ({
      EventBuses: buses
        .all()
        .filter(({ name }) => name.startsWith(NamePrefix))
        .map(({ name, arn }) => ({ Name: name, Arn: arn })),
    }),
  };
}

function ruleOperations(buses: Buses): Service['operations'] {
  return {
    PutRule: (input: Parameters<Buses['putRule']>[0]) => ({ RuleArn: buses.putRule(input).arn }),
    DescribeRule: (input: RuleInput) => describe(buses.rule(input.Name, input.EventBusName)),
    EnableRule: (input: RuleInput) => {
      buses.enable(buses.rule(input.Name, input.EventBusName), true);
    },
    DisableRule: (input: RuleInput) => {
      buses.enable(buses.rule(input.Name, input.EventBusName), false);
    },
    DeleteRule: (input: RuleInput) => {
      const rule = buses.get(input.EventBusName).rules.get(input.Name);
      if (rule && rule.targets.size > 0) {
        throw new AwsError('ValidationException', "Rule can't be deleted since it has targets.");
      }
      if (rule) buses.removeRule(rule);
    },
    ListRules: ({ EventBusName, NamePrefix = '' }: { EventBusName?: string; NamePrefix?: string }) => ({
      Rules: [...buses.get(EventBusName).rules.values()]
        .filter(({ name }) => name.startsWith(NamePrefix))
        .map(describe),
    }),
  };
}

function targetOperations(buses: Buses): Service['operations'] {
  return {
    PutTargets: ({
      Rule,
      EventBusName,
      Targets,
    }: {
      Rule: string;
      EventBusName?: string;
      Targets: readonly Target[];
    }) => {
      const rule = buses.rule(Rule, EventBusName);
      for (const target of Targets) checkTarget(target);
      for (const target of Targets) rule.targets.set(target.Id, target);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    RemoveTargets: ({ Rule, EventBusName, Ids }: { Rule: string; EventBusName?: string; Ids: readonly string[] }) => {
      const rule = buses.rule(Rule, EventBusName);
      for (const id of Ids) rule.targets.delete(id);
      return { FailedEntryCount: 0, FailedEntries: [] };
    },
    ListTargetsByRule: ({ Rule, EventBusName }: { Rule: string; EventBusName?: string }) => ({
      Targets: [...buses.rule(Rule, EventBusName).targets.values()],
    }),
  };
}

function eventOperations(buses: Buses): Service['operations'] {
  return {
    PutEvents: ({ Entries }: { Entries: readonly Entry[] }) => {
      if (Entries.length < 1 || Entries.length > mostEntries) {
        throw new AwsError(
          'ValidationException',
          `1 validation error detected: Value at 'entries' failed to satisfy constraint: Member must have length less than or equal to ${mostEntries}`,
        );
      }
      const size = Entries.reduce((sum, entry) => sum + Buffer.byteLength(JSON.stringify(entry)), 0);
      if (size > largestEntry)
        throw new AwsError('ValidationException', 'Total size of the entries in the request is over the limit.');
      const results = Entries.map((entry) => put(buses, entry));
      return { FailedEntryCount: results.filter(({ ErrorCode }) => ErrorCode !== undefined).length, Entries: results };
    },
    TestEventPattern: ({ EventPattern, Event: text }: { EventPattern: string; Event: string }) => {
      const matches = compilePattern(EventPattern);
      return { Result: matches(parseEvent(text)) };
    },
  };
}

interface PutResult {
  readonly EventId?: string;
  readonly ErrorCode?: string;
  readonly ErrorMessage?: string;
}

function put(buses: Buses, entry: Entry): PutResult {
  const detail = parse(entry.Detail);
  if (!entry.Source)
    return refused('InvalidArgument', 'Parameter Source is not valid. Reason: Source is a required argument.');
  if (!entry.DetailType)
    return refused('InvalidArgument', 'Parameter DetailType is not valid. Reason: DetailType is a required argument.');
  if (entry.Detail === undefined)
    return refused('InvalidArgument', 'Parameter Detail is not valid. Reason: Detail is a required argument.');
  if (!isObject(detail)) return refused('MalformedDetail', 'Detail is malformed.');
  const event = buses.complete({
    'detail-type': entry.DetailType,
    source: entry.Source,
    ...(entry.Time && { time: `${entry.Time.toISOString().slice(0, 19)}Z` }),
    resources: entry.Resources ?? [],
    detail,
  });
  buses.publish(buses.get(entry.EventBusName).name, event);
  return { EventId: event.id };
}

function refused(ErrorCode: string, ErrorMessage: string): PutResult {
  return { ErrorCode, ErrorMessage };
}

function parse(text: string | undefined): Json | undefined {
  try {
    return text === undefined ? undefined : (JSON.parse(text) as Json);
  } catch {
    return undefined;
  }
}

/**
 * The API reference also wants `resources`, and AWS does without (measured: localstack/localstack, event_pattern_templates/minimal.json5
 * and `test_invalid_event_payload`, whose words these are).
 */
const neededByTest = ['id', 'account', 'source', 'time', 'region', 'detail-type'];

function parseEvent(text: string): { readonly [key: string]: Json } {
  const event = parse(text);
  if (!isObject(event) || neededByTest.some((member) => !(member in event)))
    throw new AwsError('ValidationException', 'Parameter Event is not valid.');
  return event;
}

function checkTarget(target: Target): void {
  targetService(target.Arn, ruleTargets);
  if (target.DeadLetterConfig?.Arn !== undefined) targetService(target.DeadLetterConfig.Arn, ['sqs']);
  const known = ['Id', 'Arn', 'RoleArn', 'Input', 'InputPath', 'InputTransformer', 'DeadLetterConfig', 'RetryPolicy'];
  const unknown = Object.keys(target).find((name) => !known.includes(name));
  if (unknown !== undefined)
    throw new AwsError('NotImplementedInSandbox', `The sandbox does not know the target property '${unknown}'.`, 501);
  const inputs = [target.Input, target.InputPath, target.InputTransformer].filter((given) => given !== undefined);
  if (inputs.length > 1)
    throw new AwsError(
      'ValidationException',
      `Only one of Input, InputPath, or InputTransformer must be provided for target ${target.Id}.`,
    );
}

function describe(rule: StoredRule) {
  return {
    Name: rule.name,
    Arn: rule.arn,
    EventPattern: rule.eventPattern,
    ScheduleExpression: rule.scheduleExpression,
    Description: rule.description,
    RoleArn: rule.roleArn,
    State: rule.enabled ? 'ENABLED' : 'DISABLED',
    EventBusName: rule.busName,
  };
}
