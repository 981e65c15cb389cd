import { arnOf } from '../../aws/iam/resources.ts';

type Input = Readonly<Record<string, unknown>>;
type Item = Readonly<Record<string, Readonly<Record<string, unknown>>>>;

/** The partition key of a table and of each of its indexes. */
export interface PartitionKeys {
  readonly table: string;
  readonly indexes: Readonly<Record<string, string>>;
}

/** Stands for a key that cannot be read, so that no policy about keys lets the call pass. */
const unreadable = '(unreadable)';

/**
 * The values of `dynamodb:LeadingKeys`, the partition keys that a call touches, for each table by its ARN. A Scan has none, and neither has a call
 * about the table itself: `ForAllValues` holds for them, as on AWS, where "Scan returns all items regardless of the leading keys".
 * Source: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/specifying-conditions.html
 */
export function leadingKeys(
  operation: string,
  input: Input,
  keysOf: (table: string) => PartitionKeys | undefined,
): Readonly<Record<string, readonly string[]>> {
  const perTable = (given: unknown, values: (keys: PartitionKeys) => readonly string[]) => {
    const table = tableName(given);
    const keys = keysOf(table);
    return [arnOf('dynamodb', `table/${table}`), keys ? values(keys) : []] as const;
  };
  if (operation === 'Query') {
    const [arn, values] = perTable(input['TableName'], (keys) => [queriedKey(input, keys)]);
    const index = input['IndexName'];
    return { [typeof index === 'string' ? `${arn}/index/${index}` : arn]: values };
  }
  if (operation === 'BatchGetItem' || operation === 'BatchWriteItem') {
    const tables = Object.entries((input['RequestItems'] ?? {}) as Readonly<Record<string, unknown>>);
    return Object.fromEntries(
      tables.map(([table, requests]) =>
        perTable(table, (keys) => itemsOf(requests).map((item) => textOf(item[keys.table]))),
      ),
    );
  }
  const item = (input['Key'] ?? input['Item']) as Item | undefined;
  return item ? Object.fromEntries([perTable(input['TableName'], (keys) => [textOf(item[keys.table])])]) : {};
}

/** The keys of a batch of reads, and the keys or items of a batch of writes. */
function itemsOf(requests: unknown): readonly Item[] {
  if (!Array.isArray(requests)) return (requests as { Keys: readonly Item[] }).Keys;
  return (requests as { PutRequest?: { Item: Item }; DeleteRequest?: { Key: Item } }[]).map(
    ({ PutRequest, DeleteRequest }) => PutRequest?.Item ?? DeleteRequest?.Key ?? {},
  );
}

/** A query compares the partition key of its table or index with `=` and one value: API reference, Query, KeyConditionExpression. */
function queriedKey(input: Input, keys: PartitionKeys): string {
  const index = input['IndexName'];
  const wanted = typeof index === 'string' ? keys.indexes[index] : keys.table;
  const names = (input['ExpressionAttributeNames'] ?? {}) as Readonly<Record<string, string>>;
  const values = (input['ExpressionAttributeValues'] ?? {}) as Item;
  const expression = typeof input['KeyConditionExpression'] === 'string' ? input['KeyConditionExpression'] : '';
  const equalities = [...expression.matchAll(/([#\w.-]+)\s*=\s*(:\w+)/g)];
  const found = equalities.find(([, name = '']) => (names[name] ?? name) === wanted);
  return textOf(values[found?.[2] ?? '']);
}

/** A string or a number as text. How AWS compares binary keys is not documented. */
function textOf(value: Item[string] | undefined): string {
  const text = value?.['S'] ?? value?.['N'];
  return typeof text === 'string' ? text : unreadable;
}

/** The name of a table that is given by name or by ARN. */
export function tableName(given: unknown): string {
  return typeof given === 'string' ? given.replace(/^arn:aws:dynamodb:[^/]*\//, '') : '';
}
