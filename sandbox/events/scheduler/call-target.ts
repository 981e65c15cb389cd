import { AwsError, account, type Cloud, type Principal, region } from '../../aws/contract.ts';
import { sdkIntegration } from '../../aws/integration.ts';
import { queueUrl } from '../queue-messages.ts';
import type { Occasion, ScheduleTarget } from './contract.ts';

/** Calls what the schedule names, with the rights of its role. Throws `AwsError`. */
export async function callTarget(cloud: Cloud, target: ScheduleTarget, occasion: Occasion, attempt: number) {
  const asRole: Principal = { kind: 'role', roleArn: target.RoleArn, sessionName: occasion.executionId };
  const input = fillIn(target.Input ?? defaultInput(occasion), occasion, attempt);
  const { service, operation, parameters } = await request(cloud, target, input);
  await cloud.call(service, operation, parameters, asRole);
}

interface Request {
  readonly service: string;
  readonly operation: string;
  readonly parameters: object;
}

/** Source: EventBridge Scheduler user guide, "Using templated targets" and "Using universal targets". */
async function request(cloud: Cloud, target: ScheduleTarget, input: string): Promise<Request> {
  const universal = /^arn:aws:scheduler:::aws-sdk:([^:]+):([^:]+)$/.exec(target.Arn);
  if (universal) {
    const integration = await sdkIntegration(universal[1] ?? '', universal[2] ?? '');
    return { ...integration, parameters: integration.toInput(parse(input)) };
  }
  const [, , service] = target.Arn.split(':');
  switch (service) {
    case 'sqs': {
      const message = { QueueUrl: await queueUrl(cloud, target.Arn), MessageBody: input };
      return { service, operation: 'SendMessage', parameters: { ...message, ...target.SqsParameters } };
    }
    case 'lambda': {
      const Payload = new TextEncoder().encode(input);
      return {
        service,
        operation: 'Invoke',
        parameters: { FunctionName: target.Arn, InvocationType: 'Event', Payload },
      };
    }
    case 'states':
      return { service, operation: 'StartExecution', parameters: { stateMachineArn: target.Arn, input } };
    case 'events': {
      const { DetailType, Source } = target.EventBridgeParameters ?? {};
      const entry = { EventBusName: target.Arn, DetailType, Source, Detail: input };
      return { service, operation: 'PutEvents', parameters: { Entries: [entry] } };
    }
    default:
      throw new AwsError('ValidationException', `The sandbox has no schedule target of service '${service ?? ''}'.`);
  }
}

/** Source: user guide, "Adding context attributes". */
function fillIn(text: string, { scheduleArn, scheduledTime, executionId }: Occasion, attempt: number): string {
  return text
    .replaceAll('<aws.scheduler.schedule-arn>', scheduleArn)
    .replaceAll('<aws.scheduler.scheduled-time>', seconds(scheduledTime))
    .replaceAll('<aws.scheduler.execution-id>', executionId)
    .replaceAll('<aws.scheduler.attempt-number>', String(attempt));
}

/** Without an input a target gets an event whose detail is text (user guide, "Getting started"). */
function defaultInput({ scheduleArn, scheduledTime, executionId }: Occasion): string {
  return JSON.stringify({
    version: '0',
    id: executionId,
    'detail-type': 'Scheduled Event',
    source: 'aws.scheduler',
    account,
    time: seconds(scheduledTime),
    region,
    resources: [scheduleArn],
    detail: '{}',
  });
}

function parse(input: string): unknown {
  try {
    return JSON.parse(input);
  } catch {
    throw new AwsError('ValidationException', 'The input of a universal target must be JSON.');
  }
}

function seconds(instant: number): string {
  return `${new Date(instant).toISOString().slice(0, 19)}Z`;
}
