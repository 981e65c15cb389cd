import { AwsError, type Cloud, type Principal } from '../../aws/contract.ts';
import { type AlarmInput, type AlarmState, alarmArn, type StateValue } from './alarm.ts';
import { type AlarmChange, alarmMessage, alarmSubject } from './alarm-message.ts';
import { alarmState } from './alarm-state.ts';
import { checkAlarm } from './check-alarm.ts';
import type { MetricStore } from './metric-store.ts';

/** Alarms of periods of a minute and more are looked at each minute (CloudWatch user guide, "Evaluating an alarm"). */
const lookEvery = 60_000;

/** An alarm with the state that it was last found in. */
export interface Alarm {
  readonly input: AlarmInput;
  /** When it was put. */
  readonly updated: Date;
  readonly state: AlarmState;
  readonly stateUpdated: Date;
}

/** What became of an alarm's change: a line for each action that could not be done. */
export type AlarmListener = (change: AlarmChange, failures: readonly string[]) => void;

/** Alarms, their states, and what they do when these change. */
export class Alarms {
  readonly #cloud: Cloud;
  readonly #metrics: MetricStore;
  readonly #alarms = new Map<string, Alarm>();
  readonly #listeners: AlarmListener[] = [];
  #acting = 0;

  constructor(tools: { readonly cloud: Cloud; readonly metrics: MetricStore }) {
    this.#cloud = tools.cloud;
    this.#metrics = tools.metrics;
  }

  /** Changes of states whose actions are under way. */
  get acting(): number {
    return this.#acting;
  }

  onChange(listener: AlarmListener): void {
    this.#listeners.push(listener);
  }

  /** Throws for what AWS would refuse and for what the sandbox does not evaluate. A known alarm keeps its state. */
  put(input: AlarmInput): void {
    checkAlarm(input);
    const now = this.#cloud.clock.date();
    const known = this.#alarms.get(input.AlarmName);
    const created = { value: 'INSUFFICIENT_DATA', reason: 'Unchecked: Initial alarm creation' } as const;
    this.#alarms.set(input.AlarmName, {
      input,
      updated: now,
      state: known?.state ?? created,
      stateUpdated: known?.stateUpdated ?? now,
    });
  }

  remove(name: string): void {
    this.#alarms.delete(name);
  }

  /** All alarms as they are now. */
  all(): readonly Alarm[] {
    this.look();
    return [...this.#alarms.values()];
  }

  /** Looks each minute. A timer that stands by itself never moves a clock that skips: time must pass for another reason. */
  watch(): void {
    this.#cloud.clock.after(lookEvery, () => {
      this.look();
      this.watch();
    });
  }

  /** Finds the state of every alarm; what has changed acts. */
  look(): void {
    const at = this.#cloud.clock.now();
    for (const alarm of this.#alarms.values()) {
      const before = alarm.state.value;
      const state = alarmState(alarm.input, this.#metrics, at, before);
      if (state.value === before) continue;
      this.#alarms.set(alarm.input.AlarmName, { ...alarm, state, stateUpdated: new Date(at) });
      void this.#act({ alarm: alarm.input, updated: alarm.updated.getTime(), before, state, at });
    }
  }

  async #act(change: AlarmChange): Promise<void> {
    const { alarm, state } = change;
    const actions = alarm.ActionsEnabled === false ? [] : actionsOf(alarm, state.value);
    this.#acting += 1;
    const failures = await this.#cloud.clock.hold(`alarm ${alarm.AlarmName}`, async () => {
      const tried = await Promise.all(actions.map((action) => this.#publish(action, change)));
      return tried.filter((failure) => failure !== undefined);
    });
    this.#acting -= 1;
    for (const listener of this.#listeners) listener(change, failures);
  }

  /** CloudWatch is a service with the alarm as its source: the topic's policy decides. In the words of an alarm's history. */
  async #publish(TopicArn: string, change: AlarmChange): Promise<string | undefined> {
    const sourceArn = alarmArn(change.alarm.AlarmName);
    const principal: Principal = { kind: 'service', service: 'cloudwatch.amazonaws.com', sourceArn };
    const input = { TopicArn, Subject: alarmSubject(change), Message: alarmMessage(change) };
    try {
      await this.#cloud.call('sns', 'Publish', input, principal);
      return undefined;
    } catch (error) {
      if (!(error instanceof AwsError)) throw error;
      return `Failed to execute action ${TopicArn}. Received error: "${error.message}"`;
    }
  }
}

function actionsOf(alarm: AlarmInput, value: StateValue): readonly string[] {
  const { OKActions = [], AlarmActions = [], InsufficientDataActions = [] } = alarm;
  return value === 'OK' ? OKActions : value === 'ALARM' ? AlarmActions : InsufficientDataActions;
}
