import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../../sandbox/aws/contract.ts';
import type { Statement } from '../../../../sandbox/aws/iam/policy.ts';
import { type DynamoDb, dynamoDbService } from '../../../../sandbox/services/dynamodb/service.ts';
import { type TestCloud, testCloud } from '../../aws/support.ts';
import { untilActive } from './until-active.ts';

const roleArn = 'arn:aws:iam::000000000000:role/worker';
const role: Principal = { kind: 'role', roleArn, sessionName: 's' };
const tableArn = (name: string) => `arn:aws:dynamodb:us-east-1:000000000000:table/${name}`;

let world: TestCloud;
let tables: DynamoDb;
beforeEach(async () => {
  world = testCloud();
  tables = dynamoDbService({ clock: world.clock });
  world.cloud.add(tables);
  for (const name of ['mine', 'other']) await createTable(name);
});
afterEach(async () => {
  await tables.close();
  world.clock.close();
});

async function createTable(TableName: string): Promise<void> {
  const person: Principal = { kind: 'person' };
  await world.cloud.call(
    'dynamodb',
    'CreateTable',
    {
      TableName,
      BillingMode: 'PAY_PER_REQUEST',
      AttributeDefinitions: ['pk', 'sk', 'owner'].map((AttributeName) => ({ AttributeName, AttributeType: 'S' })),
      KeySchema: [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ],
      GlobalSecondaryIndexes: [
        {
          IndexName: 'by-owner',
          KeySchema: [{ AttributeName: 'owner', KeyType: 'HASH' }],
          Projection: { ProjectionType: 'ALL' },
        },
      ],
    },
    person,
  );
  await untilActive(world, TableName);
}

/** A role that may touch rows of these keys only, by table. */
function allowRows(keys: Readonly<Record<string, readonly string[]>>): void {
  const Statement = Object.entries(keys).map(
    ([table, values]): Statement => ({
      Effect: 'Allow',
      Action: 'dynamodb:*',
      Resource: [tableArn(table), `${tableArn(table)}/index/*`],
      Condition: { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': values } },
    }),
  );
  world.roles.registerRole(roleArn, [{ Version: '2012-10-17', Statement }]);
}

const call = (operation: string, input: object) => world.cloud.call('dynamodb', operation, input, role);
const key = (pk: string) => ({ pk: { S: pk }, sk: { S: 's' } });
const query = (pk: string, expression = 'pk = :p', more: object = {}) => ({
  TableName: 'mine',
  KeyConditionExpression: expression,
  ExpressionAttributeValues: { ':p': { S: pk }, ':s': { S: 'case#1' } },
  ...more,
});
const delet = (pk: string) => ({ DeleteRequest: { Key: key(pk) } });
const put = (pk: string) => ({ PutRequest: { Item: key(pk) } });

describe('a role that is held to its own rows', () => {
  it.each<[string, (pk: string) => object]>([
    ['GetItem', (pk) => ({ TableName: 'mine', Key: key(pk) })],
    ['GetItem', (pk) => ({ TableName: tableArn('mine'), Key: key(pk) })],
    ['PutItem', (pk) => ({ TableName: 'mine', Item: key(pk) })],
    ['DeleteItem', (pk) => ({ TableName: 'mine', Key: key(pk) })],
    [
      'UpdateItem',
      (pk) => ({
        TableName: 'mine',
        Key: key(pk),
        UpdateExpression: 'SET a = :a',
        ExpressionAttributeValues: { ':a': { S: 'a' } },
      }),
    ],
    ['Query', (pk) => query(pk, 'pk = :p AND sk >= :s')],
    ['Query', (pk) => query(pk, '(sk = :s) and (pk=:p)')],
    ['Query', (pk) => query(pk, '#key = :p AND sk = :s', { ExpressionAttributeNames: { '#key': 'pk' } })],
    ['BatchGetItem', (pk) => ({ RequestItems: { mine: { Keys: [key('case#1'), key(pk)] } } })],
    ['BatchWriteItem', (pk) => ({ RequestItems: { mine: [put('case#1'), delet(pk)] } })],
    ['BatchWriteItem', (pk) => ({ RequestItems: { mine: [delet('case#1'), put(pk)] } })],
  ])('may call %s for them and for no other', async (operation, input) => {
    allowRows({ mine: ['case#*'] });
    await refused(operation, input('lease#1'), tableArn('mine'));
    expect(await call(operation, input('case#2'))).toBeDefined();
  });

  it('is refused a query of an index by the partition key of the index', async () => {
    allowRows({ mine: ['case#*'] });
    const byOwner = (owner: string) =>
      query(owner, '#o = :p', {
        IndexName: 'by-owner',
        ExpressionAttributeNames: { '#o': 'owner' },
        ExpressionAttributeValues: { ':p': { S: owner } },
      });
    await refused('Query', byOwner('lease#1'), `${tableArn('mine')}/index/by-owner`);
    expect(await call('Query', byOwner('case#1'))).toMatchObject({ Count: 0 });
  });

  it('has its rows in each table of a batch', async () => {
    allowRows({ mine: ['case#*'], other: ['run#*'] });
    const batch = (mine: string, other: string) => ({
      RequestItems: { mine: { Keys: [key(mine)] }, other: { Keys: [key(other)] } },
    });
    expect(await call('BatchGetItem', batch('case#1', 'run#1'))).toMatchObject({ UnprocessedKeys: {} });
    await refused('BatchGetItem', batch('case#1', 'case#1'), tableArn('other'));
  });

  it('may scan all rows if it may scan, because a scan has no leading keys', async () => {
    allowRows({ mine: ['case#*'] });
    expect(await call('Scan', { TableName: 'mine' })).toMatchObject({ Count: 0 });
  });
});

async function refused(operation: string, input: object, resource: string): Promise<void> {
  await expect(call(operation, input)).rejects.toMatchObject({
    code: 'AccessDeniedException',
    message:
      `User: arn:aws:sts::000000000000:assumed-role/worker/s is not authorized to perform: dynamodb:${operation} ` +
      `on resource: ${resource} because no identity-based policy allows the dynamodb:${operation} action`,
  });
}
