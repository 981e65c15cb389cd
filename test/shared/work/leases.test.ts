import { afterAll } from '@jest/globals';
import { dynamoLeases } from '../../../shared/work/dynamo/leases.ts';
import { dynamoTable } from '../../../shared/work/dynamo/table.ts';
import { memoryLeases } from '../../../shared/work/memory/leases.ts';
import { dynamoTables } from './dynamo-tables.ts';
import { leasesSuite } from './leases.suite.ts';

const tables = await dynamoTables();
const client = tables.client();

afterAll(() => tables.close());

leasesSuite('in memory', async (clock) => memoryLeases(clock));
leasesSuite('in DynamoDB', async (clock) => dynamoLeases(dynamoTable(client, await tables.create(), clock)));
