import { createHash } from 'node:crypto';

interface AttributeValue {
  readonly DataType: string;
  readonly StringValue?: string;
  readonly BinaryValue?: Uint8Array;
}

export type Attributes = Readonly<Record<string, AttributeValue>>;

export function md5(text: string): string {
  return createHash('md5').update(text, 'utf8').digest('hex');
}

/**
 * MD5 of message attributes, or undefined when there are none. The encoding is in
 * https://docs.aws.amazon.com/AWSSimpleQueueService/latest/SQSDeveloperGuide/sqs-message-metadata.html#sqs-attributes-md5-message-digest-calculation
 */
export function md5OfAttributes(attributes: Attributes | undefined): string | undefined {
  const names = Object.keys(attributes ?? {}).sort();
  if (names.length === 0) return undefined;
  const hash = createHash('md5');
  const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    hash.update(length).update(bytes);
  };
  for (const name of names) {
    const value = attributes?.[name];
    field(Buffer.from(name));
    field(Buffer.from(value?.DataType ?? ''));
    const binary = value?.DataType.startsWith('Binary') === true;
    hash.update(Buffer.from([binary ? 2 : 1]));
    field(binary ? (value?.BinaryValue ?? new Uint8Array()) : Buffer.from(value?.StringValue ?? ''));
  }
  return hash.digest('hex');
}

/** Bytes that a message counts against the limit: the body, and each attribute's name, type and value. */
export function messageBytes(body: string, attributes: Attributes | undefined): number {
  return Object.entries(attributes ?? {}).reduce(
    (sum, [name, value]) =>
      sum +
      Buffer.byteLength(name) +
      Buffer.byteLength(value.DataType) +
      (value.BinaryValue?.length ?? Buffer.byteLength(value.StringValue ?? '')),
    Buffer.byteLength(body),
  );
}
