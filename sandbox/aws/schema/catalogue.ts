/** How a service speaks when nothing in the request says otherwise. */
type DefaultProtocol = 'json-1.0' | 'json-1.1' | 'rest-json' | 'query' | 'ec2-query';

export interface CatalogueEntry {
  /** The SigV4 service name. */
  readonly name: string;
  /** Prefix of `x-amz-target`, and the service's name in rpcv2Cbor paths. */
  readonly target?: string;
  readonly protocol: DefaultProtocol;
  /** `Version` of query requests. */
  readonly version?: string;
  readonly xmlNamespace?: string;
  /** Error code of an input that does not fit its schema. */
  readonly invalid: string;
  /** Error code of a missing member, where it differs. */
  readonly missing?: string;
  /** Prefix of error names in Step Functions' SDK integrations, which follow the service's name in the SDK for Java 2. */
  readonly prefix: string;
  /** The service in `arn:aws:states:::aws-sdk:<service>:<action>`. */
  readonly integration: string;
  /** Loads what has every shape: the SDK client. */
  readonly load: () => Promise<object>;
}

/**
 * Every service that the sandbox can speak, with what its SDK client says in `runtimeConfig.shared.js`.
 *
 * Integration names: https://docs.aws.amazon.com/step-functions/latest/dg/supported-services-awssdk.html
 */
export const catalogue: readonly CatalogueEntry[] = [
  {
    name: 'autoscaling',
    protocol: 'query',
    version: '2011-01-01',
    xmlNamespace: 'http://autoscaling.amazonaws.com/doc/2011-01-01/',
    invalid: 'ValidationError',
    prefix: 'AutoScaling',
    integration: 'autoscaling',
    load: () => import('@aws-sdk/client-auto-scaling'),
  },
  {
    name: 'dynamodb',
    target: 'DynamoDB_20120810',
    protocol: 'json-1.0',
    invalid: 'ValidationException',
    prefix: 'DynamoDb',
    integration: 'dynamodb',
    load: () => import('@aws-sdk/client-dynamodb'),
  },
  {
    name: 'ec2',
    protocol: 'ec2-query',
    version: '2016-11-15',
    xmlNamespace: 'http://ec2.amazonaws.com/doc/2016-11-15/',
    invalid: 'InvalidParameterValue',
    missing: 'MissingParameter',
    prefix: 'Ec2',
    integration: 'ec2',
    load: () => import('@aws-sdk/client-ec2'),
  },
  {
    name: 'eks',
    protocol: 'rest-json',
    invalid: 'InvalidParameterException',
    prefix: 'Eks',
    integration: 'eks',
    load: () => import('@aws-sdk/client-eks'),
  },
  {
    name: 'events',
    target: 'AWSEvents',
    protocol: 'json-1.1',
    invalid: 'ValidationException',
    prefix: 'EventBridge',
    integration: 'eventbridge',
    load: () => import('@aws-sdk/client-eventbridge'),
  },
  {
    name: 'fis',
    protocol: 'rest-json',
    invalid: 'ValidationException',
    prefix: 'Fis',
    integration: 'fis',
    load: async () => (await import('./fis-shapes.ts')).fisShapes,
  },
  {
    name: 'lambda',
    protocol: 'rest-json',
    invalid: 'InvalidParameterValueException',
    prefix: 'Lambda',
    integration: 'lambda',
    load: () => import('@aws-sdk/client-lambda'),
  },
  {
    name: 'logs',
    target: 'Logs_20140328',
    protocol: 'json-1.1',
    invalid: 'InvalidParameterException',
    prefix: 'CloudWatchLogs',
    integration: 'cloudwatchlogs',
    load: () => import('@aws-sdk/client-cloudwatch-logs'),
  },
  {
    name: 'monitoring',
    target: 'GraniteServiceVersion20100801',
    protocol: 'json-1.0',
    version: '2010-08-01',
    xmlNamespace: 'http://monitoring.amazonaws.com/doc/2010-08-01/',
    invalid: 'InvalidParameterValueException',
    missing: 'MissingRequiredParameterException',
    prefix: 'CloudWatch',
    integration: 'cloudwatch',
    load: () => import('@aws-sdk/client-cloudwatch'),
  },
  {
    name: 'scheduler',
    protocol: 'rest-json',
    invalid: 'ValidationException',
    prefix: 'Scheduler',
    integration: 'scheduler',
    load: () => import('@aws-sdk/client-scheduler'),
  },
  {
    name: 'secretsmanager',
    target: 'secretsmanager',
    protocol: 'json-1.1',
    invalid: 'InvalidParameterException',
    prefix: 'SecretsManager',
    integration: 'secretsmanager',
    load: () => import('@aws-sdk/client-secrets-manager'),
  },
  {
    name: 'sns',
    protocol: 'query',
    version: '2010-03-31',
    xmlNamespace: 'http://sns.amazonaws.com/doc/2010-03-31/',
    invalid: 'ValidationError',
    prefix: 'Sns',
    integration: 'sns',
    load: () => import('@aws-sdk/client-sns'),
  },
  {
    name: 'sqs',
    target: 'AmazonSQS',
    protocol: 'json-1.0',
    version: '2012-11-05',
    xmlNamespace: 'http://queue.amazonaws.com/doc/2012-11-05/',
    invalid: 'InvalidParameterValue',
    missing: 'MissingParameter',
    prefix: 'Sqs',
    integration: 'sqs',
    load: () => import('@aws-sdk/client-sqs'),
  },
  {
    name: 'ssm',
    target: 'AmazonSSM',
    protocol: 'json-1.1',
    invalid: 'ValidationException',
    prefix: 'Ssm',
    integration: 'ssm',
    load: () => import('@aws-sdk/client-ssm'),
  },
  {
    name: 'states',
    target: 'AWSStepFunctions',
    protocol: 'json-1.0',
    invalid: 'ValidationException',
    prefix: 'Sfn',
    integration: 'sfn',
    load: () => import('@aws-sdk/client-sfn'),
  },
  {
    name: 'sts',
    protocol: 'query',
    version: '2011-06-15',
    xmlNamespace: 'https://sts.amazonaws.com/doc/2011-06-15/',
    invalid: 'ValidationError',
    prefix: 'Sts',
    integration: 'sts',
    load: () => import('@aws-sdk/client-sts'),
  },
];
