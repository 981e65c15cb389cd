import { afterAll } from '@jest/globals';
import { dynamoJournal } from '../../../shared/work/dynamo/journal.ts';
import { dynamoTable } from '../../../shared/work/dynamo/table.ts';
import { memoryJournal } from '../../../shared/work/memory/journal.ts';
import { dynamoTables } from './dynamo-tables.ts';
import { type Change, changeSchema, journalSuite } from './journal.suite.ts';

const tables = await dynamoTables();
const client = tables.client();

afterAll(() => tables.close());

journalSuite('in memory', async (clock) => () => memoryJournal<Change>(clock));
journalSuite('in DynamoDB', async (clock) => {
  const table = dynamoTable(client, await tables.create(), clock);
  return (workflow) => dynamoJournal(table, workflow, changeSchema);
});
