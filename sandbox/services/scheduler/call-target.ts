import { AwsError, account, type Cloud, notImplemented, type Principal, region } from '../../aws/contract.ts';
import { type SdkIntegration, sdkIntegration } from '../../aws/integration.ts';
import { queueUrl } from '../events/queue-messages.ts';
import { targetService } from '../events/target-service.ts';
import type { Occasion, ScheduleTarget } from './contract.ts';

const templatedTargets = ['sqs', 'lambda', 'states', 'events'] as const;

/** Calls what the schedule names, with the rights of its role. Throws `AwsError`. */
export async function callTarget(cloud: Cloud, target: ScheduleTarget, occasion: Occasion, attempt: number) {
  const asRole: Principal = { kind: 'role', roleArn: target.RoleArn, sessionName: occasion.executionId };
  const input = fillIn(target.Input ?? defaultInput(occasion), occasion, attempt);
  const { service, operation, parameters } = await request(cloud, target, input);
  await cloud.call(service, operation, parameters, asRole);
}

/** Throws an error that names what the sandbox does not have. */
export async function checkTarget(cloud: Cloud, { Arn, DeadLetterConfig }: ScheduleTarget): Promise<void> {
  if (DeadLetterConfig?.Arn !== undefined) targetService(DeadLetterConfig.Arn, ['sqs']);
  const universal = await universalTarget(cloud, Arn);
  if (!universal) targetService(Arn, templatedTargets);
  else if (!cloud.implements(universal.service, universal.operation))
    throw notImplemented(`${universal.service}:${universal.operation}`);
}

/** The operation behind the ARN of a universal target. */
async function universalTarget(cloud: Cloud, arn: string): Promise<SdkIntegration | undefined> {
  const [, service, action] = /^arn:aws:scheduler:::aws-sdk:([^:]+):([^:]+)$/.exec(arn) ?? [];
  if (service === undefined || action === undefined) return undefined;
  return await cloud.clock.hold(`schema of ${service}`, () => sdkIntegration(service, action));
}

interface Request {
  readonly service: string;
  readonly operation: string;
  readonly parameters: object;
}

/** Source: EventBridge Scheduler user guide, "Using templated targets" and "Using universal targets". */
async function request(cloud: Cloud, target: ScheduleTarget, input: string): Promise<Request> {
  const universal = await universalTarget(cloud, target.Arn);
  if (universal) return { ...universal, parameters: universal.toInput(parse(input)) };
  const service = targetService(target.Arn, templatedTargets);
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
