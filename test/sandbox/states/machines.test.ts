import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { AwsError, type Service } from '../../../sandbox/aws/contract.ts';
import type { NewEvent } from '../../../sandbox/events/contract.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { createStates, type States } from '../../../sandbox/states/states.ts';
import { type TestCloud, testCloud } from '../aws/support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/machine';
const fn = 'arn:aws:lambda:us-east-1:000000000000:function:work';

let parts: TestCloud;
let states: States;
let emitted: NewEvent[];
let invoked: { at: number; payload: unknown }[];
let answer: (payload: { n?: number }, attempt: number) => unknown;
let began: number;

/** Lambda as far as a state machine sees it: an answer, or the error that a function throws. */
const lambda: Service = {
  name: 'lambda',
  operations: {
    Invoke: ({ Payload }: { Payload: Uint8Array }) => {
      const payload = JSON.parse(Buffer.from(Payload).toString()) as { n?: number };
      invoked.push({ at: parts.clock.now() - began, payload });
      const result = answer(payload, invoked.length);
      const failed = result instanceof Error;
      const body = failed ? { errorType: result.name, errorMessage: result.message, trace: [] } : result;
      return {
        StatusCode: 200,
        ...(failed && { FunctionError: 'Unhandled' }),
        Payload: Buffer.from(JSON.stringify(body)),
        ExecutedVersion: '$LATEST',
      };
    },
  },
};

function named(name: string): Error {
  return Object.assign(new Error('why'), { name });
}

const call = <Output>(operation: string, input: object, service = 'states') =>
  parts.cloud.call<Output>(service, operation, input, { kind: 'person' });

beforeEach(() => {
  parts = testCloud(lambda);
  const statement = { Effect: 'Allow', Action: ['lambda:InvokeFunction', 'sqs:*', 'ssm:*', 'states:*'], Resource: '*' };
  parts.roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement: [statement] }]);
  emitted = [];
  invoked = [];
  answer = ({ n }) => ({ n });
  began = parts.clock.now();
  states = createStates({
    cloud: parts.cloud,
    clock: parts.clock,
    random: seededRandom(4),
    emit: (event) => void emitted.push(event),
  });
  parts.cloud.add(states.service);
});

afterEach(() => {
  states.close();
  parts.clock.close();
});

const machines = { count: 0 };

async function define(definition: object): Promise<string> {
  machines.count += 1;
  const text = JSON.stringify({ QueryLanguage: 'JSONata', ...definition });
  return (
    await call<{ stateMachineArn: string }>('CreateStateMachine', {
      name: `m${machines.count}`,
      definition: text,
      roleArn,
    })
  ).stateMachineArn;
}

interface Ended {
  readonly status: string;
  readonly output: unknown;
  readonly error?: string;
  readonly cause?: string;
  readonly arn: string;
}

async function ended(arn: string, lookEvery = 500): Promise<Ended> {
  for (;;) {
    const found = await call<{ status: string; output?: string; error?: string; cause?: string }>('DescribeExecution', {
      executionArn: arn,
    });
    const { output, ...rest } = found;
    if (found.status !== 'RUNNING')
      return { ...rest, arn, output: output === undefined ? undefined : JSON.parse(output) };
    await parts.clock.sleep(lookEvery);
  }
}

async function run(definition: object, input: unknown = {}, lookEvery = 500): Promise<Ended> {
  const start = { stateMachineArn: await define(definition), input: JSON.stringify(input) };
  const { executionArn } = await call<{ executionArn: string }>('StartExecution', start);
  return await ended(executionArn, lookEvery);
}

const invoke = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: fn, Payload: '{% $states.input %}' },
  ...more,
});
const one = (state: object) => ({ StartAt: 'A', States: { A: { End: true, ...state } } });

describe('a state', () => {
  it.each<[string, object, unknown, unknown]>([
    ['Pass gives its input', one({ Type: 'Pass' }), { a: 1 }, { a: 1 }],
    [
      'Pass gives its Output',
      one({ Type: 'Pass', Output: { sum: '{% $states.input.a + 1 %}', text: 'as it is' } }),
      { a: 1 },
      { sum: 2, text: 'as it is' },
    ],
    [
      'keys with hyphens are read in quotes',
      one({ Type: 'Pass', Output: '{% $states.input.detail."instance-id" %}' }),
      { detail: { 'instance-id': 'i-1' } },
      'i-1',
    ],
    [
      'Succeed ends with its Output',
      { StartAt: 'A', States: { A: { Type: 'Succeed', Output: '{% [1, 2] %}' } } },
      {},
      [1, 2],
    ],
    ['a task gives the whole answer', one(invoke({ Output: '{% $states.result.Payload %}' })), { n: 3 }, { n: 3 }],
    [
      '$parse, $partition and $range are there',
      one({ Type: 'Pass', Output: '{% {"p": $parse("[1]"), "q": $partition([1,2,3], 2), "r": $range(1, 5, 2)} %}' }),
      {},
      { p: [1], q: [[1, 2], [3]], r: [1, 3, 5] },
    ],
  ])('%s', async (_, definition, input, output) => {
    expect(await run(definition, input)).toMatchObject({ status: 'SUCCEEDED', output });
  });

  it('Choice goes the first way that holds, else by default, else fails', async () => {
    const choice = (more: object) => ({
      StartAt: 'C',
      States: {
        C: {
          Type: 'Choice',
          Choices: [
            { Condition: '{% $states.input.n > 5 %}', Next: 'Big' },
            { Condition: '{% $states.input.n > 1 %}', Next: 'Some' },
          ],
          ...more,
        },
        Big: { Type: 'Pass', Output: 'big', End: true },
        Some: { Type: 'Pass', Output: 'some', End: true },
        Few: { Type: 'Pass', Output: 'few', End: true },
      },
    });
    const withDefault = choice({ Default: 'Few' });
    expect((await run(withDefault, { n: 9 })).output).toBe('big');
    expect((await run(withDefault, { n: 3 })).output).toBe('some');
    expect((await run(withDefault, { n: 0 })).output).toBe('few');
    const without = choice({});
    Reflect.deleteProperty(without.States, 'Few');
    expect(await run(without, { n: 0 })).toMatchObject({ status: 'FAILED', error: 'States.NoChoiceMatched' });
  });

  it('Wait waits on the clock, by seconds and until a time', async () => {
    const until = new Date(began + 3_600_000).toISOString();
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Wait', Seconds: '{% 60 * 2 %}', Next: 'B' },
        B: { Type: 'Wait', Timestamp: until, End: true },
      },
    };
    await run(definition, {}, 60_000);
    expect(parts.clock.now() - began).toBeGreaterThanOrEqual(3_600_000);
    expect(parts.clock.now() - began).toBeLessThanOrEqual(3_660_000);
  });

  it('Fail ends with its error and cause', async () => {
    expect(
      await run({ StartAt: 'A', States: { A: { Type: 'Fail', Error: "{% 'My' & 'Error' %}", Cause: 'because' } } }),
    ).toMatchObject({ status: 'FAILED', error: 'MyError', cause: 'because' });
  });
});

describe('variables', () => {
  it('are seen by later states; Assign and Output see what was before', async () => {
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 1 }, Next: 'B' },
        B: { Type: 'Pass', Assign: { x: '{% $x + 1 %}' }, Output: '{% $x %}', Next: 'C' },
        C: { Type: 'Pass', Output: '{% [$states.input, $x] %}', End: true },
      },
    };
    expect((await run(definition)).output).toEqual([1, 2]);
  });

  it('of an outer scope are read in a Map, and what is assigned there stays there', async () => {
    const processor = {
      StartAt: 'I',
      States: {
        I: { Type: 'Pass', Assign: { y: '{% $states.input * $x %}' }, Next: 'J' },
        J: { Type: 'Pass', Output: '{% $y %}', End: true },
      },
    };
    const definition = {
      StartAt: 'A',
      States: {
        A: { Type: 'Pass', Assign: { x: 10 }, Next: 'M' },
        M: { Type: 'Map', Items: '{% [1, 2, 3] %}', ItemProcessor: processor, Next: 'E' },
        E: { Type: 'Pass', Output: '{% {"items": $states.input, "leaked": $exists($y)} %}', End: true },
      },
    };
    expect((await run(definition)).output).toEqual({ items: [10, 20, 30], leaked: false });
  });

  it.each([
    ['a result that is undefined', one({ Type: 'Pass', Output: '{% $states.input.nothing %}' })],
    ['an unknown variable', one({ Type: 'Pass', Output: '{% $nothing + 1 %}' })],
    ['a type that does not fit', one({ Type: 'Wait', Seconds: "{% 'soon' %}" })],
  ])('and %s end in States.QueryEvaluationError', async (_, definition) => {
    expect(await run(definition)).toMatchObject({ status: 'FAILED', error: 'States.QueryEvaluationError' });
  });
});

describe('Retry', () => {
  const retry = (more: object = {}) =>
    one(invoke({ Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4, ...more }] }));

  it('waits longer each time, up to MaxDelaySeconds, and then gives up with the error of the function', async () => {
    answer = () => named('Busy');
    expect(await run(retry({ MaxDelaySeconds: 5 }))).toMatchObject({
      status: 'FAILED',
      error: 'Busy',
      cause: expect.stringContaining('why'),
    });
    const gaps = invoked.slice(1).map(({ at }, index) => at - (invoked[index]?.at ?? 0));
    expect(gaps).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  it('jitters between nothing and the whole delay', async () => {
    answer = () => named('Busy');
    await run(retry({ JitterStrategy: 'FULL' }));
    invoked.slice(1).forEach(({ at }, index) => {
      const gap = at - (invoked[index]?.at ?? 0);
      expect(gap).toBeGreaterThanOrEqual(0);
      expect(gap).toBeLessThan(2_000 * 2 ** index);
    });
  });

  it('leaves other errors alone', async () => {
    answer = () => named('Other');
    expect(await run(retry())).toMatchObject({ status: 'FAILED', error: 'Other' });
    expect(invoked).toHaveLength(1);
  });

  it('ends with the success of a later attempt', async () => {
    answer = (_, attempt) => (attempt < 3 ? named('Busy') : { done: true });
    expect(await run(retry())).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked).toHaveLength(3);
  });
});

describe('Catch', () => {
  const caught = (errors: string[], task: object = {}) => ({
    StartAt: 'A',
    States: {
      A: invoke({
        End: true,
        Catch: [{ ErrorEquals: errors, Next: 'B', Assign: { e: '{% $states.errorOutput %}' } }],
        ...task,
      }),
      B: { Type: 'Pass', Output: '{% $e.Error %}', End: true },
    },
  });

  it.each([
    ['its own name', ['Boom'], 'Boom'],
    ['States.ALL', ['States.ALL'], 'Boom'],
    ['States.TaskFailed', ['States.TaskFailed'], 'Boom'],
  ])('takes an error by %s', async (_, errors, expected) => {
    answer = () => named('Boom');
    expect(await run(caught(errors))).toMatchObject({ status: 'SUCCEEDED', output: expected });
  });

  it('takes a missing function by the name that Step Functions gives it', async () => {
    answer = () => {
      throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
    };
    expect(await run(caught(['Lambda.ResourceNotFoundException']))).toMatchObject({
      output: 'Lambda.ResourceNotFoundException',
    });
  });

  it('does not take a timeout for a failed task', async () => {
    const waiting = { Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken', TimeoutSeconds: 5 };
    const { QueueUrl } = await call<{ QueueUrl: string }>('CreateQueue', { QueueName: 'q' }, 'sqs');
    const Arguments = { QueueUrl, MessageBody: '{% $states.context.Task.Token %}' };
    expect(await run(caught(['States.TaskFailed'], { ...waiting, Arguments }))).toMatchObject({
      status: 'FAILED',
      error: 'States.Timeout',
    });
    expect(await run(caught(['States.Timeout'], { ...waiting, Arguments }))).toMatchObject({
      output: 'States.Timeout',
    });
  });
});

describe('a task token', () => {
  async function waiting(more: object = {}) {
    const { QueueUrl } = await call<{ QueueUrl: string }>('CreateQueue', { QueueName: 'tokens' }, 'sqs');
    const stateMachineArn = await define(
      one({
        Type: 'Task',
        Resource: 'arn:aws:states:::sqs:sendMessage.waitForTaskToken',
        Arguments: { QueueUrl, MessageBody: '{% $states.context.Task.Token %}' },
        ...more,
      }),
    );
    const { executionArn } = await call<{ executionArn: string }>('StartExecution', { stateMachineArn });
    const { Messages } = await call<{ Messages: [{ Body: string }] }>(
      'ReceiveMessage',
      { QueueUrl, WaitTimeSeconds: 5 },
      'sqs',
    );
    return { executionArn, taskToken: Messages[0].Body };
  }

  it('brings the result back, once', async () => {
    const { executionArn, taskToken } = await waiting();
    await call('SendTaskSuccess', { taskToken, output: '{"ok":1}' });
    expect(await ended(executionArn)).toMatchObject({ status: 'SUCCEEDED', output: { ok: 1 } });
    await expect(call('SendTaskSuccess', { taskToken, output: '{}' })).rejects.toMatchObject({ code: 'TaskTimedOut' });
  });

  it('brings a failure back', async () => {
    const { executionArn, taskToken } = await waiting();
    await call('SendTaskFailure', { taskToken, error: 'Denied', cause: 'no' });
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'Denied', cause: 'no' });
  });

  it('times out without heartbeats, and not with them', async () => {
    const { executionArn, taskToken } = await waiting({ HeartbeatSeconds: 10 });
    await parts.clock.sleep(8_000);
    await call('SendTaskHeartbeat', { taskToken });
    await parts.clock.sleep(8_000);
    expect((await call<{ status: string }>('DescribeExecution', { executionArn })).status).toBe('RUNNING');
    expect(await ended(executionArn)).toMatchObject({ status: 'FAILED', error: 'States.Timeout' });
  });

  it('that nobody gave out is refused', async () => {
    await expect(call('SendTaskSuccess', { taskToken: 'x', output: '{}' })).rejects.toMatchObject({
      code: 'InvalidToken',
    });
  });
});

describe('Map and Parallel', () => {
  it('runs no more iterations at a time than MaxConcurrency, and keeps their order', async () => {
    const processor = {
      StartAt: 'W',
      States: {
        W: { Type: 'Wait', Seconds: 10, Next: 'T' },
        T: invoke({ Output: '{% $states.result.Payload.n * 2 %}', End: true }),
      },
    };
    const definition = one({
      Type: 'Map',
      MaxConcurrency: 2,
      Items: '{% [1, 2, 3, 4] %}',
      ItemSelector: { n: '{% $states.context.Map.Item.Value %}' },
      ItemProcessor: processor,
    });
    expect((await run(definition)).output).toEqual([2, 4, 6, 8]);
    expect(invoked.map(({ at }) => Math.round(at / 10_000))).toEqual([1, 1, 2, 2]);
  });

  it('fails as a whole when a branch fails, and stops the others', async () => {
    const branch = (state: object) => ({ StartAt: 'X', States: { X: { End: true, ...state } } });
    const definition = one({
      Type: 'Parallel',
      Branches: [
        branch({ Type: 'Wait', Seconds: 1_000 }),
        { StartAt: 'F', States: { F: { Type: 'Fail', Error: 'Broken' } } },
      ],
    });
    expect(await run(definition)).toMatchObject({ status: 'FAILED', error: 'Broken' });
    expect(parts.clock.now() - began).toBeLessThan(10_000);
  });

  it('gives the outputs of all branches', async () => {
    const branch = (Output: string) => ({ StartAt: 'X', States: { X: { Type: 'Pass', Output, End: true } } });
    expect((await run(one({ Type: 'Parallel', Branches: [branch('a'), branch('b')] }))).output).toEqual(['a', 'b']);
  });
});

describe('an integration', () => {
  it('aws-sdk takes and gives members in PascalCase, and names errors after the service', async () => {
    await call('PutParameter', { Name: '/p', Type: 'String', Value: 'v' }, 'ssm');
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::aws-sdk:ssm:getParameter',
      Arguments: { Name: '/p' },
      Output: '{% $states.result.Parameter.Value %}',
    };
    expect((await run(one(task))).output).toBe('v');
    expect(await run(one({ ...task, Arguments: { Name: '/missing' } }))).toMatchObject({
      status: 'FAILED',
      error: 'Ssm.ParameterNotFoundException',
    });
  });

  it('startExecution.sync:2 gives the output of the other execution', async () => {
    const inner = await define(one({ Type: 'Pass', Output: { inner: '{% $states.input.v %}' } }));
    const task = {
      Type: 'Task',
      Resource: 'arn:aws:states:::states:startExecution.sync:2',
      Arguments: { StateMachineArn: inner, Input: { v: 7 } },
      Output: '{% $states.result.Output %}',
    };
    expect((await run(one(task))).output).toEqual({ inner: 7 });
  });

  it('is refused where the role may not call', async () => {
    const other = 'arn:aws:iam::000000000000:role/other';
    parts.roles.registerRole(other, [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'ssm:GetParameter', Resource: '*' }] },
    ]);
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...one(invoke()) });
    const { stateMachineArn } = await call<{ stateMachineArn: string }>('CreateStateMachine', {
      name: 'denied',
      definition,
      roleArn: other,
    });
    const { executionArn } = await call<{ executionArn: string }>('StartExecution', { stateMachineArn });
    expect(await ended(executionArn)).toMatchObject({
      status: 'FAILED',
      cause: expect.stringContaining('is not authorized to perform: lambda:InvokeFunction'),
    });
  });
});

describe('an execution', () => {
  const waits = one({ Type: 'Wait', Seconds: 100 });

  it('is started once by its name: the same input while it runs is the same execution, anything else exists already', async () => {
    const stateMachineArn = await define(waits);
    const start = (input: string) =>
      call<{ executionArn: string }>('StartExecution', { stateMachineArn, name: 'n', input });
    const { executionArn } = await start('{}');
    expect((await start('{}')).executionArn).toBe(executionArn);
    await expect(start('{"a":1}')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
    await ended(executionArn);
    await expect(start('{}')).rejects.toMatchObject({ code: 'ExecutionAlreadyExists' });
  });

  it.each([['a b'], ['a/b'], ['x'.repeat(81)]])('cannot be called %j', async (name) => {
    await expect(call('StartExecution', { stateMachineArn: await define(waits), name })).rejects.toMatchObject({
      code: expect.stringMatching(/InvalidName|ValidationException/),
    });
  });

  it('ends when it is stopped, with error and cause', async () => {
    const stateMachineArn = await define(waits);
    const { executionArn } = await call<{ executionArn: string }>('StartExecution', { stateMachineArn });
    await call('StopExecution', { executionArn, error: 'Enough', cause: 'said so' });
    expect(await ended(executionArn)).toMatchObject({ status: 'ABORTED', error: 'Enough', cause: 'said so' });
  });

  it('ends when the time of its machine is over', async () => {
    expect(await run({ TimeoutSeconds: 30, ...waits })).toMatchObject({ status: 'TIMED_OUT' });
  });

  it('goes on from the state that failed when it is redriven', async () => {
    answer = (_, attempt) => (attempt === 2 ? named('Broken') : { attempt });
    const { arn, status } = await run({ StartAt: 'A', States: { A: invoke({ Next: 'B' }), B: invoke({ End: true }) } });
    expect([status, invoked.length]).toEqual(['FAILED', 2]);
    await call('RedriveExecution', { executionArn: arn });
    expect(await ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked).toHaveLength(3);
  });

  it('says whether it can be redriven, and gives its history without data', async () => {
    answer = () => named('Broken');
    const failed = await run(one(invoke()), { secret: 'x' });
    expect(await call('DescribeExecution', { executionArn: failed.arn })).toMatchObject({
      redriveStatus: 'REDRIVABLE',
    });
    const { arn } = await run(one({ Type: 'Pass' }));
    expect(await call('DescribeExecution', { executionArn: arn })).toMatchObject({
      redriveStatus: 'NOT_REDRIVABLE',
      redriveStatusReason: expect.stringContaining('SUCCEEDED'),
    });
    const history = await call('GetExecutionHistory', { executionArn: failed.arn, includeExecutionData: false });
    expect(JSON.stringify(history)).not.toContain('secret');
    expect(history).toMatchObject({
      events: expect.arrayContaining([expect.objectContaining({ type: 'TaskScheduled' })]),
    });
  });

  it('tells of its beginning and its end on the default bus', async () => {
    await run(one({ Type: 'Pass' }));
    expect(emitted).toMatchObject([
      { source: 'aws.states', detailType: 'Step Functions Execution Status Change', detail: { status: 'RUNNING' } },
      { detail: { status: 'SUCCEEDED', output: '{}' } },
    ]);
  });

  it("has a history in AWS's shape, in pages, from either end", async () => {
    const { arn } = await run(one(invoke()), { n: 1 });
    const { events } = await call<{ events: { type: string; id: number; previousEventId: number }[] }>(
      'GetExecutionHistory',
      { executionArn: arn },
    );
    expect(events.map(({ type }) => type)).toEqual([
      'ExecutionStarted',
      'TaskStateEntered',
      'TaskScheduled',
      'TaskStarted',
      'TaskSucceeded',
      'TaskStateExited',
      'ExecutionSucceeded',
    ]);
    expect(events.map(({ id }) => id)).toEqual([1, 2, 3, 4, 5, 6, 7]);
    expect(events.map(({ previousEventId }) => previousEventId)).toEqual([0, 0, 2, 3, 4, 5, 6]);
    const page = await call<{ events: { id: number }[]; nextToken: string }>('GetExecutionHistory', {
      executionArn: arn,
      maxResults: 3,
      reverseOrder: true,
    });
    expect(page.events.map(({ id }) => id)).toEqual([7, 6, 5]);
    const next = await call<{ events: { id: number }[] }>('GetExecutionHistory', {
      executionArn: arn,
      maxResults: 3,
      reverseOrder: true,
      nextToken: page.nextToken,
    });
    expect(next.events.map(({ id }) => id)).toEqual([4, 3, 2]);
  });
});

describe('a definition is refused', () => {
  const pass = { Type: 'Pass', End: true };

  it.each<[string, object, RegExp]>([
    ['in JSONPath', { QueryLanguage: 'JSONPath', StartAt: 'A', States: { A: pass } }, /JSONata.*not JSONPath/],
    ['with an unknown field', one({ Type: 'Pass', ResultPath: '$.x' }), /"ResultPath" is not supported/],
    ['with an unknown field of the machine', { ...one({ Type: 'Pass' }), Processor: 1 }, /"Processor"/],
    ['with an unknown type of state', one({ Type: 'Jump' }), /Unknown state type 'Jump'/],
    [
      'with a target that is not there',
      { StartAt: 'A', States: { A: { Type: 'Pass', Next: 'B' } } },
      /Missing 'Next' target: B/,
    ],
    ['with a state that nothing leads to', { StartAt: 'A', States: { A: pass, B: pass } }, /"B" is not reachable/],
    [
      'with States.ALL beside others',
      one(invoke({ Retry: [{ ErrorEquals: ['States.ALL', 'X'] }] })),
      /alone and at the end/,
    ],
    [
      'with a heartbeat as long as the timeout',
      one(invoke({ TimeoutSeconds: 5, HeartbeatSeconds: 5 })),
      /HeartbeatSeconds/,
    ],
    ['with an expression that is none', one({ Type: 'Pass', Output: '{% $( %}' }), /INVALID_JSONATA/],
    ['with Next and End', { StartAt: 'A', States: { A: { ...pass, Next: 'B' }, B: pass } }, /either Next or End/],
    ['with a Task without a resource', one({ Type: 'Task' }), /needs Resource/],
    [
      'with a Wait for two things',
      one({ Type: 'Wait', Seconds: 1, Timestamp: '2026-01-01T00:00:00Z' }),
      /either Seconds or/,
    ],
    ['with a Wait for nothing', one({ Type: 'Wait' }), /either Seconds or Timestamp/],
    [
      'with a Choice of nothing',
      { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [] } } },
      /Choices must be a list/,
    ],
    [
      'with a choice rule of JSONPath',
      { StartAt: 'A', States: { A: { Type: 'Choice', Choices: [{ Variable: '$.x', Next: 'B' }] }, B: pass } },
      /"Variable".*needs a Condition/,
    ],
    [
      'with a catcher that has a ResultPath',
      one(invoke({ Catch: [{ ErrorEquals: ['X'], ResultPath: '$', Next: 'A' }] })),
      /"ResultPath"/,
    ],
    [
      'with a retrier that speeds up',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], BackoffRate: 0.5 }] })),
      /BackoffRate/,
    ],
    [
      'with a longest delay below the first',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], IntervalSeconds: 5, MaxDelaySeconds: 5 }] })),
      /MaxDelaySeconds/,
    ],
    [
      'with a jitter of its own',
      one(invoke({ Retry: [{ ErrorEquals: ['X'], JitterStrategy: 'SOME' }] })),
      /JitterStrategy/,
    ],
    [
      'with a name of 81 characters',
      { StartAt: 'x'.repeat(81), States: { ['x'.repeat(81)]: pass } },
      /up to 80 characters/,
    ],
    [
      'with a distributed Map',
      one({
        Type: 'Map',
        ItemProcessor: { ProcessorConfig: { Mode: 'DISTRIBUTED' }, StartAt: 'A', States: { A: pass } },
      }),
      /INLINE/,
    ],
    [
      'with a resource that the sandbox does not have',
      one({ Type: 'Task', Resource: 'arn:aws:states:::sns:publish' }),
      /sns:publish/,
    ],
  ])('%s, by name', async (_, definition, message) => {
    await expect(define(definition)).rejects.toThrow(message);
  });

  it('under a name that another machine has, and taken again when it is the same', async () => {
    const create = (state: object, name = 'twice') =>
      call<{ stateMachineArn: string }>('CreateStateMachine', {
        name,
        roleArn,
        definition: JSON.stringify({ QueryLanguage: 'JSONata', ...one(state) }),
      });
    const first = await create({ Type: 'Pass' });
    expect((await create({ Type: 'Pass' })).stateMachineArn).toBe(first.stateMachineArn);
    await expect(create({ Type: 'Succeed', End: undefined })).rejects.toMatchObject({
      code: 'StateMachineAlreadyExists',
    });
    await expect(create({ Type: 'Pass' }, 'a b')).rejects.toMatchObject({ code: 'InvalidName' });
  });

  it('as EXPRESS', async () => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...one({ Type: 'Pass' }) });
    await expect(call('CreateStateMachine', { name: 'x', definition, roleArn, type: 'EXPRESS' })).rejects.toMatchObject(
      { message: expect.stringContaining('EXPRESS') },
    );
  });

  it('by ValidateStateMachineDefinition too, which names the place', async () => {
    const definition = JSON.stringify({ QueryLanguage: 'JSONata', ...one({ Type: 'Pass', ResultPath: 'x' }) });
    expect(await call('ValidateStateMachineDefinition', { definition })).toMatchObject({
      result: 'FAIL',
      diagnostics: [{ location: '/States/A/ResultPath' }],
    });
  });
});
