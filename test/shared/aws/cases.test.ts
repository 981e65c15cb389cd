import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { SandboxClock } from '../../../sandbox/clock.ts';
import { dynamoDbService } from '../../../sandbox/services/dynamodb/service.ts';
import type { Cases } from '../../../shared/aws/cases.ts';
import { dynamoCases } from '../../../shared/aws/dynamo-cases.ts';
import { leaseLength } from '../../../shared/domain/case.ts';
import { fakeCases } from '../../fakes/fake-cases.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { testServer } from '../../sandbox/aws/support.ts';

const person = { kind: 'person' } as const;
const spot = {
  instanceId: 'i-0123456789abcdef0',
  cluster: 'demo',
  cause: 'SpotInterruption',
  forced: true,
  deadline: 120_000,
};
const rebalance = { ...spot, cause: 'RebalanceRecommendation', forced: false, deadline: null };

const dynamo = dynamoDbService({ clock: new SandboxClock({ mode: 'skip' }) });
const server = await testServer(dynamo);
const client = new DynamoDBClient(server.client);
let tables = 0;

afterAll(async () => {
  client.destroy();
  await server.close();
  await dynamo.close();
});

async function inDynamoDb(clock: ReturnType<typeof fakeClock>): Promise<Cases> {
  tables += 1;
  const TableName = `cases-${tables}`;
  const KeySchema = [{ AttributeName: 'id', KeyType: 'HASH' }];
  const AttributeDefinitions = [{ AttributeName: 'id', AttributeType: 'S' }];
  await server.cloud.call(
    'dynamodb',
    'CreateTable',
    { TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' },
    person,
  );
  for (;;) {
    const { Table } = await server.cloud.call<{ Table: { TableStatus: string } }>(
      'dynamodb',
      'DescribeTable',
      { TableName },
      person,
    );
    if (Table.TableStatus === 'ACTIVE') return dynamoCases(client, TableName, clock);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

describe.each([
  ['in memory', async (clock: ReturnType<typeof fakeClock>) => fakeCases(() => clock.now())],
  ['in DynamoDB', inDynamoDb],
] as const)('the table of cases %s', (_, make) => {
  const clock = fakeClock();
  let cases: Cases;

  beforeEach(async () => {
    cases = await make(clock);
  });

  it('opens one case for an instance, and lets later events join it', async () => {
    expect(await cases.openOrJoin(spot)).toMatchObject({
      opened: true,
      case: { state: 'Open', generation: 1, holder: null },
    });
    expect(await cases.openOrJoin(spot)).toMatchObject({ opened: false, case: { generation: 1 } });
  });

  it('brings a deadline forward and never back', async () => {
    await cases.openOrJoin(spot);
    expect((await cases.openOrJoin({ ...spot, deadline: 90_000 })).case.deadline).toBe(90_000);
    expect((await cases.openOrJoin({ ...spot, deadline: 150_000 })).case.deadline).toBe(90_000);
  });

  it('makes a voluntary case forced and never the other way round', async () => {
    await cases.openOrJoin(rebalance);
    expect((await cases.openOrJoin(spot)).case).toMatchObject({
      forced: true,
      cause: 'SpotInterruption',
      deadline: 120_000,
    });
    expect((await cases.openOrJoin(rebalance)).case).toMatchObject({ forced: true, cause: 'SpotInterruption' });
  });

  it('opens once when many events race for the same instance', async () => {
    const results = await Promise.all(Array.from({ length: 20 }, () => cases.openOrJoin(spot)));
    expect(results.filter(({ opened }) => opened)).toHaveLength(1);
  });

  it('lets one execution hold a case', async () => {
    await cases.openOrJoin(spot);
    const claims = await Promise.all(['a', 'b', 'c'].map((execution) => cases.claim(spot, execution)));
    const winners = claims.filter(({ claimed }) => claimed);
    expect(winners).toHaveLength(1);
    expect(new Set(claims.map((claim) => claim.case.holder)).size).toBe(1);
  });

  it('lets the holder claim again, and a person claim what no event opened', async () => {
    expect(await cases.claim(spot, 'run')).toMatchObject({ claimed: true, case: { holder: 'run', generation: 1 } });
    expect(await cases.claim(spot, 'run')).toMatchObject({ claimed: true, case: { generation: 1 } });
  });

  it('takes a case from a holder whose lease has ended, and from no other', async () => {
    await cases.claim(spot, 'silent');
    await clock.sleep(leaseLength - 1);
    expect(await cases.claim(spot, 'next')).toMatchObject({ claimed: false, case: { holder: 'silent' } });
    await clock.sleep(1);
    expect(await cases.claim(spot, 'next')).toMatchObject({ claimed: true, case: { holder: 'next', generation: 1 } });
    expect(await cases.claim(spot, 'silent')).toMatchObject({ claimed: false, case: { holder: 'next' } });
  });

  it('renews the leases of their holder, takes what nobody holds, and leaves the rest', async () => {
    for (const instanceId of ['i-1', 'i-2', 'i-3', 'i-4']) await cases.openOrJoin({ ...spot, instanceId });
    await cases.claim({ ...spot, instanceId: 'i-1' }, 'run');
    await cases.claim({ ...spot, instanceId: 'i-3' }, 'another');
    await cases.claim({ ...spot, instanceId: 'i-4' }, 'run');
    await cases.close('i-4', 'run', 'Replaced');
    await clock.sleep(leaseLength - 1_000);
    const renewed = await cases.renew(['i-1', 'i-2', 'i-3', 'i-4', 'i-5'], 'run');
    const until = clock.now() + leaseLength;
    const told = ['i-1', 'i-2', 'i-3', 'i-4', 'i-5'].map((id) => [renewed.get(id)?.holder, renewed.get(id)?.state]);
    expect(told).toEqual([
      ['run', 'Open'],
      ['run', 'Open'],
      ['another', 'Open'],
      ['run', 'Closed'],
      [undefined, undefined],
    ]);
    expect([renewed.get('i-1')?.leaseUntil, renewed.get('i-2')?.leaseUntil]).toEqual([until, until]);
    expect(renewed.get('i-3')?.leaseUntil).toBeLessThan(until);
  });

  it('ends the lease of a dead holder once, in a new generation that anybody may claim', async () => {
    const { case: held } = await cases.claim(spot, 'dead');
    expect(await cases.abandon(held)).toMatchObject({ generation: 2, holder: 'dead', leaseUntil: 0 });
    expect(await cases.abandon(held)).toBeUndefined();
    expect(await cases.claim(spot, 'next')).toMatchObject({ claimed: true, case: { generation: 2, holder: 'next' } });
  });

  it('counts the generation of a case up whose start was lost', async () => {
    const { case: orphan } = await cases.openOrJoin(spot);
    await clock.sleep(20_000);
    expect(await cases.abandon(orphan)).toMatchObject({ generation: 2, holder: null, openedAt: clock.now() });
  });

  it('closes for its holder only, and opens the next generation after that', async () => {
    await cases.claim(spot, 'run');
    await cases.close(spot.instanceId, 'another', 'Failed');
    expect((await cases.read([spot.instanceId])).get(spot.instanceId)?.state).toBe('Open');
    await cases.close(spot.instanceId, 'run', 'Replaced');
    expect((await cases.read([spot.instanceId])).get(spot.instanceId)).toMatchObject({
      state: 'Closed',
      closed: { outcome: 'Replaced' },
    });
    expect(await cases.openOrJoin(rebalance)).toMatchObject({
      opened: true,
      case: { generation: 2, holder: null, deadline: null, forced: false },
    });
  });

  it('reads many cases at once and leaves out what it does not know', async () => {
    const ids = Array.from({ length: 120 }, (__, index) => `i-${index.toString(16).padStart(17, '0')}`);
    await Promise.all(ids.slice(0, 110).map((instanceId) => cases.openOrJoin({ ...spot, instanceId })));
    expect([...(await cases.read(ids)).keys()].toSorted()).toEqual(ids.slice(0, 110));
  });

  it('keeps the first record of a resize, and what was settled', async () => {
    const resize = {
      execution: 'run',
      group: 'spot',
      direction: 'Out',
      from: 3,
      to: 4,
      instanceIds: [spot.instanceId],
      settled: false,
    } as const;
    expect(await cases.recordResize(resize)).toEqual(resize);
    expect(await cases.recordResize({ ...resize, from: 4, to: 5 })).toEqual(resize);
    await cases.settleResize(resize);
    expect(await cases.readResizes('run', ['spot', 'other'])).toEqual([{ ...resize, settled: true }]);
  });

  it('adds up the instances that an execution ends', async () => {
    expect(await cases.endingsOf('run')).toEqual(new Set());
    await cases.recordEndings('run', ['i-1', 'i-2']);
    await cases.recordEndings('run', []);
    await cases.recordEndings('run', ['i-2', 'i-3']);
    expect(await cases.endingsOf('run')).toEqual(new Set(['i-1', 'i-2', 'i-3']));
  });

  it('remembers what an execution works on', async () => {
    const scope = { execution: 'run', cluster: 'demo', instanceIds: [spot.instanceId], groups: ['spot'] };
    await cases.recordExecution(scope);
    expect(await cases.scopeOf('run')).toEqual(scope);
    expect(await cases.scopeOf('another')).toBeUndefined();
  });

  it('gives the lock on a group to one execution, until it lets go or its time is over', async () => {
    expect(await cases.lockGroup('spot', 'a')).toBe(true);
    expect(await cases.lockGroup('spot', 'a')).toBe(true);
    expect(await cases.lockGroup('spot', 'b')).toBe(false);
    await cases.unlockGroup('spot', 'b');
    expect(await cases.lockGroup('spot', 'b')).toBe(false);
    await cases.unlockGroup('spot', 'a');
    expect(await cases.lockGroup('spot', 'b')).toBe(true);
    await clock.sleep(21_000);
    expect(await cases.lockGroup('spot', 'c')).toBe(true);
  });
});
