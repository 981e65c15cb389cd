import { describe, expect, it } from '@jest/globals';
import type { Principal } from '../../../../sandbox/aws/contract.ts';
import { Iam } from '../../../../sandbox/aws/iam/iam.ts';
import type { PolicyDocument, Statement } from '../../../../sandbox/aws/iam/policy.ts';
import { accessOf } from '../../../../sandbox/aws/iam/resources.ts';
import { seededRandom } from '../../../../sandbox/random.ts';
import { testCloud } from '../support.ts';

const roleArn = 'arn:aws:iam::000000000000:role/worker';
const principal: Principal = { kind: 'role', roleArn, sessionName: 's' };
const cluster = 'arn:aws:eks:us-east-1:000000000000:cluster/prod';
const policy = (...statements: Statement[]): PolicyDocument => ({ Version: '2012-10-17', Statement: statements });

function allowed(
  statements: Statement[],
  action: string,
  resource: string,
  keys: Record<string, string | readonly string[]> = {},
): boolean {
  const iam = new Iam(seededRandom(1));
  iam.registerRole(roleArn, [policy(...statements)]);
  return iam.refusal(principal, { action, resources: [resource], keys }) === undefined;
}

describe('the identity policies of a role', () => {
  const describeAll: Statement = { Effect: 'Allow', Action: 'eks:Describe*', Resource: 'arn:aws:eks:*:*:cluster/*' };

  it.each<[string, Statement[], string, string, boolean]>([
    ['nothing by default', [], 'eks:DescribeCluster', cluster, false],
    ['what a wildcard covers', [describeAll], 'eks:DescribeCluster', cluster, true],
    ['actions in any case', [{ ...describeAll, Action: 'EKS:describecluster' }], 'eks:DescribeCluster', cluster, true],
    ['not another action', [describeAll], 'eks:UpdateClusterVersion', cluster, false],
    [
      'not another resource',
      [describeAll],
      'eks:DescribeCluster',
      'arn:aws:eks:us-east-1:000000000000:nodegroup/prod/a/1',
      false,
    ],
    [
      'not what is denied as well',
      [describeAll, { Effect: 'Deny', Action: '*', Resource: '*' }],
      'eks:DescribeCluster',
      cluster,
      false,
    ],
    [
      'all but NotAction',
      [{ Effect: 'Allow', NotAction: 'eks:Delete*', Resource: '*' }],
      'eks:DescribeCluster',
      cluster,
      true,
    ],
    [
      'nothing of NotAction',
      [{ Effect: 'Allow', NotAction: 'eks:D*', Resource: '*' }],
      'eks:DescribeCluster',
      cluster,
      false,
    ],
    [
      'nothing of NotResource',
      [{ Effect: 'Allow', Action: '*', NotResource: `${cluster}*` }],
      'eks:DescribeCluster',
      cluster,
      false,
    ],
    [
      'one character for ?',
      [{ ...describeAll, Resource: cluster.replace('prod', 'pro?') }],
      'eks:DescribeCluster',
      cluster,
      true,
    ],
  ])('allow %s', (_what, statements, action, resource, expected) => {
    expect(allowed(statements, action, resource)).toBe(expected);
  });

  it.each<[string, Statement['Condition'], Record<string, string | readonly string[]>, boolean]>([
    ['StringEquals holds', { StringEquals: { 'aws:ResourceTag/team': 'a' } }, { 'aws:ResourceTag/team': 'a' }, true],
    [
      'StringEquals takes one of several',
      { StringEquals: { 'aws:ResourceTag/team': ['a', 'b'] } },
      { 'aws:ResourceTag/team': 'b' },
      true,
    ],
    [
      'StringEquals fails on another value',
      { StringEquals: { 'aws:ResourceTag/team': 'a' } },
      { 'aws:ResourceTag/team': 'A' },
      false,
    ],
    ['StringEquals fails without the key', { StringEquals: { 'aws:ResourceTag/team': 'a' } }, {}, false],
    ['IfExists holds without the key', { StringEqualsIfExists: { 'aws:ResourceTag/team': 'a' } }, {}, true],
    ['StringNotEquals holds without the key', { StringNotEquals: { 'aws:ResourceTag/team': 'a' } }, {}, true],
    [
      'StringLike takes wildcards',
      { StringLike: { 'eks:kubernetesVersion': '1.3?' } },
      { 'eks:kubernetesVersion': '1.35' },
      true,
    ],
    ['keys are found in any case', { StringEquals: { 'AWS:requestedregion': 'us-east-1' } }, {}, true],
    ['Bool compares text', { Bool: { 'aws:SecureTransport': 'false' } }, {}, false],
    ['Null asks for absence', { Null: { 'aws:ResourceTag/team': 'true' } }, {}, true],
    [
      'all blocks must hold',
      { StringEquals: { 'aws:RequestedRegion': 'us-east-1', 'aws:ResourceTag/team': 'a' } },
      {},
      false,
    ],
    [
      'ForAllValues fails on one stranger',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      false,
    ],
    [
      'ForAnyValue needs one',
      { 'ForAnyValue:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      true,
    ],
    ['ForAllValues holds for none', { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } }, {}, true],
    [
      'ForAllValues holds for an empty value',
      { 'ForAllValues:StringEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': [''] },
      true,
    ],
    [
      'ForAllValues takes wildcards',
      { 'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['case#*', 'run#*'] } },
      { 'dynamodb:LeadingKeys': ['case#1', 'run#2'] },
      true,
    ],
    [
      'ForAllValues:StringNotEquals fails on one that is named',
      { 'ForAllValues:StringNotEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      false,
    ],
    [
      'ForAnyValue:StringNotEquals needs one that is not named',
      { 'ForAnyValue:StringNotEquals': { 'dynamodb:LeadingKeys': ['a'] } },
      { 'dynamodb:LeadingKeys': ['a', 'b'] },
      true,
    ],
    ['ForAnyValue fails for none', { 'ForAnyValue:StringLike': { 'dynamodb:LeadingKeys': ['*'] } }, {}, false],
    [
      'ForAnyValue fails for none, negated too',
      { 'ForAnyValue:StringNotLike': { 'dynamodb:LeadingKeys': ['a'] } },
      {},
      false,
    ],
    [
      'Null closes what ForAllValues leaves open',
      {
        'ForAllValues:StringLike': { 'dynamodb:LeadingKeys': ['a'] },
        Null: { 'dynamodb:LeadingKeys': 'false' },
      },
      {},
      false,
    ],
  ])('evaluate conditions: %s', (_what, condition, keys, expected) => {
    const statement: Statement = {
      Effect: 'Allow',
      Action: '*',
      Resource: '*',
      ...(condition ? { Condition: condition } : {}),
    };
    expect(allowed([statement], 'eks:DescribeCluster', cluster, keys)).toBe(expected);
  });

  it.each<[string, Statement]>([
    [
      "operator 'IpAddress'",
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { IpAddress: { 'aws:SourceAccount': '1' } } },
    ],
    [
      "condition key 'aws:SourceIp'",
      { Effect: 'Allow', Action: '*', Resource: '*', Condition: { StringEquals: { 'aws:SourceIp': '1' } } },
    ],
    [
      'policy variable',
      {
        Effect: 'Allow',
        Action: '*',
        Resource: '*',
        Condition: { StringEquals: { 'aws:SourceAccount': `\${aws:username}` } },
      },
    ],
    ["element 'Resources'", { Effect: 'Allow', Action: '*', Resources: '*' } as Statement],
    ["effect 'allow'", { Effect: 'allow', Action: '*', Resource: '*' }],
  ])('are refused when they have an unknown %s', (name, statement) => {
    expect(() => new Iam(seededRandom(1)).registerRole(roleArn, [policy(statement)])).toThrow(name);
  });

  it('take AWS-managed policies that are known and refuse others by name', () => {
    const iam = new Iam(seededRandom(1));
    iam.registerRole(roleArn, [], ['arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole']);
    const write = {
      action: 'logs:PutLogEvents',
      resources: ['arn:aws:logs:us-east-1:000000000000:log-group:a:log-stream:b'],
      keys: {},
    };
    expect(iam.refusal(principal, write)).toBeUndefined();
    expect(() => iam.registerRole(roleArn, [], ['arn:aws:iam::aws:policy/AdministratorAccess'])).toThrow(
      'AdministratorAccess',
    );
  });
});

describe('a call', () => {
  it.each<[string, string, Record<string, unknown>, string, string[]]>([
    [
      'lambda',
      'Invoke',
      { FunctionName: 'f' },
      'lambda:InvokeFunction',
      ['arn:aws:lambda:us-east-1:000000000000:function:f'],
    ],
    [
      'lambda',
      'Invoke',
      { FunctionName: 'arn:aws:lambda:us-east-1:000000000000:function:g' },
      'lambda:InvokeFunction',
      ['arn:aws:lambda:us-east-1:000000000000:function:g'],
    ],
    [
      'sqs',
      'SendMessageBatch',
      { QueueUrl: 'http://127.0.0.1:1/000000000000/q' },
      'sqs:SendMessage',
      ['arn:aws:sqs:us-east-1:000000000000:q'],
    ],
    [
      'ssm',
      'GetParameters',
      { Names: ['/a/b', 'c'] },
      'ssm:GetParameters',
      ['arn:aws:ssm:us-east-1:000000000000:parameter/a/b', 'arn:aws:ssm:us-east-1:000000000000:parameter/c'],
    ],
    [
      'dynamodb',
      'Query',
      { TableName: 't', IndexName: 'i' },
      'dynamodb:Query',
      ['arn:aws:dynamodb:us-east-1:000000000000:table/t/index/i'],
    ],
    [
      'dynamodb',
      'BatchWriteItem',
      { RequestItems: { a: [], b: [] } },
      'dynamodb:BatchWriteItem',
      ['arn:aws:dynamodb:us-east-1:000000000000:table/a', 'arn:aws:dynamodb:us-east-1:000000000000:table/b'],
    ],
    [
      'events',
      'PutEvents',
      { Entries: [{}, { EventBusName: 'mine' }] },
      'events:PutEvents',
      [
        'arn:aws:events:us-east-1:000000000000:event-bus/default',
        'arn:aws:events:us-east-1:000000000000:event-bus/mine',
      ],
    ],
    ['eks', 'DescribeUpdate', { name: 'prod', updateId: 'u' }, 'eks:DescribeUpdate', [cluster]],
    ['monitoring', 'PutMetricData', { Namespace: 'n' }, 'cloudwatch:PutMetricData', ['*']],
    [
      'ec2',
      'TerminateInstances',
      { InstanceIds: ['i-1', 'i-2'] },
      'ec2:TerminateInstances',
      ['arn:aws:ec2:us-east-1:000000000000:instance/i-1', 'arn:aws:ec2:us-east-1:000000000000:instance/i-2'],
    ],
  ])('of %s:%s needs its action on its resources', (service, operation, input, action, resources) => {
    expect(accessOf(service, operation, input)).toEqual({ action, resources });
  });

  it('is refused in the words of AWS, and a person may do everything', async () => {
    const { cloud, roles } = testCloud();
    roles.registerRole(roleArn, [
      policy({
        Effect: 'Allow',
        Action: 'ssm:GetParameter',
        Resource: 'arn:aws:ssm:us-east-1:000000000000:parameter/mine/*',
      }),
    ]);
    const get = (name: string, who: Principal) => cloud.call('ssm', 'GetParameter', { Name: name }, who);
    await expect(get('/mine/a', principal)).rejects.toMatchObject({ code: 'ParameterNotFound' });
    await expect(get('/other', principal)).rejects.toMatchObject({
      code: 'AccessDeniedException',
      message:
        'User: arn:aws:sts::000000000000:assumed-role/worker/s is not authorized to perform: ssm:GetParameter on resource: arn:aws:ssm:us-east-1:000000000000:parameter/other because no identity-based policy allows the ssm:GetParameter action',
    });
    await expect(get('/other', { kind: 'person' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  it('of a service to a queue is decided by the policy of the queue and its conditions', async () => {
    const { cloud, queues } = testCloud();
    const rule = 'arn:aws:events:us-east-1:000000000000:rule/spot';
    const queue = queues.create('q', {});
    const send = (sourceArn: string) =>
      cloud.call(
        'sqs',
        'SendMessage',
        { QueueUrl: queues.url(queue), MessageBody: 'x' },
        { kind: 'service', service: 'events.amazonaws.com', sourceArn },
      );
    await expect(send(rule)).rejects.toMatchObject({
      message: expect.stringContaining('no resource-based policy allows the sqs:SendMessage action'),
    });
    const statement: Statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'sqs:SendMessage',
      Resource: queue.arn,
      Condition: { ArnEquals: { 'aws:SourceArn': rule }, StringEquals: { 'aws:SourceAccount': '000000000000' } },
    };
    await cloud.call(
      'sqs',
      'SetQueueAttributes',
      { QueueUrl: queues.url(queue), Attributes: { Policy: JSON.stringify(policy(statement)) } },
      { kind: 'person' },
    );
    await expect(send(rule)).resolves.toMatchObject({ MessageId: expect.any(String) });
    await expect(send('arn:aws:events:us-east-1:000000000000:rule/other')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
    await expect(send('arn:aws:events:us-east-1:111111111111:rule/spot')).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });
});
