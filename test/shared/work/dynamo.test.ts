import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { DynamoDBDocumentClient, PutCommand, QueryCommand } from '@aws-sdk/lib-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Case, type CaseNews, leaseLength } from '../../../shared/domain/case.ts';
import { ApiThrottledError, CorruptRowError } from '../../../shared/runtime/errors.ts';
import { dynamoCases } from '../../../shared/work/dynamo/cases.ts';
import { dynamoJournal } from '../../../shared/work/dynamo/journal.ts';
import { dynamoLeases } from '../../../shared/work/dynamo/leases.ts';
import { dynamoTable, type Table } from '../../../shared/work/dynamo/table.ts';
import { type FakeClock, fakeClock } from '../../fakes/fake-clock.ts';
import { countCalls, leaveUnprocessed } from './client-faults.ts';
import { dynamoTables } from './dynamo-tables.ts';
import { change, changeSchema } from './journal.suite.ts';

const tables = await dynamoTables();
const news = (id: string): CaseNews => ({
  subject: `instance/${id}`,
  cluster: 'demo',
  cause: 'RebalanceRecommendation',
  interrupted: false,
  endsAt: null,
});
const many = Array.from({ length: 50 }, (_, index) => news(`i-${String(index).padStart(3, '0')}`));
const subjects = many.map(({ subject }) => subject);

afterAll(() => tables.close());

describe('the work table in DynamoDB', () => {
  let clock: FakeClock;
  let name: string;
  let client: DynamoDBClient;
  let table: Table;

  beforeEach(async () => {
    clock = fakeClock();
    name = await tables.create();
    client = tables.client();
    table = dynamoTable(client, name, clock);
  });

  const put = (row: Record<string, unknown>) =>
    DynamoDBDocumentClient.from(client).send(new PutCommand({ TableName: name, Item: row }));

  const rowsOf = async (pk: string) => {
    const query = { KeyConditionExpression: 'pk = :pk', ExpressionAttributeValues: { ':pk': pk } };
    const answer = await DynamoDBDocumentClient.from(client).send(new QueryCommand({ TableName: name, ...query }));
    return answer.Items ?? [];
  };

  describe('costs', () => {
    it('one call to open a case, and one to claim it', async () => {
      const calls = countCalls(client);
      await dynamoCases(table).openOrJoin(news('i-1'));
      await dynamoCases(table).claim(news('i-1'), 'run');
      expect([...calls]).toEqual([['UpdateItem', 2]]);
    });

    it('one call to read 50 cases, and nothing more to renew what is fresh', async () => {
      await Promise.all(many.map((each) => dynamoCases(table).claim(each, 'run')));
      const calls = countCalls(client);
      await dynamoCases(table).read(subjects);
      expect([...calls]).toEqual([['BatchGetItem', 1]]);
      await clock.sleep(leaseLength / 4 - 1);
      await dynamoCases(table).renew(subjects, 'run');
      expect([...calls]).toEqual([['BatchGetItem', 2]]);
      await clock.sleep(1);
      await dynamoCases(table).renew(subjects, 'run');
      expect(Object.fromEntries(calls)).toEqual({ BatchGetItem: 3, UpdateItem: 50 });
    });

    it('one call to take a lease, to give it back, or to write a change down', async () => {
      const calls = countCalls(client);
      const lease = await dynamoLeases(table).take('group/spot', 'run', 20_000);
      if (lease) await dynamoLeases(table).release(lease);
      await dynamoJournal(table, 'node-replacement', changeSchema).intend('run', 'resize#spot', change);
      expect([...calls]).toEqual([['UpdateItem', 3]]);
    });

    it('a page for each megabyte of a journal', async () => {
      const journal = dynamoJournal(table, 'node-replacement', changeSchema);
      for (let index = 0; index < 25; index++)
        await journal.intend('run', `drain#${index}`, { ...change, note: 'x'.repeat(100_000) });
      const calls = countCalls(client);
      expect(await journal.changesOf('run')).toHaveLength(25);
      expect([...calls]).toEqual([['Query', 3]]);
    });
  });

  describe('when a batch is left unprocessed', () => {
    it('asks for the rest after growing pauses', async () => {
      await Promise.all(many.map((each) => dynamoCases(table).openOrJoin(each)));
      leaveUnprocessed(client, 3);
      const calls = countCalls(client);
      const before = clock.now();
      expect([...(await dynamoCases(table).read(subjects)).keys()]).toEqual(subjects);
      expect(calls.get('BatchGetItem')).toBe(4);
      expect(clock.now()).toBeGreaterThan(before);
      expect(clock.now() - before).toBeLessThanOrEqual(50 + 100 + 200);
    });

    it('says that it is throttled when there is no end to it', async () => {
      for (const each of many.slice(0, 2)) await dynamoCases(table).openOrJoin(each);
      leaveUnprocessed(client, Number.POSITIVE_INFINITY);
      const before = clock.now();
      await expect(dynamoCases(table).read(subjects)).rejects.toBeInstanceOf(ApiThrottledError);
      expect(clock.now() - before).toBeLessThanOrEqual(5_000);
    });
  });

  describe('when a row is not what we write', () => {
    const good = { pk: 'case#instance/i-1', sk: 'case', state: 'Open', cluster: 'demo', cause: 'Manual', openedAt: 1 };

    it.each([
      ['without its facts', {}, /row case#instance\/i-1 case cannot be read: interrupted: .*; generation: /],
      ['with a state that we do not know', { state: 'Ajar', interrupted: false, generation: 1 }, /state: /],
      ['with a cause that is no code', { cause: 'out of boredom', interrupted: false, generation: 1 }, /cause: /],
      ['that is closed and does not say how', { state: 'Closed', interrupted: false, generation: 1 }, /outcome: /],
    ])('names a case %s', async (_, facts, problem) => {
      await put({ ...good, ...facts });
      const cases = dynamoCases(table);
      for (const call of [cases.read(['instance/i-1']), cases.renew(['instance/i-1'], 'run')]) {
        const error = await call.catch((thrown: unknown) => thrown);
        expect(error).toBeInstanceOf(CorruptRowError);
        expect(String(error)).toMatch(problem);
      }
    });

    it('names an open case that an event would join or an execution claim', async () => {
      await put(good);
      await expect(dynamoCases(table).openOrJoin(news('i-1'))).rejects.toBeInstanceOf(CorruptRowError);
      await put({ ...good, holder: 'another', leaseUntil: clock.now() + 1 });
      await expect(dynamoCases(table).claim(news('i-1'), 'run')).rejects.toBeInstanceOf(CorruptRowError);
    });

    it('names a lease', async () => {
      await put({ pk: 'lease#group/spot', sk: 'lease', holder: 'run', epoch: 'first', until: 2_000_000 });
      const error = await dynamoLeases(table)
        .take('group/spot', 'another', 1)
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(CorruptRowError);
      expect(String(error)).toMatch(/row lease#group\/spot lease cannot be read: epoch: /);
    });

    it('names a scope and a change', async () => {
      const journal = dynamoJournal(table, 'node-replacement', changeSchema);
      await put({ pk: 'run#node-replacement/run', sk: 'scope', scope: { cluster: 'demo', subjects: ['i-1'] } });
      await put({ pk: 'run#node-replacement/run', sk: 'change#resize', change: {}, settled: true, intendedAt: 1 });
      await expect(journal.scopeOf('run')).rejects.toThrow(
        /row run#node-replacement\/run scope cannot be read: scope.subjects.0: .*; scope.things: /,
      );
      await expect(journal.changesOf('run')).rejects.toThrow(/run change#resize cannot be read: group: /);
      await expect(journal.intend('run', 'resize', change)).rejects.toBeInstanceOf(CorruptRowError);
    });
  });

  describe('keeps', () => {
    const day = 86_400;
    const inDays = (count: number) => Math.floor(clock.now() / 1_000) + count * day;

    it('a case for 100 days after its last write, as long as a name of an execution may not be used again', async () => {
      const cases = dynamoCases(table);
      const look = async () => (await cases.read(['instance/i-1'])).get('instance/i-1') as Case;
      const stopping = { ...news('i-1'), cause: 'InstanceStopping', interrupted: true, endsAt: 9 } as const;
      for (const write of [
        () => cases.openOrJoin(news('i-1')),
        () => cases.openOrJoin(stopping),
        () => cases.claim(news('i-1'), 'run'),
        () => cases.renew(['instance/i-1'], 'run'),
        async () => await cases.abandon(await look()),
        () => cases.close('instance/i-1', 'run', 'Replaced'),
      ]) {
        await clock.sleep(day * 1_000);
        await write();
        expect((await rowsOf('case#instance/i-1')).map((row) => row['expiresAt'])).toEqual([inDays(100)]);
      }
    });

    it('what a run noted for 7 days', async () => {
      const journal = dynamoJournal(table, 'node-replacement', changeSchema);
      await journal.begin('run', { cluster: 'demo', subjects: [], things: [] });
      await journal.intend('run', 'resize#spot', change);
      const rows = await rowsOf('run#node-replacement/run');
      expect(rows.map((row) => [row['sk'], row['expiresAt']])).toEqual([
        ['change#resize#spot', inDays(7)],
        ['scope', inDays(7)],
      ]);
    });

    it('a lease for ever, so that its epoch never begins again', async () => {
      await dynamoLeases(table).take('group/spot', 'run', 20_000);
      expect(await rowsOf('lease#group/spot')).toEqual([
        {
          pk: 'lease#group/spot',
          sk: 'lease',
          holder: 'run',
          epoch: 1,
          until: clock.now() + 20_000,
          token: expect.any(String),
        },
      ]);
    });
  });

  it('asks for nothing once its signal has aborted', async () => {
    const calls = countCalls(client);
    const aborted = dynamoTable(client, name, clock, AbortSignal.abort());
    const journal = dynamoJournal(aborted, 'node-replacement', changeSchema);
    await expect(dynamoCases(aborted).openOrJoin(news('i-1'))).rejects.toThrow(/abort/i);
    await expect(dynamoCases(aborted).read(subjects)).rejects.toThrow(/abort/i);
    await expect(journal.scopeOf('run')).rejects.toThrow(/abort/i);
    await expect(journal.changesOf('run')).rejects.toThrow(/abort/i);
    await expect(dynamoLeases(aborted).take('group/spot', 'run', 1)).rejects.toThrow(/abort/i);
    const untouched = dynamoTable(client, name, clock);
    expect(await untouched.getAll(many.map(({ subject }) => ({ pk: `case#${subject}`, sk: 'case' })))).toEqual([]);
    expect(calls.get('BatchGetItem')).toBe(2);
  });

  it('says which row could not be written when the table is not there', async () => {
    const missing = dynamoCases(dynamoTable(client, 'no-such-table', clock));
    await expect(missing.openOrJoin(news('i-1'))).rejects.toThrow(
      /write row case#instance\/i-1 case: ResourceNotFoundException/,
    );
  });
});
