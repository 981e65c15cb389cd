import type { HistoryEvent } from '@aws-sdk/client-sfn';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SandboxClock } from '../../../sandbox/clock.ts';
import { RunStates } from '../../../sandbox/console/run-states.ts';

const minute = 60_000;

let now: number;
let mode: 'real' | 'skip';
let told: string[];
let states: RunStates;

beforeEach(() => {
  [now, mode, told] = [0, 'skip', []];
  // A clock that the test moves by hand; the recorder only reads it.
  const clock = Object.create(SandboxClock.prototype, {
    now: { value: () => now },
    mode: { get: () => mode },
  }) as SandboxClock;
  states = new RunStates(clock, (text) => told.push(text));
});

const enter = (name: string, type: 'Task' | 'Wait' = 'Task') =>
  states.record({ type: `${type}StateEntered`, stateEnteredEventDetails: { name } } as HistoryEvent);
const answer = (...texts: readonly string[]) => {
  const reasons = texts.map((text) => ({ code: 'BudgetHolds', about: 'pod shop/web', text }));
  const output = JSON.stringify({ StatusCode: 200, Payload: { status: 'Waiting', reasons } });
  states.record({ type: 'TaskSucceeded', taskSucceededEventDetails: { output } } as HistoryEvent);
};
const end = () => states.record({ type: 'ExecutionSucceeded' } as HistoryEvent);
/** So many rounds of a loop of two states, a minute each. */
const rounds = (count: number, ...texts: readonly string[]) => {
  for (let round = 0; round < count; round++) {
    enter('Look');
    answer(...texts);
    enter('Wait a minute', 'Wait');
    now += minute;
  }
};

describe('the states of a run', () => {
  it('are told one by one as long as they do not repeat, and when they repeat once', () => {
    rounds(2);
    end();
    expect(told).toEqual(['Look', 'Wait a minute', 'Look', 'Wait a minute']);
  });

  it('become one line when they are entered again and again: how often, for how long, and what is waited for', () => {
    rounds(29, 'its budget allows no disruption');
    enter('Look');
    answer('the drain timed out');
    enter('Roll back');
    expect(told.slice(4)).toEqual([
      'still waiting, 30 looks in 29 min: pod shop/web: its budget allows no disruption',
      'Roll back',
    ]);
  });

  it('name the state in which they wait when no answer gives a reason, and count the reasons that are left out', () => {
    rounds(3);
    end();
    expect(told.at(-1)).toBe('still waiting, 3 looks in 3 min: Wait a minute');
    rounds(1, 'one', 'two', 'three');
    end();
    expect(told.at(-1)).toBe('still waiting, 4 looks in 4 min: pod shop/web: one (and 2 more)');
  });

  it('say a word each minute when a minute takes a minute, so that nobody thinks that it hangs', () => {
    mode = 'real';
    rounds(5, 'busy');
    expect(told.slice(4)).toHaveLength(3);
  });
});
