import { describe, expect, it } from '@jest/globals';
import { bodies, call, minutes, pass, queueArn, useSchedules } from './schedule-lab.ts';

useSchedules();

describe('a scheduled rule', () => {
  const rule = async (ScheduleExpression: string) => {
    const { RuleArn } = await call<{ RuleArn: string }>('events', 'PutRule', { Name: 'tick', ScheduleExpression });
    const Statement = [
      { Effect: 'Allow', Principal: { Service: 'events.amazonaws.com' }, Action: 'sqs:SendMessage', Resource: '*' },
    ];
    const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: 'inbox' });
    await call('sqs', 'SetQueueAttributes', {
      QueueUrl,
      Attributes: { Policy: JSON.stringify({ Version: '2012-10-17', Statement }) },
    });
    await call('events', 'PutTargets', { Rule: 'tick', Targets: [{ Id: 't', Arn: queueArn }] });
    return RuleArn;
  };

  it("sends EventBridge's own event to its targets, each time", async () => {
    const arn = await rule('rate(5 minutes)');
    await pass(minutes(10));
    const [first, second] = (await bodies()).map((body) => JSON.parse(body) as unknown);
    expect(first).toMatchObject({
      'detail-type': 'Scheduled Event',
      source: 'aws.events',
      resources: [arn],
      detail: {},
      time: '2026-01-01T00:05:00Z',
    });
    expect(second).toMatchObject({ time: '2026-01-01T00:10:00Z' });
  });

  it('stands still while it is disabled', async () => {
    await rule('cron(0/5 * * * ? *)');
    await call('events', 'DisableRule', { Name: 'tick' });
    await pass(minutes(20));
    expect(await bodies()).toEqual([]);
    await call('events', 'EnableRule', { Name: 'tick' });
    await pass(minutes(5));
    expect(await bodies()).toHaveLength(1);
  });

  it.each(['rate(1 minutes)', 'rate(5 minute)', 'at(2026-02-01T00:00:00)', 'cron(0 10 * * * *)'])(
    'refuses %s',
    async (ScheduleExpression) => {
      await expect(call('events', 'PutRule', { Name: 'tick', ScheduleExpression })).rejects.toMatchObject({
        code: 'ValidationException',
      });
    },
  );

  it('is for the default bus only', async () => {
    await call('events', 'CreateEventBus', { Name: 'own' });
    await expect(
      call('events', 'PutRule', { Name: 'tick', EventBusName: 'own', ScheduleExpression: 'rate(5 minutes)' }),
    ).rejects.toMatchObject({ code: 'ValidationException' });
  });
});
