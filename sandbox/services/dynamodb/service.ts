import { AwsError, type CallFacts, type Service } from '../../aws/contract.ts';
import { arnOf } from '../../aws/iam/resources.ts';
import { operationOf, serviceModel } from '../../aws/schema/model.ts';
import { fromJson, jsonOptions, toJson } from '../../aws/wire/json-codec.ts';
import type { SandboxClock } from '../../clock.ts';
import { DynaliteClient } from './dynalite-client.ts';
import { leadingKeys, type PartitionKeys, tableName } from './leading-keys.ts';
import { TimeToLive } from './time-to-live.ts';

type Input = Readonly<Record<string, unknown>>;

/** What the front must know of a table. */
interface TableFacts {
  readonly keyNames: readonly string[];
  readonly partitionKeys: PartitionKeys;
  readonly created: number;
  /** Against DeleteTable. */
  protected: boolean;
}

const condition = [
  'ConditionExpression',
  'ExpressionAttributeNames',
  'ExpressionAttributeValues',
  'ReturnValuesOnConditionCheckFailure',
];
const read = ['ProjectionExpression', 'ExpressionAttributeNames', 'ConsistentRead', 'ReturnConsumedCapacity'];
const search = [
  ...read,
  'TableName',
  'IndexName',
  'FilterExpression',
  'ExpressionAttributeValues',
  'Limit',
  'ExclusiveStartKey',
  'Select',
];

/** Members of each operation that take effect; dynalite would ignore some of the others without a word. */
const members: Readonly<Record<string, readonly string[]>> = {
  CreateTable: [
    'TableName',
    'AttributeDefinitions',
    'KeySchema',
    'BillingMode',
    'ProvisionedThroughput',
    'GlobalSecondaryIndexes',
    'LocalSecondaryIndexes',
    'DeletionProtectionEnabled',
  ],
  DescribeTable: ['TableName'],
  UpdateTable: ['TableName', 'DeletionProtectionEnabled'],
  DeleteTable: ['TableName'],
  ListTables: ['Limit', 'ExclusiveStartTableName'],
  GetItem: ['TableName', 'Key', ...read],
  PutItem: ['TableName', 'Item', 'ReturnValues', 'ReturnConsumedCapacity', ...condition],
  UpdateItem: ['TableName', 'Key', 'UpdateExpression', 'ReturnValues', 'ReturnConsumedCapacity', ...condition],
  DeleteItem: ['TableName', 'Key', 'ReturnValues', 'ReturnConsumedCapacity', ...condition],
  Query: [...search, 'KeyConditionExpression', 'ScanIndexForward'],
  Scan: [...search, 'Segment', 'TotalSegments'],
  BatchGetItem: ['RequestItems', 'ReturnConsumedCapacity'],
  BatchWriteItem: ['RequestItems', 'ReturnConsumedCapacity'],
  UpdateTimeToLive: ['TableName', 'TimeToLiveSpecification'],
  DescribeTimeToLive: ['TableName'],
};

const writes = ['PutItem', 'UpdateItem', 'DeleteItem'];

export interface DynamoDb extends Service {
  close(): Promise<void>;
}

/** Amazon DynamoDB: dynalite does the tables; time to live and old items of failed conditions are added here. */
export function dynamoDbService(tools: { readonly clock: SandboxClock }): DynamoDb {
  const front = new TableFront(tools.clock);
  const names = Object.keys(members).filter((name) => !name.endsWith('TimeToLive'));
  const forward = Object.fromEntries(names.map((name) => [name, (input: Input) => front.call(name, input)]));
  return {
    name: 'dynamodb',
    uses: members,
    operations: { ...forward, ...front.timeToLiveOperations() },
    facts: (operation, input) => front.facts(operation, input),
    close: () => front.close(),
  };
}

class TableFront {
  readonly #clock: SandboxClock;
  readonly #dynalite = new DynaliteClient();
  readonly #tables = new Map<string, TableFacts>();
  readonly #chains = new Map<string, Promise<unknown>>();
  readonly #timeToLive: TimeToLive;

  constructor(clock: SandboxClock) {
    this.#clock = clock;
    this.#timeToLive = new TimeToLive(clock, (operation, input) => this.#send(operation, input));
  }

  close(): Promise<void> {
    return this.#dynalite.close();
  }

  /** Calls dynalite while it holds the clock. Writes of one table go one after the other. */
  call(operation: string, input: Input): Promise<unknown> {
    return this.#clock.hold(`dynamodb ${operation}`, async () => {
      const table = tableName(input['TableName']);
      const facts = this.#tables.get(table);
      if (facts) await this.#timeToLive.expire(table, facts.keyNames);
      if (!writes.includes(operation)) return this.#forward(operation, input);
      const turn = (this.#chains.get(table) ?? Promise.resolve()).then(() => this.#write(operation, input));
      this.#chains.set(
        table,
        turn.catch(() => undefined),
      );
      return turn;
    });
  }

  facts(operation: string, input: Input): CallFacts {
    const keys = leadingKeys(operation, input, (table) => this.#tables.get(table)?.partitionKeys);
    return {
      keysOf: Object.fromEntries(
        Object.entries(keys).map(([arn, values]) => [arn, { 'dynamodb:LeadingKeys': [...new Set(values)] }]),
      ),
    };
  }

  timeToLiveOperations(): Service['operations'] {
    return {
      UpdateTimeToLive: async (input: {
        TableName: string;
        TimeToLiveSpecification: { AttributeName: string; Enabled: boolean };
      }) => {
        await this.call('DescribeTable', { TableName: input.TableName });
        this.#timeToLive.set(tableName(input['TableName']), input.TimeToLiveSpecification);
        return { TimeToLiveSpecification: input.TimeToLiveSpecification };
      },
      DescribeTimeToLive: async (input: { TableName: string }) => {
        await this.call('DescribeTable', { TableName: input.TableName });
        return { TimeToLiveDescription: this.#timeToLive.describe(tableName(input['TableName'])) };
      },
    };
  }

  /** dynalite does not give the item that made a condition fail; within the table's turn it is still there to read. */
  async #write(operation: string, input: Input): Promise<unknown> {
    const { ReturnValuesOnConditionCheckFailure: wanted, ...rest } = input;
    try {
      return await this.#forward(operation, rest);
    } catch (error) {
      if (!(error instanceof AwsError) || error.code !== 'ConditionalCheckFailedException' || wanted !== 'ALL_OLD')
        throw error;
      const names = this.#tables.get(tableName(input['TableName']))?.keyNames ?? [];
      const source = (input['Key'] ?? input['Item']) as Record<string, unknown>;
      const key = Object.fromEntries(names.map((name) => [name, source[name]]));
      const found = (await this.#send('GetItem', {
        TableName: input['TableName'],
        Key: key,
        ConsistentRead: true,
      })) as { Item?: unknown };
      throw new AwsError(error.code, error.message, 400, found.Item ? { Item: found.Item } : {});
    }
  }

  async #forward(operation: string, input: Input): Promise<unknown> {
    if (operation === 'UpdateTable') return await this.#protect(input);
    const { DeletionProtectionEnabled: _, ...forwarded } = input;
    if (operation === 'DeleteTable') this.#checkProtection(input);
    const output = (await this.#send(operation, forwarded)) as Record<string, Record<string, unknown>>;
    if (operation === 'CreateTable') this.#remember(input);
    if (operation === 'DeleteTable') this.#tables.delete(tableName(input['TableName']));
    const description = output['Table'] ?? output['TableDescription'];
    if (description) this.#correct(description, tableName(input['TableName']));
    return output;
  }

  /** The one change of tables that is here; dynalite does not know it. */
  async #protect(input: Input): Promise<unknown> {
    const { Table } = (await this.#forward('DescribeTable', { TableName: input['TableName'] })) as { Table?: unknown };
    const facts = this.#tables.get(tableName(input['TableName']));
    if (facts) facts.protected = input['DeletionProtectionEnabled'] === true;
    return { TableDescription: { ...(Table as object), DeletionProtectionEnabled: facts?.protected } };
  }

  /** AWS's words, which https://github.com/rebuy-de/aws-nuke waits for (resources/dynamodb-tables.go). */
  #checkProtection(input: Input): void {
    const table = tableName(input['TableName']);
    if (this.#tables.get(table)?.protected !== true) return;
    throw new AwsError(
      'ValidationException',
      'Resource cannot be deleted as it is currently protected against deletion. Disable deletion protection first.',
    );
  }

  /** dynalite takes the time from the wall clock and the region from the process's environment. */
  #correct(description: Record<string, unknown>, table: string): void {
    const created = this.#tables.get(table)?.created;
    if (created !== undefined) description['CreationDateTime'] = new Date(created);
    description['DeletionProtectionEnabled'] = this.#tables.get(table)?.protected ?? false;
    // A member that DynamoDB's own model does not have.
    delete description['TableThroughputModeSummary'];
    description['TableArn'] = arnOf('dynamodb', `table/${table}`);
    for (const kind of ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes']) {
      for (const index of (description[kind] ?? []) as Record<string, unknown>[]) {
        index['IndexArn'] = arnOf('dynamodb', `table/${table}/index/${String(index['IndexName'])}`);
      }
    }
  }

  async #send(operation: string, input: Input): Promise<unknown> {
    const shape = operationOf(await serviceModel('dynamodb'), operation);
    const table = typeof input['TableName'] === 'string' ? { TableName: tableName(input['TableName']) } : {};
    return fromJson(
      shape.output,
      await this.#dynalite.send(operation, toJson(shape.input, { ...input, ...table }, jsonOptions)),
    );
  }

  #remember(input: Input): void {
    const keyNames = keyNamesOf(input);
    const indexes = ['GlobalSecondaryIndexes', 'LocalSecondaryIndexes'].flatMap(
      (kind) => (input[kind] ?? []) as Input[],
    );
    this.#tables.set(tableName(input['TableName']), {
      keyNames,
      partitionKeys: {
        table: keyNames[0] ?? '',
        indexes: Object.fromEntries(indexes.map((index) => [String(index['IndexName']), keyNamesOf(index)[0] ?? ''])),
      },
      created: this.#clock.now(),
      protected: input['DeletionProtectionEnabled'] === true,
    });
  }
}

/** Names of the attributes of a key, the partition key first. */
function keyNamesOf(input: Input): readonly string[] {
  const schema = input['KeySchema'] as readonly { AttributeName: string; KeyType: string }[];
  return [...schema].sort((left) => (left.KeyType === 'HASH' ? -1 : 1)).map((part) => part.AttributeName);
}
