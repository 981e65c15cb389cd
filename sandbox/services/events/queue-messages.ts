import { type Cloud, type Principal, person } from '../../aws/contract.ts';

interface Message {
  readonly MessageBody: string;
  readonly MessageAttributes: Readonly<Record<string, { readonly DataType: string; readonly StringValue: string }>>;
}

export async function queueUrl(cloud: Cloud, arn: string): Promise<string> {
  const QueueName = arn.split(':').at(-1) ?? '';
  const { QueueUrl } = await cloud.call<{ QueueUrl: string }>('sqs', 'GetQueueUrl', { QueueName }, person);
  return QueueUrl;
}

/** String attributes of a message; those without a value are left out. */
export function textAttributes(values: Readonly<Record<string, string | undefined>>): Message['MessageAttributes'] {
  const given = Object.entries(values).filter((entry): entry is [string, string] => entry[1] !== undefined);
  return Object.fromEntries(given.map(([name, StringValue]) => [name, { DataType: 'String', StringValue }]));
}

/** Puts what could not be delivered into the queue. A queue that refuses it loses it, as on AWS; says whether it was taken. */
export async function deadLetter(
  cloud: Cloud,
  arn: string,
  message: Message,
  principal: Principal,
): Promise<'sent' | 'lost'> {
  try {
    await cloud.call('sqs', 'SendMessage', { QueueUrl: await queueUrl(cloud, arn), ...message }, principal);
    return 'sent';
  } catch {
    return 'lost';
  }
}
