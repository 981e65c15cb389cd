import { afterEach, beforeEach } from '@jest/globals';
import { person } from '../../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { Buses } from '../../../../sandbox/services/events/buses.ts';
import { eventsService } from '../../../../sandbox/services/events/service.ts';
import { Schedules } from '../../../../sandbox/services/scheduler/schedules.ts';
import { schedulerService } from '../../../../sandbox/services/scheduler/service.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';

export const queueArn = 'arn:aws:sqs:us-east-1:000000000000:inbox';
export const deadArn = 'arn:aws:sqs:us-east-1:000000000000:dead';
export const RoleArn = 'arn:aws:iam::000000000000:role/scheduler';
export const minutes = (count: number) => count * 60_000;

export let parts: TestCloud;
export let buses: Buses;
let schedules: Schedules;

export const call = <Output>(service: string, operation: string, input: object = {}) =>
  parts.cloud.call<Output>(service, operation, input, person);

/** Buses, schedules and two queues for every test of a file. */
export function useSchedules(): void {
  beforeEach(async () => {
    parts = testCloud();
    const { cloud, roles } = parts;
    buses = new Buses({ cloud, random: seededRandom(3) });
    schedules = new Schedules({ cloud, random: seededRandom(4) });
    cloud.add(eventsService(buses));
    cloud.add(schedulerService(schedules));
    roles.registerRole(RoleArn, [
      {
        Version: '2012-10-17',
        Statement: [
          { Effect: 'Allow', Action: ['sqs:SendMessage', 'events:PutEvents', 'ssm:PutParameter'], Resource: '*' },
        ],
      },
    ]);
    for (const QueueName of ['inbox', 'dead']) await call('sqs', 'CreateQueue', { QueueName });
  });

  afterEach(() => parts.clock.close());
}

export interface Received {
  readonly Body: string;
  readonly ReceiptHandle: string;
  readonly MessageAttributes?: Record<string, { StringValue: string }>;
}

/** Takes the messages out of the queue. */
export async function received(name = 'inbox'): Promise<Received[]> {
  const { QueueUrl } = await call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName: name });
  const { Messages = [] } = await call<{ Messages?: Received[] }>('sqs', 'ReceiveMessage', {
    QueueUrl,
    MaxNumberOfMessages: 10,
    MessageAttributeNames: ['All'],
  });
  for (const { ReceiptHandle } of Messages) await call('sqs', 'DeleteMessage', { QueueUrl, ReceiptHandle });
  return Messages;
}

export const bodies = async () => (await received()).map(({ Body }) => Body);

export function create(given: { Target?: object; [member: string]: unknown } = {}) {
  const { Target, ...rest } = given;
  return call<{ ScheduleArn: string }>('scheduler', 'CreateSchedule', {
    Name: 'nightly',
    ScheduleExpression: 'rate(10 minutes)',
    FlexibleTimeWindow: { Mode: 'OFF' },
    Target: { Arn: queueArn, RoleArn, Input: 'due', ...Target },
    ...rest,
  });
}

/** Lets the time pass, and every delivery that it brings. */
export async function pass(milliseconds: number) {
  await parts.clock.letPass(milliseconds);
  await parts.clock.goUntil(() => schedules.open === 0 && buses.open === 0);
}
