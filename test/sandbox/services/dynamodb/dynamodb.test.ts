import {
  ConditionalCheckFailedException,
  CreateTableCommand,
  DynamoDBClient,
  PutItemCommand,
} from '@aws-sdk/client-dynamodb';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startAwsServer } from '../../../../sandbox/aws/wire/server.ts';
import { type DynamoDb, dynamoDbService } from '../../../../sandbox/services/dynamodb/service.ts';
import { start, type TestCloud, testCloud } from '../../aws/support.ts';
import { untilActive } from './until-active.ts';

let world: TestCloud;
let tables: DynamoDb;
beforeEach(async () => {
  world = testCloud();
  tables = dynamoDbService({ clock: world.clock });
  world.cloud.add(tables);
  await call('CreateTable', {
    TableName: 'leases',
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [
      { AttributeName: 'pk', AttributeType: 'S' },
      { AttributeName: 'sk', AttributeType: 'S' },
    ],
    KeySchema: [
      { AttributeName: 'pk', KeyType: 'HASH' },
      { AttributeName: 'sk', KeyType: 'RANGE' },
    ],
  });
  await untilActive(world, 'leases');
});
afterEach(async () => {
  await tables.close();
  world.clock.close();
});

const call = <Output>(operation: string, input: object) =>
  world.cloud.call<Output>('dynamodb', operation, input, { kind: 'person' });
const key = (sk: string) => ({ pk: { S: 'p' }, sk: { S: sk } });
const put = (sk: string, more: object = {}, options: object = {}) =>
  call('PutItem', { TableName: 'leases', Item: { ...key(sk), ...more }, ...options });
const get = async (sk: string) =>
  (await call<{ Item?: object }>('GetItem', { TableName: 'leases', Key: key(sk), ConsistentRead: true })).Item;

describe('a table', () => {
  it('that is protected is not deleted until the protection is taken off', async () => {
    const protect = (DeletionProtectionEnabled: boolean) =>
      call('UpdateTable', { TableName: 'leases', DeletionProtectionEnabled });
    await protect(true);
    expect(await call('DescribeTable', { TableName: 'leases' })).toMatchObject({
      Table: { DeletionProtectionEnabled: true },
    });
    await expect(call('DeleteTable', { TableName: 'leases' })).rejects.toMatchObject({
      code: 'ValidationException',
      message:
        'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    });
    await protect(false);
    await expect(call('DeleteTable', { TableName: 'leases' })).resolves.toMatchObject({
      TableDescription: { TableName: 'leases' },
    });
  });

  it('stores, updates with an expression, queries and deletes', async () => {
    await put('a', { n: { N: '1' }, b: { B: new Uint8Array([1, 255]) } });
    const update = {
      UpdateExpression: 'SET #n = #n + :one',
      ExpressionAttributeNames: { '#n': 'n' },
      ExpressionAttributeValues: { ':one': { N: '1' } },
    };
    const updated = await call<{ Attributes: object }>('UpdateItem', {
      TableName: 'leases',
      Key: key('a'),
      ReturnValues: 'ALL_NEW',
      ...update,
    });
    expect(updated.Attributes).toEqual({ ...key('a'), n: { N: '2' }, b: { B: new Uint8Array([1, 255]) } });
    const query = {
      KeyConditionExpression: 'pk = :p AND begins_with(sk, :a)',
      ExpressionAttributeValues: { ':p': { S: 'p' }, ':a': { S: 'a' } },
    };
    expect(await call('Query', { TableName: 'leases', ...query })).toMatchObject({ Count: 1 });
    await call('DeleteItem', { TableName: 'leases', Key: key('a') });
    expect(await get('a')).toBeUndefined();
  });

  it('describes itself with the time and the ARN of the sandbox', async () => {
    const described = await call('DescribeTable', { TableName: 'leases' });
    expect(described).toMatchObject({
      Table: { CreationDateTime: new Date(start), TableArn: 'arn:aws:dynamodb:us-east-1:000000000000:table/leases' },
    });
  });

  it('gives the old item with a failed condition when that is asked for', async () => {
    await put('a', { holder: { S: 'first' } });
    const again = (ReturnValuesOnConditionCheckFailure: string) =>
      put(
        'a',
        { holder: { S: 'second' } },
        { ConditionExpression: 'attribute_not_exists(pk)', ReturnValuesOnConditionCheckFailure },
      );
    await expect(again('ALL_OLD')).rejects.toMatchObject({
      code: 'ConditionalCheckFailedException',
      fields: { Item: { ...key('a'), holder: { S: 'first' } } },
    });
    await expect(again('NONE')).rejects.toMatchObject({ fields: {} });
  });

  it('lets one of many writers win', async () => {
    const writes = Array.from({ length: 10 }, (_, index) =>
      put('a', { n: { N: String(index) } }, { ConditionExpression: 'attribute_not_exists(pk)' }),
    );
    const outcomes = await Promise.allSettled(writes);
    expect(outcomes.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('drops an expired item two days late, as AWS may', async () => {
    const TimeToLiveSpecification = { AttributeName: 'expires', Enabled: true };
    await call('UpdateTimeToLive', { TableName: 'leases', TimeToLiveSpecification });
    await put('a', { expires: { N: String(start / 1000 + 60) } });
    await put('b', {});
    await world.clock.letPass(47 * 3_600_000);
    expect(await get('a')).toBeDefined();
    await world.clock.letPass(2 * 3_600_000);
    expect(await get('a')).toBeUndefined();
    expect(await get('b')).toBeDefined();
    expect(await call('DescribeTimeToLive', { TableName: 'leases' })).toEqual({
      TimeToLiveDescription: { TimeToLiveStatus: 'ENABLED', AttributeName: 'expires' },
    });
  });

  it.each([
    ['TransactWriteItems', { TransactItems: [] }, 'dynamodb:TransactWriteItems'],
    ['PutItem', { TableName: 'leases', Item: key('a'), Expected: {} }, 'Expected of dynamodb:PutItem'],
    [
      'UpdateItem',
      { TableName: 'leases', Key: key('a'), AttributeUpdates: {} },
      'AttributeUpdates of dynamodb:UpdateItem',
    ],
    [
      'CreateTable',
      { TableName: 'two', KeySchema: [], AttributeDefinitions: [], StreamSpecification: { StreamEnabled: true } },
      'StreamSpecification',
    ],
  ])('refuses by name what it would not do: %s', async (operation, input, message) => {
    await expect(call(operation, input)).rejects.toMatchObject({
      code: 'NotImplementedInSandbox',
      message: expect.stringContaining(message),
    });
  });

  it('answers the SDK with its typed error and the item', async () => {
    const server = await startAwsServer(world.cloud, { port: 0 });
    const client = new DynamoDBClient({
      endpoint: server.endpoint,
      region: 'us-east-1',
      credentials: { accessKeyId: 'a', secretAccessKey: 'b' },
    });
    await client.send(
      new PutItemCommand({
        TableName: 'leases',
        Item: { ...key('a'), flag: { BOOL: true }, list: { L: [{ NULL: true }, { SS: ['x'] }] } },
      }),
    );
    const failed = client.send(
      new PutItemCommand({
        TableName: 'leases',
        Item: key('a'),
        ConditionExpression: 'attribute_not_exists(pk)',
        ReturnValuesOnConditionCheckFailure: 'ALL_OLD',
      }),
    );
    const error: unknown = await failed.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ConditionalCheckFailedException);
    expect(error).toMatchObject({ Item: { flag: { BOOL: true }, list: { L: [{ NULL: true }, { SS: ['x'] }] } } });
    const schema = {
      AttributeDefinitions: [{ AttributeName: 'pk', AttributeType: 'S' as const }],
      KeySchema: [{ AttributeName: 'pk', KeyType: 'HASH' as const }],
    };
    const twice = client.send(
      new CreateTableCommand({ TableName: 'leases', BillingMode: 'PAY_PER_REQUEST', ...schema }),
    );
    await expect(twice).rejects.toMatchObject({ name: 'ResourceInUseException' });
    client.destroy();
    await server.close();
  });
});
