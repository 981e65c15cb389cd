import { describe, expect, it } from '@jest/globals';
import { answerWith, call, invoke, one, run, useMachines } from './machine-lab.ts';

useMachines();

interface Told {
  readonly id: number;
  readonly previousEventId: number;
  readonly type: string;
  readonly [details: string]: unknown;
}

async function history(executionArn: string): Promise<Told[]> {
  return (await call<{ events: Told[] }>('GetExecutionHistory', { executionArn })).events;
}

/** Each event as its type and the event that it follows from. */
async function told(definition: object): Promise<string[]> {
  const events = await history((await run(definition)).arn);
  return events.map(({ type, previousEventId }) => `${type} < ${previousEventId}`);
}

const failing = { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'No' } } };
const passing = { StartAt: 'P', States: { P: { Type: 'Pass', End: true } } };
const twice = [{ ErrorEquals: ['States.ALL'], MaxAttempts: 2 }];
const withCatcher = (state: object) => ({
  StartAt: 'A',
  States: {
    A: { End: true, Catch: [{ ErrorEquals: ['States.ALL'], Next: 'Z' }], ...state },
    Z: { Type: 'Pass', End: true },
  },
});

describe('a Parallel or Map state in a history', () => {
  it('fails once, after its last attempt', async () => {
    expect(await told(one({ Type: 'Parallel', Branches: [failing], Retry: twice }))).toEqual([
      'ExecutionStarted < 0',
      'ParallelStateEntered < 0',
      'ParallelStateStarted < 2',
      'FailStateEntered < 3',
      'ParallelStateStarted < 4',
      'FailStateEntered < 5',
      'ParallelStateStarted < 6',
      'FailStateEntered < 7',
      'ParallelStateFailed < 8',
      'ExecutionFailed < 9',
    ]);
  });

  it('fails before it is caught', async () => {
    expect(await told(withCatcher({ Type: 'Parallel', Branches: [failing] }))).toEqual([
      'ExecutionStarted < 0',
      'ParallelStateEntered < 0',
      'ParallelStateStarted < 2',
      'FailStateEntered < 3',
      'ParallelStateFailed < 4',
      'ParallelStateExited < 5',
      'PassStateEntered < 6',
      'PassStateExited < 7',
      'ExecutionSucceeded < 8',
    ]);
  });

  it('fails once although its iterations fail at each attempt', async () => {
    const state = { Type: 'Map', Items: [1], ItemProcessor: failing, Retry: twice };
    expect((await told(one(state))).slice(2)).toEqual([
      'MapStateStarted < 2',
      'MapIterationStarted < 3',
      'FailStateEntered < 4',
      'MapIterationFailed < 5',
      'MapStateStarted < 5',
      'MapIterationStarted < 7',
      'FailStateEntered < 8',
      'MapIterationFailed < 9',
      'MapStateStarted < 9',
      'MapIterationStarted < 11',
      'FailStateEntered < 12',
      'MapIterationFailed < 13',
      'MapStateFailed < 13',
      'ExecutionFailed < 15',
    ]);
  });

  it('runs one iteration after another, each after the last state of the one before', async () => {
    const state = { Type: 'Map', Items: [1, 2], MaxConcurrency: 1, ItemProcessor: passing };
    expect((await told(one(state))).slice(2)).toEqual([
      'MapStateStarted < 2',
      'MapIterationStarted < 3',
      'PassStateEntered < 4',
      'PassStateExited < 5',
      'MapIterationSucceeded < 6',
      'MapIterationStarted < 6',
      'PassStateEntered < 8',
      'PassStateExited < 9',
      'MapIterationSucceeded < 10',
      'MapStateSucceeded < 11',
      'MapStateExited < 11',
      'ExecutionSucceeded < 13',
    ]);
  });
});

describe('a failure without a name', () => {
  it('shows neither error nor cause in history and description', async () => {
    const ended = await run({ StartAt: 'A', States: { A: { Type: 'Fail' } } });
    expect(ended).toMatchObject({ status: 'FAILED', error: undefined, cause: undefined });
    expect((await history(ended.arn)).at(-1)?.['executionFailedEventDetails']).toEqual({});
  });

  it('keeps its cause, and is caught by States.ALL without an Error', async () => {
    const branch = { StartAt: 'F', States: { F: { Type: 'Fail', Cause: 'because' } } };
    expect((await run(withCatcher({ Type: 'Parallel', Branches: [branch] }))).output).toEqual({ Cause: 'because' });
  });
});

describe('the context object', () => {
  const state = '{% $states.context.State %}';
  const times = { Name: 'A', EnteredTime: expect.any(String) };

  it.each([
    ['Pass', { Type: 'Pass', Output: state }],
    ['Wait', { Type: 'Wait', Seconds: 1, Output: state }],
  ])('has no RetryCount in a %s state', async (_, definition) => {
    expect((await run(one(definition))).output).toEqual(times);
  });

  it.each([
    ['Parallel', { Type: 'Parallel', Branches: [passing], Output: state }],
    ['Map', { Type: 'Map', Items: [1], ItemProcessor: passing, Output: state }],
  ])('has a RetryCount in a %s state', async (_, definition) => {
    expect((await run(one(definition))).output).toEqual({ ...times, RetryCount: 0 });
  });

  it('counts the retries of a task', async () => {
    answerWith((_, attempt) => (attempt < 3 ? Object.assign(new Error('why'), { name: 'Mine' }) : {}));
    const definition = one(invoke({ Retry: [{ ErrorEquals: ['Mine'] }], Output: state }));
    expect((await run(definition)).output).toEqual({ ...times, RetryCount: 2 });
  });
});

describe('a sequence of JSONata', () => {
  it.each([
    ['$range of one item is the item', '$range(1, 9, 9)', 1],
    ['$range of several is an array', '$range(1, 9, 4)', [1, 5, 9]],
    ['$partition stays an array of arrays', '$partition([0], 1)', [[0]]],
    ['an array that is written as one stays one', '[$range(1, 9, 9)]', [1]],
    ['a filter that leaves one gives it', '[1, 2][$ = 2]', 2],
    ['a filter marked with [] gives an array', '[1, 2][$ = 2][]', [2]],
  ])('%s', async (_, expression, output) => {
    expect((await run(one({ Type: 'Pass', Output: `{% ${expression} %}` }))).output).toEqual(output);
  });

  it('of one item is no array for the Items of a Map', async () => {
    const state = { Type: 'Map', Items: '{% $range(1, 1, 1) %}', ItemProcessor: passing };
    expect(await run(one(state))).toMatchObject({
      error: 'States.QueryEvaluationError',
      cause: expect.stringContaining(
        "for the field 'Items' returned an unexpected result type. Expected 'array', but was 'number'",
      ),
    });
  });
});

describe('an inline Map with tolerance', () => {
  const map = (more: object) => one({ Type: 'Map', Items: [1, 2], ItemProcessor: passing, ...more });

  it.each([
    ['a count', { ToleratedFailureCount: 1 }],
    ['an expression', { ToleratedFailurePercentage: '{% 100 %}' }],
  ])('takes %s', async (_, more) => {
    expect(await run(map(more))).toMatchObject({ status: 'SUCCEEDED', output: [1, 2] });
  });

  it.each([
    ['ToleratedFailureCount cannot be negative.', { ToleratedFailureCount: '{% -1 %}' }],
    ['ToleratedFailurePercentage must be between 0 and 100.', { ToleratedFailurePercentage: '{% 100.1 %}' }],
  ])('fails after its start: %s', async (cause, more) => {
    const ended = await run(map(more));
    expect(ended).toMatchObject({ error: 'States.Runtime', cause: expect.stringContaining(cause) });
    expect((await history(ended.arn)).map(({ type }) => type)).toContain('MapStateStarted');
  });

  it('fails with its first iteration all the same', async () => {
    expect(await run(map({ ItemProcessor: failing, ToleratedFailurePercentage: 100 }))).toMatchObject({
      status: 'FAILED',
      error: 'No',
    });
  });
});
