import type { PolicyDocument, Statement } from './policy.ts';

/**
 * The AWS-managed policies that the sandbox knows, with their statements as in
 * https://docs.aws.amazon.com/aws-managed-policy/latest/reference/about-managed-policy-reference.html.
 */
const managed: Readonly<Record<string, readonly Statement[]>> = {
  'service-role/AWSLambdaBasicExecutionRole': [
    { Effect: 'Allow', Action: ['logs:CreateLogGroup', 'logs:CreateLogStream', 'logs:PutLogEvents'], Resource: '*' },
  ],
  'service-role/AWSLambdaSQSQueueExecutionRole': [
    {
      Effect: 'Allow',
      Action: [
        'sqs:ReceiveMessage',
        'sqs:DeleteMessage',
        'sqs:GetQueueAttributes',
        'logs:CreateLogGroup',
        'logs:CreateLogStream',
        'logs:PutLogEvents',
      ],
      Resource: '*',
    },
  ],
  AWSXRayDaemonWriteAccess: [
    {
      Effect: 'Allow',
      Action: [
        'xray:PutTraceSegments',
        'xray:PutTelemetryRecords',
        'xray:GetSamplingRules',
        'xray:GetSamplingTargets',
        'xray:GetSamplingStatisticSummaries',
      ],
      Resource: '*',
    },
  ],
};

/** The document of an AWS-managed policy; throws an error that names a policy the sandbox does not know. */
export function managedPolicy(arn: string): PolicyDocument {
  const name = arn.replace(/^arn:aws[a-z-]*:iam::aws:policy\//, '');
  const statements = managed[name];
  if (!statements) throw new Error(`The sandbox does not know the AWS-managed policy '${arn}'.`);
  return { Version: '2012-10-17', Statement: statements };
}
