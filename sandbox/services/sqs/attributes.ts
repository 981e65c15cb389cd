import { AwsError } from '../../aws/contract.ts';

/** Settable attributes with default and range: https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html */
const numbers: Readonly<Record<string, readonly [fallback: number, least: number, most: number]>> = {
  DelaySeconds: [0, 0, 900],
  // 1 MiB since August 2025.
  MaximumMessageSize: [1_048_576, 1024, 1_048_576],
  MessageRetentionPeriod: [345_600, 60, 1_209_600],
  ReceiveMessageWaitTimeSeconds: [0, 0, 20],
  VisibilityTimeout: [30, 0, 43_200],
};

const documents = ['Policy', 'RedrivePolicy', 'RedriveAllowPolicy'];

export type QueueAttributes = Record<string, string>;

export function defaultAttributes(): QueueAttributes {
  const entries = Object.entries(numbers).map(([name, [fallback]]) => [name, String(fallback)]);
  return { ...Object.fromEntries(entries), SqsManagedSseEnabled: 'true' };
}

/** Throws when an attribute is unknown, out of range or something that the sandbox does not do; gives the attributes to store. */
export function checkAttributes(given: Readonly<Record<string, string>>): QueueAttributes {
  for (const [name, value] of Object.entries(given)) {
    const range = numbers[name];
    if (range) {
      const number = Number(value);
      if (!/^\d+$/.test(value) || number < range[1] || number > range[2]) throw invalid(name, value);
    } else if (documents.includes(name)) checkDocument(name, value);
    else if (name === 'SqsManagedSseEnabled') {
      if (value !== 'true' && value !== 'false') throw invalid(name, value);
    } else if (['FifoQueue', 'ContentBasedDeduplication', 'DeduplicationScope', 'FifoThroughputLimit'].includes(name)) {
      throw new AwsError('NotImplementedInSandbox', `The sandbox has no FIFO queues (attribute ${name}).`, 501);
    } else if (name.startsWith('Kms')) {
      throw new AwsError('NotImplementedInSandbox', `The sandbox has no KMS (attribute ${name}).`, 501);
    } else throw new AwsError('InvalidAttributeName', `Unknown Attribute ${name}.`);
  }
  return { ...given };
}

function checkDocument(name: string, value: string): void {
  if (value === '') return;
  let document: unknown;
  try {
    document = JSON.parse(value);
  } catch {
    throw invalid(name, value);
  }
  if (typeof document !== 'object' || document === null) throw invalid(name, value);
  if (name === 'RedrivePolicy') {
    const { deadLetterTargetArn, maxReceiveCount, ...rest } = document as Record<string, unknown>;
    const count = Number(maxReceiveCount);
    // "Valid values: an integer between 1 and 1,000": Amazon SQS developer guide, dead-letter queues.
    if (
      typeof deadLetterTargetArn !== 'string' ||
      !Number.isInteger(count) ||
      count < 1 ||
      count > 1000 ||
      Object.keys(rest).length > 0
    ) {
      throw invalid(name, value);
    }
  }
}

export interface Redrive {
  readonly deadLetterTargetArn: string;
  readonly maxReceiveCount: number;
}

export function redriveOf(attributes: QueueAttributes): Redrive | undefined {
  const text = attributes['RedrivePolicy'];
  if (!text) return undefined;
  const { deadLetterTargetArn, maxReceiveCount } = JSON.parse(text) as {
    deadLetterTargetArn: string;
    maxReceiveCount: number | string;
  };
  return { deadLetterTargetArn, maxReceiveCount: Number(maxReceiveCount) };
}

function invalid(name: string, value: string): AwsError {
  return new AwsError('InvalidAttributeValue', `Invalid value for the parameter ${name}: ${value}`);
}
