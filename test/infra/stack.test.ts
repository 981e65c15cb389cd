import { beforeAll, describe, expect, it } from '@jest/globals';
import { patience } from '../../shared/aws/clients.ts';
import { findings, type Synthesized, synthesized, textOf } from './synthesized.ts';

let stack: Synthesized;

beforeAll(async () => {
  stack = await synthesized();
}, 60_000);

interface Statement {
  readonly Effect: string;
  readonly Action: string | string[];
  readonly Resource: unknown;
  readonly Condition?: Record<string, Record<string, unknown>>;
  readonly Principal?: { Service?: string };
}

function statements(type: string): Statement[] {
  return stack
    .ofType(type)
    .flatMap(({ Properties }) => (Properties['PolicyDocument'] as { Statement: Statement[] }).Statement);
}

describe('the stack', () => {
  it('passes both packs of cdk-nag', () => {
    expect(findings(stack)).toEqual([]);
  });

  it('has no wildcard action', () => {
    const actions = statements('AWS::IAM::Policy').flatMap(({ Action }) => Action);
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => action.includes('*'))).toEqual([]);
  });

  it('gives no role the right to answer a task token', () => {
    const actions = statements('AWS::IAM::Policy').flatMap(({ Action }) => Action);
    expect(actions.filter((action) => action.startsWith('states:SendTask'))).toEqual([]);
  });

  it('gives a whole service only to calls that AWS cannot scope', () => {
    const unscoped = statements('AWS::IAM::Policy')
      .filter(({ Resource }) => Resource === '*')
      .flatMap(({ Action }) => Action);
    expect([...new Set(unscoped)].toSorted()).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeScalingActivities',
      'ec2:DescribeInstances',
      'logs:CreateLogDelivery',
      'logs:DeleteLogDelivery',
      'logs:DescribeLogGroups',
      'logs:DescribeResourcePolicies',
      'logs:GetLogDelivery',
      'logs:ListLogDeliveries',
      'logs:PutResourcePolicy',
      'logs:UpdateLogDelivery',
      'xray:GetSamplingRules',
      'xray:GetSamplingTargets',
      'xray:PutTelemetryRecords',
      'xray:PutTraceSegments',
    ]);
  });

  it('changes only groups that carry the tag of a named cluster', () => {
    const writes = statements('AWS::IAM::Policy').filter(({ Action }) =>
      [Action].flat().some((action) => /autoscaling:(Set|Terminate)/.test(action)),
    );
    expect(writes.length).toBeGreaterThan(0);
    for (const { Condition } of writes) {
      expect(Condition).toEqual({
        StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/demo': ['owned', 'shared'] },
      });
    }
  });

  it('lets only our own rules, of our own account, send to the queues', () => {
    const senders = statements('AWS::SQS::QueuePolicy').filter(
      ({ Principal }) => Principal?.Service === 'events.amazonaws.com',
    );
    expect(senders).toHaveLength(2);
    for (const { Condition } of senders) {
      expect(Condition?.['StringEquals']).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
      expect(Condition?.['ArnEquals']?.['aws:SourceArn']).toHaveLength(stack.ofType('AWS::Events::Rule').length);
    }
  });

  it('gives every target of a rule a dead-letter queue and 24 hours of retries', () => {
    for (const { Properties } of stack.ofType('AWS::Events::Rule')) {
      expect(Properties['Targets']).toEqual([
        expect.objectContaining({
          DeadLetterConfig: { Arn: expect.anything() },
          RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
        }),
      ]);
    }
  });

  it('bounds intake by its event source mapping and reserves no concurrency', () => {
    expect(stack.ofType('AWS::Lambda::EventSourceMapping')[0]?.Properties).toMatchObject({
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    for (const { Properties } of stack.ofType('AWS::Lambda::Function')) {
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
    }
  });

  it('gives every function more time than one call to AWS may take', () => {
    const longestCall = patience.connect + patience.request;
    for (const { Properties } of stack.ofType('AWS::Lambda::Function')) {
      expect(Number(Properties['Timeout']) * 1_000).toBeGreaterThan(2 * longestCall);
    }
  });

  it('keeps every log group for a month', () => {
    for (const { Properties } of stack.ofType('AWS::Logs::LogGroup')) expect(Properties['RetentionInDays']).toBe(30);
  });

  it('deploys the settings of each cluster and the pause switch as parameters', () => {
    const parameters = stack.ofType('AWS::SSM::Parameter').map(({ Properties }) => textOf(Properties['Name']));
    expect(parameters.toSorted()).toEqual(['/eks-steward/clusters/demo', '/eks-steward/paused']);
  });
});
