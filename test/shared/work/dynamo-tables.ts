import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { dynamoDbService } from '../../../sandbox/services/dynamodb/service.ts';
import { start, testServer } from '../../sandbox/aws/support.ts';
import { HeldClock } from '../../sandbox/held-clock.ts';
import { untilActive } from '../../sandbox/services/dynamodb/until-active.ts';

const person = { kind: 'person' } as const;

export interface DynamoTables {
  /** A client of its own, which tries a call three times, as the functions' clients do. */
  client(): DynamoDBClient;
  /** The name of a new, empty table with the keys of the work table. */
  create(): Promise<string>;
  close(): Promise<void>;
}

/** DynamoDB as the sandbox has it, for tests of what is kept there. */
export async function dynamoTables(): Promise<DynamoTables> {
  const dynamo = dynamoDbService({ clock: new HeldClock(start) });
  const server = await testServer(dynamo);
  const clients: DynamoDBClient[] = [];
  let tables = 0;

  return {
    client() {
      const client = new DynamoDBClient({ ...server.client, maxAttempts: 3 });
      clients.push(client);
      return client;
    },

    async create() {
      tables += 1;
      const TableName = `work-${tables}`;
      const KeySchema = [
        { AttributeName: 'pk', KeyType: 'HASH' },
        { AttributeName: 'sk', KeyType: 'RANGE' },
      ];
      const AttributeDefinitions = KeySchema.map(({ AttributeName }) => ({ AttributeName, AttributeType: 'S' }));
      const table = { TableName, KeySchema, AttributeDefinitions, BillingMode: 'PAY_PER_REQUEST' };
      await server.cloud.call('dynamodb', 'CreateTable', table, person);
      await untilActive(server, TableName);
      return TableName;
    },

    async close() {
      for (const client of clients) client.destroy();
      await server.close();
      await dynamo.close();
    },
  };
}
