import { AwsError, account, type Cloud, region } from '../../aws/contract.ts';
import type { Timer } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import { type Expression, nextTime, parseExpression } from '../scheduler/expression.ts';
import type { Disturbance, Event, FailedDelivery, NewEvent, Target } from './contract.ts';
import { Delivery } from './delivery.ts';
import type { Json } from './json.ts';
import { compilePattern, type Matcher } from './pattern.ts';

export interface StoredRule {
  readonly name: string;
  readonly arn: string;
  readonly busName: string;
  description: string | undefined;
  eventPattern: string | undefined;
  scheduleExpression: string | undefined;
  schedule: Expression | undefined;
  timer: Timer | undefined;
  roleArn: string | undefined;
  enabled: boolean;
  matches: Matcher;
  readonly targets: Map<string, Target>;
}

export interface Bus {
  readonly name: string;
  readonly arn: string;
  readonly rules: Map<string, StoredRule>;
}

export interface BusesOptions {
  readonly cloud: Cloud;
  readonly random: Random;
  readonly disturb?: Disturbance;
  /** A delivery was given up. */
  readonly onFailed?: (failed: FailedDelivery) => void;
}

/** The event buses and their rules. */
export class Buses {
  readonly #buses = new Map<string, Bus>();
  readonly #listeners: ((event: Event, bus: string) => void)[] = [];
  readonly #options: BusesOptions;
  readonly #delivery: Delivery;

  constructor(options: BusesOptions) {
    this.#options = options;
    this.#delivery = new Delivery(options.cloud, (arn, event) => this.publish(this.get(arn).name, event), options);
    this.create('default');
  }

  /** Deliveries that have not ended. */
  get open(): number {
    return this.#delivery.open;
  }

  all(): readonly Bus[] {
    return [...this.#buses.values()];
  }

  create(name: string): Bus {
    if (this.#buses.has(name))
      throw new AwsError('ResourceAlreadyExistsException', `Event bus ${name} already exists.`);
    const bus = {
      name,
      arn: `arn:aws:events:${region}:${account}:event-bus/${name}`,
      rules: new Map<string, StoredRule>(),
    };
    this.#buses.set(name, bus);
    return bus;
  }

  remove(name: string): void {
    if (name === 'default') throw new AwsError('ValidationException', 'Cannot delete event bus default.');
    this.#buses.delete(name);
  }

  /** By name or ARN; the default bus when none is named. */
  get(nameOrArn = 'default'): Bus {
    const name = nameOrArn.split('/').at(-1) ?? nameOrArn;
    const bus = this.#buses.get(name);
    if (!bus) throw new AwsError('ResourceNotFoundException', `Event bus ${name} does not exist.`);
    return bus;
  }

  rule(name: string, busName: string | undefined): StoredRule {
    const bus = this.get(busName);
    const rule = bus.rules.get(name);
    if (!rule) throw new AwsError('ResourceNotFoundException', `Rule ${name} does not exist on EventBus ${bus.name}.`);
    return rule;
  }

  putRule(input: {
    Name: string;
    EventBusName?: string;
    EventPattern?: string;
    ScheduleExpression?: string;
    Description?: string;
    RoleArn?: string;
    State?: string;
  }): StoredRule {
    const bus = this.get(input.EventBusName);
    if (input.EventPattern === undefined && input.ScheduleExpression === undefined)
      throw new AwsError('ValidationException', 'Parameter(s) EventPattern or ScheduleExpression must be specified.');
    const matches = input.EventPattern === undefined ? () => false : compilePattern(input.EventPattern);
    const schedule = ruleSchedule(bus.name, input.ScheduleExpression);
    const path = bus.name === 'default' ? input.Name : `${bus.name}/${input.Name}`;
    const arn = `arn:aws:events:${region}:${account}:rule/${path}`;
    const rule: StoredRule = {
      name: input.Name,
      arn,
      busName: bus.name,
      description: input.Description,
      eventPattern: input.EventPattern,
      scheduleExpression: input.ScheduleExpression,
      schedule,
      timer: undefined,
      roleArn: input.RoleArn,
      enabled: input.State !== 'DISABLED',
      matches,
      targets: bus.rules.get(input.Name)?.targets ?? new Map<string, Target>(),
    };
    this.#options.cloud.clock.cancel(bus.rules.get(input.Name)?.timer);
    bus.rules.set(input.Name, rule);
    this.#arm(rule, this.#options.cloud.clock.now());
    return rule;
  }

  /** EnableRule and DisableRule. */
  enable(rule: StoredRule, enabled: boolean): void {
    this.#options.cloud.clock.cancel(rule.timer);
    rule.enabled = enabled;
    this.#arm(rule, this.#options.cloud.clock.now());
  }

  removeRule(rule: StoredRule): void {
    this.#options.cloud.clock.cancel(rule.timer);
    this.get(rule.busName).rules.delete(rule.name);
  }

  /** A scheduled rule has a timer for its next time; a rate counts from when it was put or enabled. */
  #arm(rule: StoredRule, origin: number, after = origin): void {
    const { clock } = this.#options.cloud;
    const time = rule.schedule && rule.enabled ? nextTime(rule.schedule, 'UTC', after, origin) : undefined;
    if (time === undefined) return;
    rule.timer = clock.after(time - clock.now(), () => {
      const scheduled = { source: 'aws.events', detailType: 'Scheduled Event', resources: [rule.arn], detail: {} };
      const event = this.#event(scheduled);
      for (const target of rule.targets.values()) this.#delivery.deliver(rule, target, event);
      this.#arm(rule, origin, time);
    });
  }

  /** An event of a service of the sandbox, on the default bus. */
  emit(given: NewEvent): Event {
    const event = this.#event(given);
    this.publish('default', event);
    return event;
  }

  #event({ source, detailType, resources = [], detail }: NewEvent): Event {
    const given = { source, 'detail-type': detailType, resources, detail: detail as Event['detail'] };
    return this.complete(given);
  }

  /** The event with what is missing of its envelope filled in, as of now. */
  complete(given: Partial<Event> & Pick<Event, 'source' | 'detail-type'>): Event {
    const time = `${this.#options.cloud.clock.date().toISOString().slice(0, 19)}Z`;
    const id = uuid(this.#options.random);
    return { version: '0', id, account, time, region, resources: [], detail: {}, ...given };
  }

  publish(busName: string, event: Event): void {
    for (const listener of this.#listeners) listener(event, busName);
    for (const rule of this.get(busName).rules.values()) {
      if (!rule.enabled || !rule.matches(event as unknown as { readonly [key: string]: Json })) continue;
      for (const target of rule.targets.values()) this.#delivery.deliver(rule, target, event);
    }
  }

  onEvent(listener: (event: Event, bus: string) => void): void {
    this.#listeners.push(listener);
  }
}

/** Scheduled rules are for the default bus, in UTC, and have no `at` (user guide, "Creating a rule that runs on a schedule"). */
function ruleSchedule(busName: string, text: string | undefined): Expression | undefined {
  if (text === undefined) return undefined;
  if (busName !== 'default')
    throw new AwsError('ValidationException', 'ScheduleExpression is supported only on the default event bus.');
  const expression = parseExpression(text);
  // A rate of one has the singular and every other the plural here, unlike in EventBridge Scheduler (same page).
  const [, value, plural] = /^rate\((\d+) \w+?(s?)\)$/.exec(text) ?? [];
  const wrongNumber = value !== undefined && (value === '1') === (plural === 's');
  if (!expression || expression.kind === 'at' || wrongNumber)
    throw new AwsError('ValidationException', 'Parameter ScheduleExpression is not valid.');
  return expression;
}
