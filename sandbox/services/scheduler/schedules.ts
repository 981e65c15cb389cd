import { ClientTokens } from '../../aws/client-tokens.ts';
import { AwsError, account, type Cloud, type Principal, region } from '../../aws/contract.ts';
import type { Timer } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import { Attempts, type GivenUp } from '../events/attempts.ts';
import { deadLetter, textAttributes } from '../events/queue-messages.ts';
import { callTarget, checkTarget } from './call-target.ts';
import { checkSchedule } from './check-schedule.ts';
import type { Occasion, ScheduleInput, ScheduleTarget } from './contract.ts';
import { type Expression, nextTime } from './expression.ts';

export interface Schedule {
  readonly arn: string;
  readonly createdAt: Date;
  readonly modifiedAt: Date;
  readonly given: ScheduleInput;
  readonly expression: Expression;
  timer: Timer | undefined;
}

export interface Group {
  readonly name: string;
  readonly arn: string;
  readonly createdAt: Date;
  readonly schedules: Map<string, Schedule>;
}

/** The schedules of EventBridge Scheduler and their timers on the sandbox's clock. */
export class Schedules {
  readonly groups = new Map<string, Group>();
  readonly #cloud: Cloud;
  readonly #random: Random;
  readonly #attempts: Attempts;
  readonly #tokens = new ClientTokens(otherParameters);

  constructor({ cloud, random }: { readonly cloud: Cloud; readonly random: Random }) {
    this.#cloud = cloud;
    this.#random = random;
    this.#attempts = new Attempts(cloud);
    this.addGroup('default');
  }

  /** Calls of targets that have not ended. A schedule that is due in future is no open work. */
  get open(): number {
    return this.#attempts.open;
  }

  /** Gives the ARN, as all that changes does; throws `ConflictException`. */
  addGroup(name: string, token?: string): string {
    return this.#tokens.once('CreateScheduleGroup', token, { name }, () => {
      if (this.groups.has(name)) throw new AwsError('ConflictException', `Schedule group ${name} already exists.`, 409);
      const arn = `arn:aws:scheduler:${region}:${account}:schedule-group/${name}`;
      this.#tokens.forget(arn);
      const group = { name, arn, createdAt: this.#cloud.clock.date(), schedules: new Map<string, Schedule>() };
      this.groups.set(name, group);
      return arn;
    });
  }

  group(name = 'default'): Group {
    const group = this.groups.get(name);
    if (!group) throw new AwsError('ResourceNotFoundException', `Schedule group ${name} does not exist.`, 404);
    return group;
  }

  get(name: string, groupName?: string): Schedule {
    const schedule = this.group(groupName).schedules.get(name);
    if (!schedule) throw new AwsError('ResourceNotFoundException', `Schedule ${name} does not exist.`, 404);
    return schedule;
  }

  /** Throws an error that names what the sandbox does not have. */
  checkTarget(target: ScheduleTarget): Promise<void> {
    return checkTarget(this.#cloud, target);
  }

  /** Throws `ConflictException`. */
  create(given: ScheduleInput): string {
    return this.#tokens.once('CreateSchedule', given.ClientToken, given, () => {
      if (this.group(given.GroupName).schedules.has(given.Name))
        throw new AwsError('ConflictException', `Schedule ${given.Name} already exists.`, 409);
      const { arn } = this.#put(given, this.#cloud.clock.date());
      this.#tokens.forget(arn);
      return arn;
    });
  }

  /** Replaces the whole schedule: what is not given has its default again (UpdateSchedule API reference). */
  update(given: ScheduleInput): string {
    return this.#tokens.once('UpdateSchedule', given.ClientToken, given, () => {
      const known = this.get(given.Name, given.GroupName);
      const { arn } = this.#put(given, known.createdAt);
      this.#cloud.clock.cancel(known.timer);
      return arn;
    });
  }

  remove(name: string, groupName?: string, token?: string): string {
    return this.#tokens.once('DeleteSchedule', token, { name, groupName }, () => {
      const schedule = this.get(name, groupName);
      this.#drop(schedule);
      return schedule.arn;
    });
  }

  removeGroup(name: string, token?: string): string {
    return this.#tokens.once('DeleteScheduleGroup', token, { name }, () => {
      if (name === 'default')
        throw new AwsError('ValidationException', 'The default schedule group cannot be deleted.');
      const { arn, schedules } = this.group(name);
      for (const schedule of schedules.values()) this.#drop(schedule);
      this.#tokens.forget(arn);
      this.groups.delete(name);
      return arn;
    });
  }

  #drop({ arn, given, timer }: Schedule): void {
    this.#cloud.clock.cancel(timer);
    this.#tokens.forget(arn);
    this.group(given.GroupName).schedules.delete(given.Name);
  }

  #put(given: ScheduleInput, createdAt: Date): Schedule {
    const now = this.#cloud.clock.date();
    const group = this.group(given.GroupName);
    const arn = `arn:aws:scheduler:${region}:${account}:schedule/${group.name}/${given.Name}`;
    const expression = checkSchedule(given, now.getTime());
    const schedule: Schedule = { arn, createdAt, modifiedAt: now, given, expression, timer: undefined };
    group.schedules.set(given.Name, schedule);
    this.#arm(schedule, now.getTime() - 1);
    return schedule;
  }

  /** Sets the timer for the first time after `after`. */
  #arm(schedule: Schedule, after: number): void {
    const { given, expression, modifiedAt } = schedule;
    if (given.State === 'DISABLED') return;
    // One-time schedules have neither start nor end (CreateSchedule API reference).
    const recurs = expression.kind !== 'at';
    const start = (recurs && given.StartDate?.getTime()) || modifiedAt.getTime();
    const end = (recurs && given.EndDate?.getTime()) || Number.POSITIVE_INFINITY;
    const time = nextTime(expression, given.ScheduleExpressionTimezone ?? 'UTC', Math.max(after, start - 1), start);
    if (time === undefined || time > end) {
      if (given.ActionAfterCompletion === 'DELETE') this.#drop(schedule);
      return;
    }
    const window = given.FlexibleTimeWindow.Mode === 'OFF' ? 0 : (given.FlexibleTimeWindow.MaximumWindowInMinutes ?? 0);
    const delay = time - this.#cloud.clock.now() + Math.floor(this.#random() * window * 60_000);
    schedule.timer = this.#cloud.clock.after(delay, () => {
      this.#fire(schedule, time);
      this.#arm(schedule, time);
    });
  }

  #fire({ arn, given }: Schedule, scheduledTime: number): void {
    const occasion: Occasion = { scheduleArn: arn, executionId: uuid(this.#random), scheduledTime };
    this.#attempts.begin({
      what: `schedule ${given.Name}`,
      delay: 0,
      since: scheduledTime,
      policy: given.Target.RetryPolicy,
      send: (attempt) => callTarget(this.#cloud, given.Target, occasion, attempt),
      giveUp: (failure) => this.#deadLetter(given, occasion, failure),
    });
  }

  /** Attributes: user guide, "Configuring a dead-letter queue"; the queue is written to with the rights of the role. */
  async #deadLetter({ Target }: ScheduleInput, occasion: Occasion, { error, attempts, exhausted }: GivenUp) {
    const arn = Target.DeadLetterConfig?.Arn;
    if (arn === undefined) return;
    const MessageAttributes = textAttributes({
      SCHEDULE_ARN: occasion.scheduleArn,
      SCHEDULED_TIME: `${new Date(occasion.scheduledTime).toISOString().slice(0, 19)}Z`,
      TARGET_ARN: Target.Arn,
      ERROR_CODE: error.code,
      ERROR_MESSAGE: error.message,
      RETRY_ATTEMPTS: String(attempts - 1),
      EXHAUSTED_RETRY_CONDITION: exhausted,
      IS_PAYLOAD_TRUNCATED: 'false',
    });
    const asRole: Principal = { kind: 'role', roleArn: Target.RoleArn, sessionName: occasion.executionId };
    await deadLetter(this.#cloud, arn, { MessageBody: Target.Input ?? '{}', MessageAttributes }, asRole);
  }
}

/** EventBridge Scheduler documents no other error for a token that comes again with another request. */
function otherParameters(): AwsError {
  return new AwsError('ConflictException', 'The ClientToken has been used for another request.', 409);
}
