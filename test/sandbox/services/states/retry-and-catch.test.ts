import { describe, expect, it } from '@jest/globals';
import { AwsError } from '../../../../sandbox/aws/contract.ts';
import { answerWith, call, invoke, invoked, named, one, run, useMachines } from './machine-lab.ts';

useMachines();

describe('Retry', () => {
  const retry = (more: object = {}) =>
    one(invoke({ Retry: [{ ErrorEquals: ['Busy'], IntervalSeconds: 2, BackoffRate: 2, MaxAttempts: 4, ...more }] }));

  it('waits longer each time, up to MaxDelaySeconds, and then gives up with the error of the function', async () => {
    answerWith(() => named('Busy'));
    expect(await run(retry({ MaxDelaySeconds: 5 }))).toMatchObject({
      status: 'FAILED',
      error: 'Busy',
      cause: expect.stringContaining('why'),
    });
    const gaps = invoked.slice(1).map(({ at }, index) => at - (invoked[index]?.at ?? 0));
    expect(gaps).toEqual([2_000, 4_000, 5_000, 5_000]);
  });

  it('jitters between nothing and the whole delay', async () => {
    answerWith(() => named('Busy'));
    await run(retry({ JitterStrategy: 'FULL' }));
    invoked.slice(1).forEach(({ at }, index) => {
      const gap = at - (invoked[index]?.at ?? 0);
      expect(gap).toBeGreaterThanOrEqual(0);
      expect(gap).toBeLessThan(2_000 * 2 ** index);
    });
  });

  it('leaves other errors alone', async () => {
    answerWith(() => named('Other'));
    expect(await run(retry())).toMatchObject({ status: 'FAILED', error: 'Other' });
    expect(invoked).toHaveLength(1);
  });

  it('ends with the success of a later attempt', async () => {
    answerWith((_, attempt) => (attempt < 3 ? named('Busy') : { done: true }));
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
    answerWith(() => named('Boom'));
    expect(await run(caught(errors))).toMatchObject({ status: 'SUCCEEDED', output: expected });
  });

  it('takes a missing function by the name that Step Functions gives it', async () => {
    answerWith(() => {
      throw new AwsError('ResourceNotFoundException', 'Function not found', 404);
    });
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
