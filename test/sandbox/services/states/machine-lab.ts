import { afterEach, beforeEach } from '@jest/globals';
import type { Service } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import type { NewEvent } from '../../../../sandbox/services/events/contract.ts';
import { createStates, type States } from '../../../../sandbox/services/states/states.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';

export const roleArn = 'arn:aws:iam::000000000000:role/machine';
const fn = 'arn:aws:lambda:us-east-1:000000000000:function:work';

export let parts: TestCloud;
let states: States;
export let emitted: NewEvent[];
export let invoked: { at: number; payload: unknown }[];
let answer: (payload: { n?: number }, attempt: number) => unknown;
export let began: number;

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

/** What a function throws. */
export function named(name: string): Error {
  return Object.assign(new Error('why'), { name });
}

export const call = <Output>(operation: string, input: object, service = 'states') =>
  parts.cloud.call<Output>(service, operation, input, { kind: 'person' });

/** What the function does from now on in this test; it gives its payload's `n` back by default. */
export function answerWith(next: typeof answer): void {
  answer = next;
}

/** A cloud with Step Functions and that function for every test of a file. */
export function useMachines(): void {
  beforeEach(() => {
    parts = testCloud(lambda);
    const statement = {
      Effect: 'Allow',
      Action: ['lambda:InvokeFunction', 'sqs:*', 'ssm:*', 'states:*'],
      Resource: '*',
    };
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
    parts.cloud.add(...states.services);
  });

  afterEach(() => {
    states.close();
    parts.clock.close();
  });
}

const machines = { count: 0 };

export async function define(definition: object): Promise<string> {
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

export async function ended(arn: string, lookEvery = 500): Promise<Ended> {
  for (;;) {
    const found = await call<{ status: string; output?: string; error?: string; cause?: string }>('DescribeExecution', {
      executionArn: arn,
    });
    const { output, ...rest } = found;
    if (found.status !== 'RUNNING')
      return { ...rest, arn, output: output === undefined ? undefined : JSON.parse(output) };
    await parts.clock.letPass(lookEvery);
  }
}

export async function run(definition: object, input: unknown = {}, lookEvery = 500): Promise<Ended> {
  const start = { stateMachineArn: await define(definition), input: JSON.stringify(input) };
  const { executionArn } = await call<{ executionArn: string }>('StartExecution', start);
  return await ended(executionArn, lookEvery);
}

export const invoke = (more: object = {}) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: fn, Payload: '{% $states.input %}' },
  ...more,
});
export const one = (state: object) => ({ StartAt: 'A', States: { A: { End: true, ...state } } });
