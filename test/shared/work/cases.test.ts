import { afterAll } from '@jest/globals';
import { dynamoCases } from '../../../shared/work/dynamo/cases.ts';
import { dynamoTable } from '../../../shared/work/dynamo/table.ts';
import { memoryCases } from '../../../shared/work/memory/cases.ts';
import { casesSuite } from './cases.suite.ts';
import { dynamoTables } from './dynamo-tables.ts';

const tables = await dynamoTables();
const client = tables.client();

afterAll(() => tables.close());

casesSuite('in memory', async (clock) => memoryCases(clock));
casesSuite('in DynamoDB', async (clock) => dynamoCases(dynamoTable(client, await tables.create(), clock)));
