import type { BatchGetItemCommandOutput, DynamoDBClient } from '@aws-sdk/client-dynamodb';

/** Counts every call of the client by the name of its operation, repetitions of the SDK not counted. */
export function countCalls(client: DynamoDBClient): Map<string, number> {
  const calls = new Map<string, number>();
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const name = (commandName ?? '').replace(/Command$/, '');
        calls.set(name, (calls.get(name) ?? 0) + 1);
        return await next(args);
      },
    { step: 'build', name: 'countCalls' },
  );
  return calls;
}

/**
 * The answer of the next write is lost after the write took effect, as when the connection breaks: the SDK sends it again.
 * `meanwhile` happens before that.
 */
export function loseNextAnswer(client: DynamoDBClient, meanwhile?: () => Promise<unknown>): { lost: number } {
  const told = { lost: 0 };
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (told.lost > 0 || commandName !== 'UpdateItemCommand') return answer;
        told.lost += 1;
        await meanwhile?.();
        // The SDK takes this name for a broken connection (@smithy/core, TRANSIENT_ERROR_CODES).
        throw Object.assign(new Error('the answer was lost'), { name: 'TimeoutError' });
      },
    // Inside the SDK's own repetition, which is of high priority in this step.
    { step: 'finalizeRequest', priority: 'low', name: 'loseNextAnswer' },
  );
  return told;
}

/** So many times, BatchGetItem leaves the second half of the rows that it found unprocessed. */
export function leaveUnprocessed(client: DynamoDBClient, times: number): void {
  let left = times;
  client.middlewareStack.add(
    (next, { commandName }) =>
      async (args) => {
        const answer = await next(args);
        if (commandName !== 'BatchGetItemCommand' || left === 0) return answer;
        left -= 1;
        const output = answer.output as BatchGetItemCommandOutput;
        for (const [table, rows] of Object.entries(output.Responses ?? {})) {
          const later = rows.splice(Math.floor(rows.length / 2));
          const Keys = later.flatMap(({ pk, sk }) => (pk && sk ? [{ pk, sk }] : []));
          output.UnprocessedKeys = { [table]: { Keys, ConsistentRead: true } };
        }
        return answer;
      },
    { step: 'finalizeRequest', priority: 'low', name: 'leaveUnprocessed' },
  );
}
