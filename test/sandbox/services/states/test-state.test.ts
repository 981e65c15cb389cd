import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Service } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { createStates, type States } from '../../../../sandbox/services/states/states.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/machine';
let parts: TestCloud;
let states: States;

/** A function that fails with the error it is given. */
const lambda: Service = {
  name: 'lambda',
  operations: {
    Invoke: ({ Payload }: { Payload: Uint8Array }) => {
      const given = JSON.parse(Buffer.from(Payload).toString()) as { fail?: string };
      const body = given.fail === undefined ? { got: given } : { errorType: given.fail, errorMessage: 'why' };
      const failed = given.fail === undefined ? {} : { FunctionError: 'Unhandled' };
      return { StatusCode: 200, ...failed, Payload: Buffer.from(JSON.stringify(body)), ExecutedVersion: '$LATEST' };
    },
  },
};

const jsonata = { QueryLanguage: 'JSONata' };
const task = {
  ...jsonata,
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:work', Payload: '{% $states.input %}' },
  Output: '{% $states.result.Payload %}',
  Retry: [{ ErrorEquals: ['Slow'], MaxAttempts: 2 }],
  Catch: [{ ErrorEquals: ['Bad'], Next: 'Sorry', Output: '{% $states.errorOutput.Error %}' }],
  Next: 'Done',
};

function test(state: object, given: object = {}) {
  const input = { definition: JSON.stringify(state), roleArn, ...given };
  return parts.cloud.call<Record<string, unknown>>('states', 'TestState', input, { kind: 'person' });
}

beforeEach(() => {
  parts = testCloud(lambda);
  const Statement = [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource: '*' }];
  parts.roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement }]);
  const { cloud, clock } = parts;
  states = createStates({ cloud, clock, random: seededRandom(4), emit: () => undefined });
  cloud.add(...states.services);
});

afterEach(() => {
  states.close();
  parts.clock.close();
});

describe('a state under test', () => {
  it('succeeds with its output and the state that comes next', async () => {
    expect(await test(task, { input: '{"n":1}' })).toEqual({
      status: 'SUCCEEDED',
      output: '{"got":{"n":1}}',
      nextState: 'Done',
    });
  });

  it.each([
    [
      'an error that a retrier takes',
      'Slow',
      { status: 'RETRIABLE', error: 'Slow', cause: expect.stringContaining('why') },
    ],
    [
      'an error that a catcher takes',
      'Bad',
      { status: 'CAUGHT_ERROR', error: 'Bad', output: '"Bad"', nextState: 'Sorry' },
    ],
    ['an error that nothing takes', 'Odd', { status: 'FAILED', error: 'Odd' }],
  ])('tells what comes of %s', async (_, fail, expected) => {
    expect(await test(task, { input: JSON.stringify({ fail }) })).toMatchObject(expected);
  });

  it('sees variables, and shows on demand what it made of them', async () => {
    const state = { ...jsonata, Type: 'Pass', Assign: { sum: '{% $a + 1 %}' }, Output: '{% $a %}', End: true };
    expect(await test(state, { variables: '{"a":2}', inspectionLevel: 'DEBUG' })).toMatchObject({
      output: '2',
      inspectionData: { variables: '{"a":2,"sum":3}' },
    });
    expect(await test(task, { input: '{"n":1}', inspectionLevel: 'DEBUG' })).toMatchObject({
      inspectionData: {
        input: '{"n":1}',
        afterArguments: expect.stringContaining('"n":1'),
        result: expect.stringContaining('got'),
      },
    });
  });

  it('is picked by its name from a whole machine', async () => {
    const machine = {
      ...jsonata,
      StartAt: 'A',
      States: { A: { Type: 'Pass', Next: 'B' }, B: { Type: 'Pass', Output: 7, End: true } },
    };
    expect(await test(machine, { stateName: 'B' })).toMatchObject({ output: '7' });
    await expect(test(machine)).rejects.toMatchObject({ code: 'ValidationException' });
    await expect(test(machine, { stateName: 'C' })).rejects.toMatchObject({ message: expect.stringContaining("'C'") });
  });

  it('chooses as it would in a run', async () => {
    const state = {
      ...jsonata,
      Type: 'Choice',
      Choices: [{ Condition: '{% $states.input.n > 1 %}', Next: 'Many' }],
      Default: 'Few',
    };
    expect(await test(state, { input: '{"n":2}' })).toMatchObject({ nextState: 'Many' });
    expect(await test(state, { input: '{"n":1}' })).toMatchObject({ nextState: 'Few' });
  });

  it('has the rights of the role that it is given and no others', async () => {
    const none = 'arn:aws:iam::000000000000:role/none';
    parts.roles.registerRole(none, []);
    expect(await test(task, { roleArn: none })).toMatchObject({
      status: 'FAILED',
      error: 'Lambda.AWSLambdaException',
      cause: expect.stringContaining('lambda:InvokeFunction'),
    });
  });

  it.each([
    ['in JSONPath', { Type: 'Pass', End: true }, {}, /JSONata.*not JSONPath/],
    ['with a mistake', { ...task, TimeoutSecond: 5 }, {}, /TimeoutSecond/],
    ['with a mock', task, { mock: { result: '{}' } }, /mock/],
    [
      'with branches',
      {
        ...jsonata,
        Type: 'Parallel',
        Branches: [{ StartAt: 'P', States: { P: { Type: 'Pass', End: true } } }],
        End: true,
      },
      {},
      /Parallel/,
    ],
    ['without a role', task, { roleArn: undefined }, /roleArn/],
  ])('is refused %s, by name', async (_, state, given, message) => {
    await expect(test(state, given)).rejects.toMatchObject({ message: expect.stringMatching(message) });
  });
});
