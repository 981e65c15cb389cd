import { DynamoDBClient } from '@aws-sdk/client-dynamodb';
import { awsClient } from '../../aws/clients.ts';
import { systemClock } from '../../runtime/clock.ts';
import { dynamoTable } from '../../work/dynamo/table.ts';
import { tableName } from './environment.ts';

let client: DynamoDBClient | undefined;

/** The work table; its ports share one client. */
export const workTable = () => {
  const name = tableName();
  client ??= awsClient(DynamoDBClient);
  const dynamo = client;
  return (signal: AbortSignal) => dynamoTable(dynamo, name, systemClock, signal);
};
