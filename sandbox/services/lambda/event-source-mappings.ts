import { AwsError } from '../../aws/contract.ts';
import type { Iam } from '../../aws/iam/iam.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import type { SandboxClock } from '../../clock.ts';
import { type Random, uuid } from '../../random.ts';
import type { QueueStore } from '../sqs/store.ts';
import { type EventSourceSettings, QueuePoller } from './event-source.ts';
import type { LambdaFunction } from './lambda-function.ts';
import type { LambdaRuntime } from './runtime.ts';

export interface MappingInput {
  readonly FunctionName?: string;
  readonly EventSourceArn?: string;
  readonly BatchSize?: number;
  readonly MaximumBatchingWindowInSeconds?: number;
  readonly ScalingConfig?: { readonly MaximumConcurrency?: number };
  readonly FunctionResponseTypes?: readonly string[];
  readonly Enabled?: boolean;
}

interface Mapping {
  readonly uuid: string;
  readonly queueArn: string;
  readonly target: LambdaFunction;
  readonly poller: QueuePoller;
  settings: EventSourceSettings;
  modifiedAt: number;
}

const knownMembers = [
  'FunctionName',
  'EventSourceArn',
  'BatchSize',
  'MaximumBatchingWindowInSeconds',
  'ScalingConfig',
  'FunctionResponseTypes',
  'Enabled',
  'UUID',
];

/** Event source mappings from queues to functions: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html */
export class EventSourceMappings {
  readonly #tools: EventSourceTools;
  readonly #mappings = new Map<string, Mapping>();

  constructor(tools: EventSourceTools) {
    this.#tools = tools;
  }

  create(input: MappingInput): Mapping {
    refuseUnknown(input);
    const { runtime, queues, clock, random } = this.#tools;
    const target = runtime.get(input.FunctionName ?? '');
    const arn = input.EventSourceArn ?? '';
    if (!arn.startsWith('arn:aws:sqs:'))
      throw new AwsError('NotImplementedInSandbox', `The sandbox maps SQS queues only, not '${arn}'.`, 501);
    const queue = queues.byArn(arn);
    if (!queue)
      throw invalid('Error occurred while ReceiveMessage. SQS Error Code: AWS.SimpleQueueService.NonExistentQueue.');
    if ([...this.#mappings.values()].some((mapping) => mapping.queueArn === arn && mapping.target === target)) {
      throw new AwsError(
        'ResourceConflictException',
        `An event source mapping with SQS arn (" ${arn} ") and function (" ${target.config.name} ") already exists.`,
        409,
      );
    }
    const visibility = Number(queue.attributes['VisibilityTimeout']);
    if (visibility < target.config.timeoutSeconds) {
      throw invalid(
        `Queue visibility timeout: ${visibility} seconds is less than Function timeout: ${target.config.timeoutSeconds} seconds`,
      );
    }
    this.#checkRights(target, arn);
    const settings = settingsOf(input, undefined);
    const poller = new QueuePoller(queue, target, clock, settings);
    const mapping: Mapping = { uuid: uuid(random), queueArn: arn, target, poller, settings, modifiedAt: clock.now() };
    this.#mappings.set(mapping.uuid, mapping);
    return mapping;
  }

  update(id: string, input: MappingInput): Mapping {
    refuseUnknown(input);
    const mapping = this.get(id);
    if (input.FunctionName !== undefined && this.#tools.runtime.get(input.FunctionName) !== mapping.target) {
      throw new AwsError(
        'NotImplementedInSandbox',
        'The sandbox does not move an event source mapping to another function.',
        501,
      );
    }
    mapping.settings = settingsOf(input, mapping.settings);
    mapping.modifiedAt = this.#tools.clock.now();
    mapping.poller.change(mapping.settings);
    return mapping;
  }

  get(id: string): Mapping {
    const mapping = this.#mappings.get(id);
    if (!mapping)
      throw new AwsError('ResourceNotFoundException', 'The resource you requested does not exist.', 404, {
        Type: 'User',
      });
    return mapping;
  }

  remove(id: string): Mapping {
    const mapping = this.get(id);
    mapping.poller.close();
    this.#mappings.delete(id);
    return mapping;
  }

  all(): readonly Mapping[] {
    return [...this.#mappings.values()];
  }

  /** The mapping as the Lambda API describes it. */
  describe(mapping: Mapping, state = mapping.settings.enabled ? 'Enabled' : 'Disabled') {
    const { settings } = mapping;
    return {
      UUID: mapping.uuid,
      EventSourceMappingArn: arnOf('lambda', `event-source-mapping:${mapping.uuid}`),
      EventSourceArn: mapping.queueArn,
      FunctionArn: mapping.target.arn,
      BatchSize: settings.batchSize,
      MaximumBatchingWindowInSeconds: settings.windowSeconds,
      ScalingConfig:
        settings.maximumConcurrency === undefined ? undefined : { MaximumConcurrency: settings.maximumConcurrency },
      FunctionResponseTypes: settings.reportBatchItemFailures ? ['ReportBatchItemFailures'] : [],
      State: state,
      StateTransitionReason: 'USER_INITIATED',
      LastModified: new Date(mapping.modifiedAt),
    };
  }

  close(): void {
    for (const mapping of this.#mappings.values()) mapping.poller.close();
  }

  /** Lambda reads the queue with the function's own role, and checks that when the mapping is made. */
  #checkRights(target: LambdaFunction, queueArn: string): void {
    const principal = { kind: 'role', roleArn: target.config.roleArn, sessionName: target.config.name } as const;
    for (const action of ['ReceiveMessage', 'DeleteMessage', 'GetQueueAttributes']) {
      const request = { action: `sqs:${action}`, resources: [queueArn], keys: {} };
      if (this.#tools.roles.refusal(principal, request)) {
        throw invalid(`The function execution role does not have permissions to call ${action} on SQS`);
      }
    }
  }
}

export interface EventSourceTools {
  readonly runtime: LambdaRuntime;
  readonly queues: QueueStore;
  readonly roles: Iam;
  readonly clock: SandboxClock;
  readonly random: Random;
}

function settingsOf(input: MappingInput, before: EventSourceSettings | undefined): EventSourceSettings {
  const batchSize = inRange('BatchSize', input.BatchSize ?? before?.batchSize ?? 10, 1, 10_000);
  const windowSeconds = inRange(
    'MaximumBatchingWindowInSeconds',
    input.MaximumBatchingWindowInSeconds ?? before?.windowSeconds ?? 0,
    0,
    300,
  );
  if (batchSize > 10 && windowSeconds === 0) {
    throw invalid('Maximum batch window in seconds must be greater than 0 if maximum batch size is greater than 10');
  }
  const concurrency =
    input.ScalingConfig === undefined ? before?.maximumConcurrency : input.ScalingConfig.MaximumConcurrency;
  const types = input.FunctionResponseTypes;
  const unknown = types?.find((type) => type !== 'ReportBatchItemFailures');
  if (unknown !== undefined) throw invalid(`Unknown function response type '${unknown}'`);
  return {
    batchSize,
    windowSeconds,
    maximumConcurrency: concurrency === undefined ? undefined : inRange('MaximumConcurrency', concurrency, 2, 1000),
    reportBatchItemFailures: types === undefined ? (before?.reportBatchItemFailures ?? false) : types.length > 0,
    enabled: input.Enabled ?? before?.enabled ?? true,
  };
}

function inRange(name: string, value: number, least: number, most: number): number {
  if (Number.isInteger(value) && value >= least && value <= most) return value;
  throw invalid(
    `1 validation error detected: Value '${value}' at '${name}' failed to satisfy constraint: Member must be between ${least} and ${most}`,
  );
}

function refuseUnknown(input: MappingInput): void {
  const unknown = Object.entries(input).find(
    ([name, value]) => value !== undefined && !knownMembers.includes(name),
  )?.[0];
  if (unknown)
    throw new AwsError(
      'NotImplementedInSandbox',
      `The sandbox does not implement '${unknown}' of event source mappings.`,
      501,
    );
}

function invalid(message: string): AwsError {
  return new AwsError('InvalidParameterValueException', message, 400, { Type: 'User' });
}
