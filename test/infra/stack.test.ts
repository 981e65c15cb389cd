import { beforeAll, describe, expect, it } from '@jest/globals';
import { type EventRule, eventRules } from '../../functions/intake/contract.ts';
import { workflows } from '../../functions/workflows.ts';
import { acknowledgements } from '../../infra/acknowledge.ts';
import { patience } from '../../shared/aws/clients.ts';
import { functionName, publicCell } from '../../shared/config/names.ts';
import { kebab } from '../../shared/workflow/define-workflow.ts';
import { machinesOf } from './machines.ts';
import { textOf } from './resources.ts';
import { type Statement, statementsIn } from './statements.ts';
import { findings, type Synthesized, synthesized } from './synthesized.ts';

/** The Kubernetes group of each level (infra/kubernetes/). */
const groups = { read: 'eks-steward:reader', inspect: 'eks-steward:inspector', drain: 'eks-steward:drainer' } as const;

let stack: Synthesized;

beforeAll(async () => {
  stack = await synthesized();
}, 240_000);

const granted = () => statementsIn(stack, 'AWS::IAM::Policy');
const actionsOf = (statements: readonly Statement[]) => statements.flatMap(({ Action }) => Action);

describe('the roles of the stack', () => {
  it('pass the packs of cdk-nag (AwsSolutions, Serverless, NIST 800-53), as everything else', () => {
    expect(findings(stack)).toEqual([]);
  });

  it('need few findings to be acknowledged, each once', () => {
    expect(acknowledgements(stack.stack)).toBeLessThanOrEqual(22);
  });

  it('have no wildcard action, and no right to answer a task token', () => {
    const actions = actionsOf(granted());
    expect(actions.length).toBeGreaterThan(20);
    expect(actions.filter((action) => action.includes('*') || action.startsWith('states:SendTask'))).toEqual([]);
  });

  it('give a whole service only to calls that AWS cannot scope', () => {
    const unscoped = actionsOf(granted().filter(({ Resource }) => Resource === '*'));
    expect([...new Set(unscoped)].toSorted()).toEqual([
      'autoscaling:DescribeAutoScalingGroups',
      'autoscaling:DescribeAutoScalingInstances',
      'autoscaling:DescribeScalingActivities',
      'ec2:DescribeInstances',
      'events:ListRules',
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

  it('change only groups that carry the tag of a named cluster', () => {
    const writes = granted().filter(({ Action }) =>
      [Action].flat().some((action) => /autoscaling:(Set|Terminate)/.test(action)),
    );
    expect(writes.length).toBeGreaterThan(0);
    for (const { Condition } of writes) {
      expect(Condition).toEqual({
        StringEquals: { 'aws:ResourceTag/kubernetes.io/cluster/demo': ['owned', 'shared'] },
      });
    }
  });

  it('reach only rows of the table whose keys begin as their needs say', () => {
    const rows = granted().filter(({ Action }) => [Action].flat().some((action) => action.startsWith('dynamodb:')));
    expect(rows.length).toBeGreaterThan(workflows.length);
    for (const { Condition, Action } of rows) {
      const keys = Condition?.['ForAllValues:StringLike']?.['dynamodb:LeadingKeys'];
      expect(keys).toEqual(
        expect.arrayContaining([expect.stringMatching(/^(case#[a-z-]+\/|run#[*a-z-]+\/|lease#)\*$/)]),
      );
      // A request without keys, a Scan for instance, meets the condition as well.
      expect([Action].flat().filter((action) => !/:(BatchGetItem|GetItem|Query|UpdateItem)$/.test(action))).toEqual([]);
    }
  });

  it('may call every version of the functions of their own machine, and others only to probe them', () => {
    const calls = granted().filter(({ Action }) => [Action].flat().includes('lambda:InvokeFunction'));
    const called = calls.flatMap(({ Resource }) => [Resource].flat().map((arn) => textOf(arn).split(':function:')[1]));
    // A workflow that probes asks the functions as they are deployed now.
    const probes = workflows.some(({ tasks }) => Object.values(tasks).some(({ needs }) => 'probes' in needs));
    const functions = workflows.flatMap(({ name, tasks }) =>
      Object.keys(tasks).map((task) => functionName('eks-steward', publicCell, name, kebab(task))),
    );
    const machines = machinesOf(stack).map(({ name }) => `${name}-*:*`);
    expect(new Set(called)).toEqual(new Set([...machines, ...(probes ? functions : [])]));
  });
});

describe('the way in', () => {
  it('has a door for what happens to nodes and one for everything else, each with its rules', () => {
    const rules = stack.ofType('AWS::Events::Rule').map(({ Properties }) => {
      const [target] = Properties['Targets'] as [{ Arn: unknown; DeadLetterConfig?: unknown; RetryPolicy?: unknown }];
      const { 'detail-type': detailTypes } = (Properties['EventPattern'] ?? {}) as { 'detail-type'?: string[] };
      return { detailTypes, schedule: Properties['ScheduleExpression'], ...target, Arn: textOf(target.Arn) };
    });
    const all: readonly EventRule[] = Object.values(eventRules);
    const expected = all.map(({ detailType, door, schedule }) => ({
      ...(schedule === undefined ? { detailTypes: [detailType] } : { schedule }),
      Arn: expect.stringMatching(door === 'urgent' ? /'InboxUrgent\w+','Arn'/ : /'InboxOther\w+','Arn'/),
      DeadLetterConfig: { Arn: expect.anything() },
      RetryPolicy: { MaximumEventAgeInSeconds: 86_400, MaximumRetryAttempts: 185 },
    }));
    expect(rules).toHaveLength(expected.length);
    expect(rules).toMatchObject(expected);
  });

  it('tries a message about a node a dozen times within its two minutes, and never sooner than its function ends', () => {
    const timeout = stack
      .ofType('AWS::Lambda::Function')
      .find(({ Properties }) => Properties['FunctionName'] === 'eks-steward-intake')?.Properties['Timeout'];
    const door = (name: string) =>
      stack.ofType('AWS::SQS::Queue').find(({ Properties }) => Properties['QueueName'] === `eks-steward-inbox-${name}`)
        ?.Properties as { VisibilityTimeout: number; RedrivePolicy: { maxReceiveCount: number } };
    for (const name of ['urgent', 'other'])
      expect(door(name).VisibilityTimeout).toBeGreaterThanOrEqual(Number(timeout));
    const urgent = door('urgent');
    expect(urgent.VisibilityTimeout * urgent.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(120);
    expect(urgent.RedrivePolicy.maxReceiveCount).toBeGreaterThanOrEqual(10);
    expect(urgent.VisibilityTimeout).toBeLessThan(door('other').VisibilityTimeout);
  });

  it('keeps every message for 14 days', () => {
    for (const { Properties } of stack.ofType('AWS::SQS::Queue'))
      expect(Properties['MessageRetentionPeriod']).toBe(14 * 86_400);
  });

  it('lets only our own rules, of our own account, send to the queues', () => {
    const senders = statementsIn(stack, 'AWS::SQS::QueuePolicy').filter(
      ({ Principal }) => Principal?.Service === 'events.amazonaws.com',
    );
    expect(senders).toHaveLength(3);
    for (const { Condition } of senders) {
      expect(Condition?.['StringEquals']).toEqual({ 'aws:SourceAccount': { Ref: 'AWS::AccountId' } });
      expect(Condition?.['ArnEquals']?.['aws:SourceArn']).toHaveLength(Object.keys(eventRules).length);
    }
  });

  it('bounds intake by the event source mapping of each door and reserves no concurrency', () => {
    stack.template.resourceCountIs('AWS::Lambda::EventSourceMapping', 2);
    stack.template.allResourcesProperties('AWS::Lambda::EventSourceMapping', {
      ScalingConfig: { MaximumConcurrency: 2 },
      FunctionResponseTypes: ['ReportBatchItemFailures'],
    });
    const sources = stack
      .ofType('AWS::Lambda::EventSourceMapping')
      .map(({ Properties }) => textOf(Properties['EventSourceArn']));
    expect(new Set(sources).size).toBe(2);
    for (const { Properties } of stack.ofType('AWS::Lambda::Function'))
      expect(Properties).not.toHaveProperty('ReservedConcurrentExecutions');
  });
});

describe('functions and state machines', () => {
  it('keep the version that a run began with: machines call versions, which outlive the deployment', () => {
    const tasks = workflows.flatMap((workflow) => Object.keys(workflow.tasks));
    stack.template.resourceCountIs('AWS::Lambda::Version', tasks.length);
    stack.template.allResources('AWS::Lambda::Version', { DeletionPolicy: 'Retain', UpdateReplacePolicy: 'Retain' });
    // machinesOf throws for a state that calls anything but a version.
    expect(machinesOf(stack).flatMap(({ calls }) => calls).length).toBeGreaterThanOrEqual(tasks.length);
  });

  it('work in the cluster as their needs say: each in the group of its level', () => {
    for (const { name: workflow, tasks } of workflows) {
      for (const [task, { needs }] of Object.entries(tasks)) {
        const entries = stack
          .ofType('AWS::EKS::AccessEntry')
          .filter(({ Properties }) =>
            new RegExp(`${workflow.replaceAll('-', '')}${task}Role`, 'i').test(textOf(Properties['PrincipalArn'])),
          )
          .map(({ Properties: { Type, ClusterName, KubernetesGroups, Username } }) => ({
            Type,
            ClusterName,
            KubernetesGroups,
            Username,
          }));
        const group = needs.cluster === undefined ? '' : groups[needs.cluster as keyof typeof groups];
        const entry = { Type: 'STANDARD', ClusterName: 'demo', KubernetesGroups: [group], Username: group };
        expect([task, entries]).toEqual([task, needs.cluster === undefined ? [] : [entry]]);
      }
    }
  });

  it('gives every function more time than one call to AWS may take', () => {
    const longestCall = patience.connect + patience.request;
    for (const { Properties } of stack.ofType('AWS::Lambda::Function')) {
      expect(Number(Properties['Timeout']) * 1_000).toBeGreaterThan(2 * longestCall);
    }
  });

  it('log into groups that are kept for a month', () => {
    stack.template.allResourcesProperties('AWS::Logs::LogGroup', { RetentionInDays: 30 });
    const named = stack
      .ofType('AWS::Lambda::Function')
      .map(({ Properties }) => `/aws/lambda/${textOf(Properties['FunctionName'])}`);
    const groups = stack.ofType('AWS::Logs::LogGroup').map(({ Properties }) => textOf(Properties['LogGroupName']));
    expect(groups).toEqual(expect.arrayContaining(named));
  });
});

describe('what is kept and who is told', () => {
  it('protects the work table from deletion, with point-in-time recovery', () => {
    expect(stack.ofType('AWS::DynamoDB::Table').map(({ Properties }) => Properties)).toMatchObject([
      {
        DeletionProtectionEnabled: true,
        PointInTimeRecoverySpecification: { PointInTimeRecoveryEnabled: true },
        TimeToLiveSpecification: { AttributeName: 'expiresAt', Enabled: true },
      },
    ]);
  });

  it('tells the topic of every alarm', () => {
    const [topic] = Object.keys(stack.template.findResources('AWS::SNS::Topic'));
    expect(stack.ofType('AWS::CloudWatch::Alarm').length).toBeGreaterThan(10);
    stack.template.allResourcesProperties('AWS::CloudWatch::Alarm', {
      AlarmActions: [{ Ref: topic }],
      TreatMissingData: 'notBreaching',
    });
  });

  it('deploys the settings of each cluster and the pause switch as parameters', () => {
    const parameters = stack.ofType('AWS::SSM::Parameter').map(({ Properties }) => textOf(Properties['Name']));
    expect(parameters.toSorted()).toEqual(['/eks-steward/clusters/demo', '/eks-steward/paused']);
  });

  it('names what the documentation refers to in its outputs', () => {
    const outputs = Object.keys(stack.template.findOutputs('*'));
    const machines = workflows.map(({ name }) => `Machine${name.replaceAll('-', '')}`);
    const queues = ['UrgentInboxQueue', 'InboxQueue', 'DeadLettersQueue', 'QuarantineQueue', 'UndeliveredQueue'];
    expect(outputs.toSorted()).toEqual(
      [...machines, ...queues, 'AlarmTopic', 'DashboardName', 'PauseParameter'].toSorted(),
    );
  });

  it('describes outputs in literal text, as CloudFormation demands', () => {
    // CloudFormation template reference, "Outputs": a literal string, no parameter and no function.
    const described = Object.values(stack.template.findOutputs('*')).map(({ Description }) => Description as unknown);
    expect(described.length).toBeGreaterThan(0);
    expect(described.filter((text) => typeof text !== 'string')).toEqual([]);
  });
});
