import { randomUUID } from 'node:crypto';
import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, GetCommand, paginateQuery, UpdateCommand } from '@aws-sdk/lib-dynamodb';
import { asTask, awsErrorName } from '../../runtime/aws-errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { batchGet, type Connection } from './batch-get.ts';
import { type Change, expressionsOf, tokenNameOf } from './change.ts';
import type { Key, Row } from './row.ts';

/** Did the write take effect, and what does the row say after it? Without effect the row may be missing. */
type Written = { readonly took: true; readonly row: Row } | { readonly took: false; readonly row: Row | undefined };

/** The work table; all reads are consistent. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Table {
  readonly clock: Clock;
  get(key: Key): Promise<Row | undefined>;
  /** The rows of those keys that have one, in no order. Each key is given once. */
  getAll(keys: readonly Key[]): Promise<readonly Row[]>;
  /** Every row of the partition whose sort key begins so, in the order of the sort keys' bytes. */
  list(pk: string, skPrefix: string): Promise<readonly Row[]>;
  /** One conditional write. Its token tells whether it had taken effect when its answer was lost and the SDK sent it again. */
  update(key: Key, change: Change): Promise<Written>;
}

/**
 * The table of that name, with partition key `pk` and sort key `sk`.
 *
 * @param signal ends every call when it aborts
 */
export function dynamoTable(dynamo: DynamoDBClient, name: string, clock: Clock, signal?: AbortSignal): Table {
  const client = DynamoDBDocumentClient.from(dynamo, { marshallOptions: { removeUndefinedValues: true } });
  const connection: Connection = { client, name, clock, options: signal && { abortSignal: signal } };
  return {
    clock,
    get: (key) => get(connection, key),
    getAll: (keys) => batchGet(connection, keys),
    list: (pk, skPrefix) => list(connection, pk, skPrefix),
    update: (key, change) => update(connection, key, change),
  };
}

async function get({ client, name, options }: Connection, { pk, sk }: Key): Promise<Row | undefined> {
  const command = new GetCommand({ TableName: name, Key: { pk, sk }, ConsistentRead: true });
  const answer = await asTask(`read row ${pk} ${sk}`, () => client.send(command, options));
  return answer.Item as Row | undefined;
}

async function list({ client, name, options }: Connection, pk: string, skPrefix: string): Promise<Row[]> {
  const query = {
    TableName: name,
    ConsistentRead: true,
    KeyConditionExpression: 'pk = :pk AND begins_with(sk, :prefix)',
    ExpressionAttributeValues: { ':pk': pk, ':prefix': skPrefix },
  };
  return await asTask(`read rows ${pk} ${skPrefix}`, async () => {
    const rows: Row[] = [];
    for await (const { Items } of paginateQuery({ client }, query, options)) rows.push(...((Items ?? []) as Row[]));
    return rows;
  });
}

async function update(connection: Connection, { pk, sk }: Key, change: Change): Promise<Written> {
  const { client, name, options } = connection;
  const token = randomUUID();
  const expressions = expressionsOf(change, token);
  const command = new UpdateCommand({ TableName: name, Key: { pk, sk }, ...expressions, ReturnValues: 'ALL_NEW' });
  return await asTask(`write row ${pk} ${sk}`, async () => {
    try {
      return { took: true, row: (await client.send(command, options)).Attributes as Row };
    } catch (error) {
      if (awsErrorName(error) !== 'ConditionalCheckFailedException') throw error;
      const row = await get(connection, { pk, sk });
      return row?.[tokenNameOf(change)] === token ? { took: true, row } : { took: false, row };
    }
  });
}
