import { BatchGetCommand, type DynamoDBDocumentClient } from '@aws-sdk/lib-dynamodb';
import { asTask } from '../../runtime/aws-errors.ts';
import type { Clock } from '../../runtime/clock.ts';
import { ApiThrottledError } from '../../runtime/errors.ts';
import type { Key, Row } from './row.ts';

/** As many keys as BatchGetItem takes (DynamoDB API reference, BatchGetItem). */
const keysOfACall = 100;
/** Calls in a row that leave keys unprocessed; the pauses before them add up to 4 s at the most. */
const attempts = 9;
const firstPause = 50;
const longestPause = 1_000;

/** What a table is reached with. */
export interface Connection {
  readonly client: DynamoDBDocumentClient;
  readonly name: string;
  readonly clock: Clock;
  readonly options: { readonly abortSignal: AbortSignal } | undefined;
}

/**
 * The rows of these keys, in no order. Keys that DynamoDB leaves unprocessed are asked for again after a pause with full
 * jitter, as the API reference asks for: a batch that is repeated at once is throttled again.
 *
 * @throws ApiThrottledError when keys are still unprocessed after nine calls
 */
export async function batchGet(connection: Connection, keys: readonly Key[]): Promise<Row[]> {
  const rows: Row[] = [];
  for (let from = 0; from < keys.length; from += keysOfACall)
    rows.push(...(await readChunk(connection, keys.slice(from, from + keysOfACall))));
  return rows;
}

async function readChunk(connection: Connection, keys: readonly Key[]): Promise<Row[]> {
  const { client, name, clock, options } = connection;
  const rows: Row[] = [];
  let left: Record<string, unknown>[] = keys.map(({ pk, sk }) => ({ pk, sk }));
  for (let attempt = 1; ; attempt++) {
    const command = new BatchGetCommand({ RequestItems: { [name]: { Keys: left, ConsistentRead: true } } });
    const answer = await asTask(`read ${left.length} rows`, () => client.send(command, options));
    rows.push(...((answer.Responses?.[name] ?? []) as Row[]));
    left = answer.UnprocessedKeys?.[name]?.Keys ?? [];
    if (left.length === 0) return rows;
    if (attempt === attempts) throw new ApiThrottledError(`read rows: DynamoDB leaves ${left.length} unprocessed`);
    const pause = Math.random() * Math.min(longestPause, firstPause * 2 ** (attempt - 1));
    await asTask(`wait for ${left.length} rows`, () => clock.sleep(pause, options?.abortSignal));
  }
}
