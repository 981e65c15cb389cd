import { type ActionTable, arn, on } from './rule.ts';

const table = arn('dynamodb', 'table/{TableName}');

/** Tables, parameters and secrets. */
export const storageActions: ActionTable = {
  dynamodb: {
    ...on(
      table,
      'GetItem',
      'PutItem',
      'UpdateItem',
      'DeleteItem',
      'DescribeTable',
      'CreateTable',
      'DeleteTable',
      'UpdateTable',
    ),
    ...on(table, 'DescribeTimeToLive', 'UpdateTimeToLive'),
    ...on(arn('dynamodb', 'table/{TableName}{IndexName:index}'), 'Query', 'Scan'),
    ...on(arn('dynamodb', 'table/{RequestItems:keys}'), 'BatchGetItem', 'BatchWriteItem'),
    ...on('*', 'ListTables'),
  },
  ssm: {
    ...on(arn('ssm', 'parameter{Name:path}'), 'GetParameter', 'PutParameter', 'DeleteParameter'),
    ...on(arn('ssm', 'parameter{Names[]:path}'), 'GetParameters', 'DeleteParameters'),
    ...on(arn('ssm', 'parameter{Path:path}'), 'GetParametersByPath'),
    ...on('*', 'DescribeParameters'),
  },
  secretsmanager: {
    ...on(
      arn('secretsmanager', 'secret:{SecretId}-000000'),
      'GetSecretValue',
      'PutSecretValue',
      'DescribeSecret',
      'DeleteSecret',
    ),
    ...on(arn('secretsmanager', 'secret:{Name}-000000'), 'CreateSecret'),
    ...on('*', 'ListSecrets'),
  },
};
