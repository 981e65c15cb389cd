import {
  type AttributeValue,
  BatchGetItemCommand,
  DeleteItemCommand,
  type DynamoDBClient,
  GetItemCommand,
  PutItemCommand,
  UpdateItemCommand,
} from '@aws-sdk/client-dynamodb';
import { type Case, type CaseNews, leaseLength } from '../domain/case.ts';
import { asTask, awsErrorName } from '../runtime/aws-errors.ts';
import type { Clock } from '../runtime/clock.ts';
import { inParallel } from '../runtime/parallel.ts';
import { abandoning, type Change, claiming, closing, expiry, opening, renewing, tightening } from './case-changes.ts';
import type { Cases, ExecutionScope, Resize } from './cases.ts';

type Row = Record<string, AttributeValue>;

/** Longer than any call to Auto Scaling takes, shorter than anybody would wait. Milliseconds. */
const lockLength = 20_000;
/** A lease is written again when a quarter of it is over. */
const renewedBelow = (leaseLength * 3) / 4;
const inFlight = 16;
/** Lost races in a row after which something else is wrong. */
const attempts = 4;

/** The table of cases in DynamoDB. One item for each thing, told apart by the prefix of its key. */
export function dynamoCases(client: DynamoDBClient, table: string, clock: Clock, signal?: AbortSignal): Cases {
  const options = signal && { abortSignal: signal };

  const update = async (key: string, change: Change): Promise<Row | undefined> => {
    const command = new UpdateItemCommand({
      TableName: table,
      Key: { id: { S: key } },
      UpdateExpression: change.update,
      ConditionExpression: change.condition,
      ExpressionAttributeValues: change.values,
      ...(change.names && { ExpressionAttributeNames: change.names }),
      ReturnValues: 'ALL_NEW',
    });
    return await whenConditionHolds(async () => (await client.send(command, options)).Attributes, `update case ${key}`);
  };

  const get = async (key: string): Promise<Row | undefined> => {
    const command = new GetItemCommand({ TableName: table, Key: { id: { S: key } }, ConsistentRead: true });
    return await asTask(`read ${key}`, async () => (await client.send(command, options)).Item);
  };

  const put = async (row: Row, condition?: string, values?: Row): Promise<boolean> => {
    const command = new PutItemCommand({
      TableName: table,
      Item: row,
      ...(condition !== undefined && { ConditionExpression: condition }),
      ...(values && { ExpressionAttributeValues: values }),
    });
    const written = await whenConditionHolds(async () => client.send(command, options), `write ${row['id']?.S ?? ''}`);
    return written !== undefined;
  };

  const open = (news: CaseNews, holder: string | null) =>
    update(caseKey(news.instanceId), opening(news, holder, clock.now()));

  return {
    async openOrJoin(news) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const opened = await open(news, null);
        if (opened) return { case: toCase(opened), opened: true };
        const joined = news.forced ? await update(caseKey(news.instanceId), tightening(news)) : undefined;
        const row = joined ?? (await get(caseKey(news.instanceId)));
        if (row && toCase(row).state === 'Open') return { case: toCase(row), opened: false };
      }
      return await asTask(`open a case for ${news.instanceId}`, () =>
        Promise.reject(new Error('others keep changing it')),
      );
    },

    async read(instanceIds) {
      const rows = await batchGet(client, table, instanceIds.map(caseKey), options);
      return new Map(rows.map(toCase).map((found) => [found.instanceId, found]));
    },

    async claim(news, execution) {
      for (let attempt = 0; attempt < attempts; attempt++) {
        const claimed =
          (await update(caseKey(news.instanceId), claiming(execution, clock.now()))) ?? (await open(news, execution));
        if (claimed) return { claimed: true, case: toCase(claimed) };
        const row = await get(caseKey(news.instanceId));
        const found = row && toCase(row);
        if (found?.state === 'Open' && found.holder !== execution) return { claimed: false, case: found };
      }
      return await asTask(`claim ${news.instanceId}`, () => Promise.reject(new Error('others keep changing it')));
    },

    async renew(instanceIds, execution) {
      const found = (await batchGet(client, table, instanceIds.map(caseKey), options)).map(toCase);
      const renewed = await inParallel(found, inFlight, async (row) => {
        const due = row.state === 'Open' && (row.holder ?? execution) === execution && !isFresh(row, clock.now());
        if (!due) return row;
        const latest =
          (await update(caseKey(row.instanceId), renewing(execution, clock.now()))) ??
          (await get(caseKey(row.instanceId)));
        return latest ? toCase(latest) : row;
      });
      return new Map(renewed.map((row) => [row.instanceId, row]));
    },

    async abandon(found) {
      const row = await update(caseKey(found.instanceId), abandoning(found, clock.now()));
      return row && toCase(row);
    },

    async close(instanceId, execution, outcome) {
      await update(caseKey(instanceId), closing(execution, outcome, clock.now()));
    },

    async recordExecution(scope) {
      await put({
        id: { S: `execution#${scope.execution}` },
        ...expiry(clock.now()),
        scope: { S: JSON.stringify(scope) },
      });
    },

    async scopeOf(execution) {
      const row = await get(`execution#${execution}`);
      return row?.['scope']?.S === undefined ? undefined : (JSON.parse(row['scope'].S) as ExecutionScope);
    },

    async recordResize(resize) {
      const row = { id: { S: resizeKey(resize) }, ...expiry(clock.now()), resize: { S: JSON.stringify(resize) } };
      if (await put(row, 'attribute_not_exists(id)')) return resize;
      return toResize(await get(resizeKey(resize))) ?? resize;
    },

    async settleResize(resize) {
      const settled = { ...resize, settled: true };
      await put({ id: { S: resizeKey(resize) }, ...expiry(clock.now()), resize: { S: JSON.stringify(settled) } });
    },

    async readResizes(execution, groups) {
      const keys = groups.flatMap((group) =>
        (['Out', 'Back'] as const).map((direction) => resizeKey({ execution, group, direction })),
      );
      const rows = await batchGet(client, table, keys, options);
      return rows.flatMap((row) => toResize(row) ?? []);
    },

    async recordEndings(execution, instanceIds) {
      if (instanceIds.length === 0) return;
      const command = new UpdateItemCommand({
        TableName: table,
        Key: { id: { S: endingsKey(execution) } },
        UpdateExpression: 'SET expiresAt = :expires ADD instanceIds :ids',
        ExpressionAttributeValues: { ':ids': { SS: [...instanceIds] }, ':expires': expiry(clock.now()).expiresAt },
      });
      await asTask(`write the endings of ${execution}`, () => client.send(command, options));
    },

    async endingsOf(execution) {
      return new Set((await get(endingsKey(execution)))?.['instanceIds']?.SS ?? []);
    },

    async lockGroup(group, execution) {
      const now = clock.now();
      const row = {
        id: { S: lockKey(group) },
        ...expiry(now),
        holder: { S: execution },
        until: { N: String(now + lockLength) },
      };
      const free = 'attribute_not_exists(id) OR holder = :me OR #until < :now';
      return (
        (await whenConditionHolds(
          () =>
            client.send(
              new PutItemCommand({
                TableName: table,
                Item: row,
                ConditionExpression: free,
                ExpressionAttributeNames: { '#until': 'until' },
                ExpressionAttributeValues: { ':me': { S: execution }, ':now': { N: String(now) } },
              }),
              options,
            ),
          `lock group ${group}`,
        )) !== undefined
      );
    },

    async unlockGroup(group, execution) {
      const command = new DeleteItemCommand({
        TableName: table,
        Key: { id: { S: lockKey(group) } },
        ConditionExpression: 'holder = :me',
        ExpressionAttributeValues: { ':me': { S: execution } },
      });
      await whenConditionHolds(() => client.send(command, options), `unlock group ${group}`);
    },
  };
}

/** The result, or undefined when the condition did not hold. */
async function whenConditionHolds<Result>(call: () => Promise<Result>, what: string): Promise<Result | undefined> {
  return await asTask(what, async () => {
    try {
      return await call();
    } catch (error) {
      if (awsErrorName(error) === 'ConditionalCheckFailedException') return undefined;
      throw error;
    }
  });
}

/** Reads up to 100 items a call, as BatchGetItem allows, and asks again for what it left unprocessed. */
async function batchGet(
  client: DynamoDBClient,
  table: string,
  keys: readonly string[],
  options: { abortSignal: AbortSignal } | undefined,
): Promise<Row[]> {
  const rows: Row[] = [];
  let left = [...new Set(keys)].map((key): Row => ({ id: { S: key } }));
  while (left.length > 0) {
    const request = { [table]: { Keys: left.slice(0, 100), ConsistentRead: true } };
    const answer = await asTask('read cases', () =>
      client.send(new BatchGetItemCommand({ RequestItems: request }), options),
    );
    rows.push(...(answer.Responses?.[table] ?? []));
    left = [...(answer.UnprocessedKeys?.[table]?.Keys ?? []), ...left.slice(100)];
  }
  return rows;
}

function toCase(row: Row): Case {
  const number = (name: string) => (row[name]?.N === undefined ? undefined : Number(row[name].N));
  return {
    instanceId: row['id']?.S?.slice('instance#'.length) ?? '',
    cluster: row['cluster']?.S ?? '',
    generation: number('generation') ?? 0,
    state: row['state']?.S === 'Open' ? 'Open' : 'Closed',
    openedAt: number('openedAt') ?? 0,
    cause: row['cause']?.S ?? '',
    forced: row['forced']?.BOOL === true,
    deadline: number('deadline') ?? null,
    holder: row['holder']?.S ?? null,
    leaseUntil: number('leaseUntil') ?? null,
    closed: row['state']?.S === 'Closed' ? { at: number('closedAt') ?? 0, outcome: row['outcome']?.S ?? '' } : null,
  };
}

function isFresh({ holder, leaseUntil }: Case, now: number): boolean {
  return holder !== null && (leaseUntil ?? 0) - now > renewedBelow;
}

function toResize(row: Row | undefined): Resize | undefined {
  return row?.['resize']?.S === undefined ? undefined : (JSON.parse(row['resize'].S) as Resize);
}

function caseKey(instanceId: string): string {
  return `instance#${instanceId}`;
}

function resizeKey({ execution, group, direction }: Pick<Resize, 'execution' | 'group' | 'direction'>): string {
  return `resize#${execution}#${direction}#${group}`;
}

function endingsKey(execution: string): string {
  return `endings#${execution}`;
}

function lockKey(group: string): string {
  return `lock#group/${group}`;
}
