import type { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import type { CaseNews } from '../../../shared/domain/case.ts';
import { dynamoCases } from '../../../shared/work/dynamo/cases.ts';
import { dynamoJournal } from '../../../shared/work/dynamo/journal.ts';
import { dynamoLeases } from '../../../shared/work/dynamo/leases.ts';
import { dynamoTable, type Table } from '../../../shared/work/dynamo/table.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { loseNextAnswer } from './client-faults.ts';
import { dynamoTables } from './dynamo-tables.ts';
import { change, changeSchema } from './journal.suite.ts';

const tables = await dynamoTables();
const spot: CaseNews = {
  subject: 'instance/i-1',
  cluster: 'demo',
  cause: 'SpotInterruption',
  interrupted: true,
  endsAt: 120_000,
};

afterAll(() => tables.close());

describe('a write whose answer was lost after it took effect', () => {
  let client: DynamoDBClient;
  let ours: Table;
  let theirs: Table;

  beforeEach(async () => {
    const name = await tables.create();
    const clock = fakeClock();
    client = tables.client();
    ours = dynamoTable(client, name, clock);
    theirs = dynamoTable(tables.client(), name, clock);
  });

  it('has opened the case', async () => {
    const told = loseNextAnswer(client);
    expect(await dynamoCases(ours).openOrJoin(spot)).toMatchObject({ opened: true, case: { generation: 1 } });
    expect(told.lost).toBe(1);
  });

  it('has opened the case even if another event joined it meanwhile', async () => {
    const sooner = { ...spot, endsAt: 90_000 };
    loseNextAnswer(client, () => dynamoCases(theirs).openOrJoin(sooner));
    expect(await dynamoCases(ours).openOrJoin(spot)).toMatchObject({
      opened: true,
      case: { generation: 1, endsAt: 90_000 },
    });
  });

  it('has opened the case once, even if it was worked on and closed meanwhile', async () => {
    const cases = dynamoCases(theirs);
    loseNextAnswer(client, async () => {
      await cases.claim(spot, 'run');
      await cases.close(spot.subject, 'run', 'Replaced');
    });
    expect(await dynamoCases(ours).openOrJoin(spot)).toMatchObject({
      opened: true,
      case: { generation: 1, state: 'Closed' },
    });
  });

  it('has brought the end forward', async () => {
    await dynamoCases(theirs).openOrJoin(spot);
    const sooner = { ...spot, endsAt: 90_000 };
    // The first write is the opening, which is refused; the second one takes effect.
    const told = loseNextAnswer(client);
    expect(await dynamoCases(ours).openOrJoin(sooner)).toMatchObject({ opened: false, case: { endsAt: 90_000 } });
    expect(told.lost).toBe(1);
  });

  it('has claimed the case', async () => {
    await dynamoCases(theirs).openOrJoin(spot);
    const told = loseNextAnswer(client);
    expect(await dynamoCases(ours).claim(spot, 'run')).toEqual({ claimed: true });
    expect(told.lost).toBe(1);
    expect(await dynamoCases(theirs).claim(spot, 'another')).toEqual({ claimed: false, holder: 'run' });
  });

  it('has opened the case for the execution that claims it', async () => {
    const told = loseNextAnswer(client);
    expect(await dynamoCases(ours).claim(spot, 'run')).toEqual({ claimed: true });
    expect(told.lost).toBe(1);
    expect((await dynamoCases(theirs).read([spot.subject])).get(spot.subject)).toMatchObject({ generation: 1 });
  });

  it('has abandoned the case, which is then in one new generation', async () => {
    const { case: orphan } = await dynamoCases(theirs).openOrJoin(spot);
    const told = loseNextAnswer(client);
    expect(await dynamoCases(ours).abandon(orphan)).toMatchObject({ generation: 2 });
    expect(told.lost).toBe(1);
  });

  it('has taken the lease, with one epoch', async () => {
    const told = loseNextAnswer(client);
    expect(await dynamoLeases(ours).take('group/spot', 'run', 20_000)).toMatchObject({ holder: 'run', epoch: 1 });
    expect(told.lost).toBe(1);
    expect(await dynamoLeases(theirs).take('group/spot', 'another', 20_000)).toBeUndefined();
  });

  it('is not taken for ours when another holder has the lease by then', async () => {
    const lease = { thing: 'group/spot', holder: 'run', epoch: 1, until: 0 };
    loseNextAnswer(client, async () => {
      await dynamoLeases(theirs).release(lease);
      await dynamoLeases(theirs).take('group/spot', 'another', 20_000);
    });
    expect(await dynamoLeases(ours).take('group/spot', 'run', 20_000)).toBeUndefined();
  });

  it('has written the change down', async () => {
    const told = loseNextAnswer(client);
    const journal = dynamoJournal(ours, 'node-replacement', changeSchema);
    expect(await journal.intend('run', 'resize#spot', change)).toMatchObject({
      key: 'resize#spot',
      change,
      settled: false,
    });
    expect(told.lost).toBe(1);
  });
});
