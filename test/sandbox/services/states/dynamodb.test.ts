import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DynamoDb, dynamoDbService } from '../../../../sandbox/services/dynamodb/service.ts';
import { untilActive } from '../dynamodb/until-active.ts';
import { TestStates } from './support.ts';

const actions = ['GetItem', 'PutItem', 'UpdateItem', 'DeleteItem'].map((name) => `dynamodb:${name}`);
const Key = { id: { S: 'a' } };

let states: TestStates;
let tables: DynamoDb;

beforeEach(async () => {
  states = new TestStates(actions, ({ clock }) => {
    tables = dynamoDbService({ clock });
    return [tables];
  });
  await inTable('CreateTable', {
    BillingMode: 'PAY_PER_REQUEST',
    AttributeDefinitions: [{ AttributeName: 'id', AttributeType: 'S' }],
    KeySchema: [{ AttributeName: 'id', KeyType: 'HASH' }],
  });
  await untilActive(states.parts, 'cases');
  await inTable('PutItem', { Item: { ...Key, n: { N: '1' } } });
});

afterEach(async () => {
  await tables.close();
  states.close();
});

const inTable = <Output = unknown>(operation: string, input: object = {}) =>
  states.call<Output>(operation, { TableName: 'cases', ...input }, 'dynamodb');
const stored = async () => (await inTable<{ Item?: object }>('GetItem', { Key })).Item;

/** Runs one Task of the integration. */
async function run(action: string, Arguments: object) {
  const Resource = `arn:aws:states:::dynamodb:${action}`;
  const task = { Type: 'Task', Resource, Arguments: { TableName: 'cases', ...Arguments }, End: true };
  return await states.ended(await states.start(await states.define(action, { T: task })));
}

const increment = { UpdateExpression: 'SET n = n + :one', ExpressionAttributeValues: { ':one': { N: '1' } } };
const absent = { ConditionExpression: 'attribute_not_exists(id)' };

describe('the optimised integration', () => {
  it.each<[string, object, object, object | undefined]>([
    ['getItem', { Key }, { Item: { ...Key, n: { N: '1' } } }, { ...Key, n: { N: '1' } }],
    [
      'putItem',
      { Item: { ...Key, n: { N: '5' } }, ReturnValues: 'ALL_OLD' },
      { Attributes: { ...Key, n: { N: '1' } } },
      { ...Key, n: { N: '5' } },
    ],
    [
      'updateItem',
      { Key, ...increment, ReturnValues: 'UPDATED_NEW' },
      { Attributes: { n: { N: '2' } } },
      { ...Key, n: { N: '2' } },
    ],
    ['deleteItem', { Key, ReturnValues: 'ALL_OLD' }, { Attributes: { ...Key, n: { N: '1' } } }, undefined],
  ])('dynamodb:%s gives the answer of the service and that of HTTP', async (action, given, answer, left) => {
    const http = { SdkHttpMetadata: { HttpStatusCode: 200 }, SdkResponseMetadata: { RequestId: expect.any(String) } };
    expect(await run(action, given)).toMatchObject({ status: 'SUCCEEDED', output: { ...answer, ...http } });
    expect(await stored()).toEqual(left);
  });

  it('dynamodb:getItem of an item that is not there gives no Item', async () => {
    const { output } = await run('getItem', { Key: { id: { S: 'b' } } });
    expect(Object.keys(output as object).toSorted()).toEqual(['SdkHttpMetadata', 'SdkResponseMetadata']);
  });

  it.each<[string, object, string]>([
    ['getItem', { TableName: 'none', Key }, 'DynamoDB.ResourceNotFoundException'],
    ['putItem', { Item: Key, ...absent }, 'DynamoDB.ConditionalCheckFailedException'],
    ['updateItem', { Key, ...increment, ...absent }, 'DynamoDB.ConditionalCheckFailedException'],
    ['deleteItem', { Key, ...absent }, 'DynamoDB.ConditionalCheckFailedException'],
    // An error without a shape of its own is the SDK for Java's base exception.
    ['updateItem', { Key, UpdateExpression: 'SETT n = 1' }, 'DynamoDB.AmazonDynamoDBException'],
  ])('dynamodb:%s fails in the words of the SDK for Java, and changes nothing', async (action, given, error) => {
    expect(await run(action, given)).toMatchObject({
      status: 'FAILED',
      error,
      cause: expect.stringContaining('Service: AmazonDynamoDBv2; Status Code: 400; Error Code: '),
    });
    expect(await stored()).toEqual({ ...Key, n: { N: '1' } });
  });

  it('is refused where the role may not call it', async () => {
    states.parts.roles.registerRole('arn:aws:iam::000000000000:role/machine', []);
    expect(await run('getItem', { Key })).toMatchObject({
      status: 'FAILED',
      error: 'DynamoDB.AmazonDynamoDBException',
    });
  });
});
