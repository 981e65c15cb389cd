import { describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import {
  bodies,
  buses,
  call,
  create,
  deadArn,
  minutes,
  parts,
  pass,
  queueArn,
  RoleArn,
  received,
  useSchedules,
} from './schedule-lab.ts';

useSchedules();

describe('EventBridge Scheduler', () => {
  it('calls its target at once and then at its rate', async () => {
    await create();
    await pass(1);
    expect(await bodies()).toEqual(['due']);
    await pass(minutes(10) - 2);
    expect(await bodies()).toEqual([]);
    await pass(minutes(10) + 2);
    expect(await bodies()).toEqual(['due', 'due']);
  });

  it('tells the target what it is called for, in the places that the input has for it', async () => {
    const Input =
      '{"at":"<aws.scheduler.scheduled-time>","of":"<aws.scheduler.schedule-arn>","try":"<aws.scheduler.attempt-number>","id":"<aws.scheduler.execution-id>"}';
    await create({ ScheduleExpression: 'at(2026-01-01T02:00:00)', Target: { Input } });
    await pass(minutes(180));
    const [body = '{}', ...others] = await bodies();
    expect(JSON.parse(body)).toEqual({
      at: '2026-01-01T02:00:00Z',
      of: 'arn:aws:scheduler:us-east-1:000000000000:schedule/default/nightly',
      try: '1',
      id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    });
    expect(others).toEqual([]);
  });

  it('follows the clock of its time zone', async () => {
    await create({ ScheduleExpression: 'cron(30 22 * * ? *)', ScheduleExpressionTimezone: 'America/New_York' });
    await pass(Date.UTC(2026, 0, 1, 3, 29, 59) - start);
    expect(await bodies()).toEqual([]);
    await pass(1_000);
    expect(await bodies()).toEqual(['due']);
  });

  it('begins at its start and stops at its end', async () => {
    const StartDate = new Date(start + minutes(60));
    await create({ StartDate, EndDate: new Date(start + minutes(75)) });
    await pass(minutes(59));
    expect(await bodies()).toEqual([]);
    await pass(minutes(120));
    expect(await bodies()).toHaveLength(2);
  });

  it('comes at some time within its flexible window, each time another', async () => {
    await create({
      ScheduleExpression: 'cron(0 * * * ? *)',
      FlexibleTimeWindow: { Mode: 'FLEXIBLE', MaximumWindowInMinutes: 30 },
    });
    const delays: number[] = [];
    for (let at = start; at <= start + minutes(180); at += minutes(1)) {
      const count = (await bodies()).length;
      if (count > 0) delays.push(Math.round((parts.clock.now() - start) / 60_000) % 60);
      await pass(minutes(1));
    }
    expect(delays.length).toBeGreaterThanOrEqual(3);
    expect(Math.max(...delays)).toBeLessThanOrEqual(31);
    expect(new Set(delays).size).toBeGreaterThan(1);
  });

  it('is silent while it is disabled, and after it was deleted', async () => {
    await create({ State: 'DISABLED' });
    await pass(minutes(30));
    expect(await bodies()).toEqual([]);
    const {
      Arn: _,
      CreationDate: __,
      LastModificationDate: ___,
      ...known
    } = await call<Record<string, unknown>>('scheduler', 'GetSchedule', { Name: 'nightly' });
    await call('scheduler', 'UpdateSchedule', { ...known, State: 'ENABLED' });
    await pass(minutes(1));
    expect(await bodies()).toEqual(['due']);
    await call('scheduler', 'DeleteSchedule', { Name: 'nightly' });
    await pass(minutes(60));
    expect(await bodies()).toEqual([]);
  });

  it('deletes itself after its last time when it should', async () => {
    await create({ ScheduleExpression: 'at(2026-01-01T02:00:00)', ActionAfterCompletion: 'DELETE' });
    await pass(minutes(119));
    await call('scheduler', 'GetSchedule', { Name: 'nightly' });
    await pass(minutes(2));
    await expect(call('scheduler', 'GetSchedule', { Name: 'nightly' })).rejects.toMatchObject({
      code: 'ResourceNotFoundException',
    });
  });

  it('calls with the rights of its role, and leaves what it may not do in the dead-letter queue with the reason', async () => {
    const forbidden = 'arn:aws:iam::000000000000:role/none';
    parts.roles.registerRole(forbidden, [
      { Version: '2012-10-17', Statement: [{ Effect: 'Allow', Action: 'sqs:SendMessage', Resource: deadArn }] },
    ]);
    const { ScheduleArn } = await create({ Target: { RoleArn: forbidden, DeadLetterConfig: { Arn: deadArn } } });
    await pass(1);
    expect(await bodies()).toEqual([]);
    const [dead] = await received('dead');
    expect(dead?.Body).toBe('due');
    const attributes = Object.entries(dead?.MessageAttributes ?? {}).map(([name, { StringValue }]) => [
      name,
      StringValue,
    ]);
    expect(Object.fromEntries(attributes)).toMatchObject({
      SCHEDULE_ARN: ScheduleArn,
      TARGET_ARN: queueArn,
      ERROR_CODE: expect.stringMatching(/AccessDenied/),
      RETRY_ATTEMPTS: '0',
    });
  });

  it('puts events on a bus, and calls any operation of a service as its universal target', async () => {
    const seen: unknown[] = [];
    buses.onEvent((event) => seen.push([event.source, event['detail-type'], event.detail]));
    await create({
      ScheduleExpression: 'at(2026-01-01T02:00:00)',
      Target: {
        Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default',
        EventBridgeParameters: { Source: 'windows', DetailType: 'Opened' },
        Input: '{"name":"night"}',
      },
    });
    await create({
      Name: 'universal',
      ScheduleExpression: 'at(2026-01-01T02:00:00)',
      Target: {
        Arn: 'arn:aws:scheduler:::aws-sdk:ssm:putParameter',
        Input: '{"Name":"/p","Value":"v","Type":"String"}',
      },
    });
    await pass(minutes(121));
    expect(seen).toEqual([['windows', 'Opened', { name: 'night' }]]);
    expect(await call('ssm', 'GetParameter', { Name: '/p' })).toMatchObject({ Parameter: { Value: 'v' } });
  });

  it.each([
    ['a wrong expression', { ScheduleExpression: 'cron(0 10 * * * *)' }, /Invalid Schedule Expression/],
    ['an unknown zone', { ScheduleExpressionTimezone: 'Mars/Olympus' }, /Timezone/],
    ['a window without its length', { FlexibleTimeWindow: { Mode: 'FLEXIBLE' } }, /MaximumWindowInMinutes/],
    ['an end before its start', { StartDate: new Date(start + 2), EndDate: new Date(start + 1) }, /StartDate/],
    [
      'a bus without source and type',
      { Target: { Arn: 'arn:aws:events:us-east-1:000000000000:event-bus/default' } },
      /EventBridgeParameters/,
    ],
    [
      'an action that only reads',
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ssm:getParameter' } },
      /getParameter is not supported/,
    ],
    ['a key of its own', { KmsKeyArn: 'arn:aws:kms:us-east-1:000000000000:key/k' }, /KmsKeyArn/],
    ['a target of a service that is not there', { Target: { Arn: 'arn:aws:sns:us-east-1:000000000000:t' } }, /'sns'/],
    ['a target elsewhere', { Target: { Arn: 'arn:aws:sqs:eu-west-1:000000000000:inbox' } }, /eu-west-1/],
    [
      'dead letters for no queue',
      { Target: { DeadLetterConfig: { Arn: 'arn:aws:sns:us-east-1:000000000000:t' } } },
      /'sns'/,
    ],
    ['a target that is no ARN', { Target: { Arn: 'inbox' } }, /not in correct format/],
    ['a universal target that is not there', { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:sns:publish' } }, /sns/],
    [
      'a universal target that the service does not have',
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ssm:fly' } },
      /no operation 'Fly'/,
    ],
    [
      'a universal target that is not implemented',
      { Target: { Arn: 'arn:aws:scheduler:::aws-sdk:ssm:startAutomationExecution' } },
      /ssm:StartAutomationExecution/,
    ],
    [
      'tasks of ECS',
      { Target: { EcsParameters: { TaskDefinitionArn: 'arn:aws:ecs:us-east-1:000000000000:task-definition/t:1' } } },
      /EcsParameters/,
    ],
  ])('refuses %s', async (_, given, message) => {
    await expect(create(given)).rejects.toMatchObject({ message: expect.stringMatching(message) });
    expect(await call('scheduler', 'ListSchedules')).toEqual({ Schedules: [] });
    await create();
    const update = { Name: 'nightly', ScheduleExpression: 'rate(1 hour)', FlexibleTimeWindow: { Mode: 'OFF' } };
    const { Target, ...rest } = given as { Target?: object };
    const changed = { ...update, Target: { Arn: queueArn, RoleArn, ...Target }, ...rest };
    await expect(call('scheduler', 'UpdateSchedule', changed)).rejects.toThrow(message);
    await pass(minutes(10) + 1);
    expect(await bodies()).toEqual(['due', 'due']);
  });

  it('refuses a second schedule of a name, unless the same request comes again with its token', async () => {
    await create({ ClientToken: 'once' });
    await create({ ClientToken: 'once' });
    await expect(create({ ClientToken: 'once', ScheduleExpression: 'rate(1 day)' })).rejects.toMatchObject({
      code: 'ConflictException',
    });
    await expect(create()).rejects.toMatchObject({ code: 'ConflictException' });
    expect(await call('scheduler', 'ListSchedules')).toMatchObject({
      Schedules: [{ Name: 'nightly', GroupName: 'default' }],
    });
  });

  it('lists page by page, and deletes a group with what is in it', async () => {
    await call('scheduler', 'CreateScheduleGroup', { Name: 'team' });
    for (const Name of ['a', 'b', 'c']) await create({ Name, GroupName: 'team' });
    const first = await call<{ NextToken: string; Schedules: unknown[] }>('scheduler', 'ListSchedules', {
      MaxResults: 2,
    });
    expect(first.Schedules).toHaveLength(2);
    const second = await call<{ NextToken?: string; Schedules: unknown[] }>('scheduler', 'ListSchedules', {
      MaxResults: 2,
      NextToken: first.NextToken,
    });
    expect([second.Schedules.length, second.NextToken]).toEqual([1, undefined]);
    await pass(1);
    expect(await bodies()).toHaveLength(3);
    await call('scheduler', 'DeleteScheduleGroup', { Name: 'team' });
    await pass(minutes(60));
    expect(await bodies()).toEqual([]);
  });
});
