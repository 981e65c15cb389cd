import { describe, expect, it } from '@jest/globals';
import { began, call, define, ended, invoke, invoked, one, parts, run, useMachines } from './machine-lab.ts';

useMachines();

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
    await parts.clock.letPass(8_000);
    await call('SendTaskHeartbeat', { taskToken });
    await parts.clock.letPass(8_000);
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
