import { describe, expect, it } from '@jest/globals';
import {
  answerWith,
  call,
  define,
  emitted,
  ended,
  invoke,
  invoked,
  named,
  one,
  run,
  useMachines,
} from './machine-lab.ts';

useMachines();

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
    answerWith((_, attempt) => (attempt === 2 ? named('Broken') : { attempt }));
    const { arn, status } = await run({ StartAt: 'A', States: { A: invoke({ Next: 'B' }), B: invoke({ End: true }) } });
    expect([status, invoked.length]).toEqual(['FAILED', 2]);
    await call('RedriveExecution', { executionArn: arn });
    expect(await ended(arn)).toMatchObject({ status: 'SUCCEEDED' });
    expect(invoked).toHaveLength(3);
  });

  it('says whether it can be redriven, and gives its history without data', async () => {
    answerWith(() => named('Broken'));
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
