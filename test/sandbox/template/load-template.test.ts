import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../sandbox/aws/contract.ts';
import { seededRandom } from '../../../sandbox/random.ts';
import { Buses } from '../../../sandbox/services/events/buses.ts';
import { eventsService } from '../../../sandbox/services/events/service.ts';
import { EventSourceMappings } from '../../../sandbox/services/lambda/event-source-mappings.ts';
import { LambdaRuntime } from '../../../sandbox/services/lambda/runtime.ts';
import { lambdaService } from '../../../sandbox/services/lambda/service.ts';
import { LogStore } from '../../../sandbox/services/logs/log-store.ts';
import { logsService } from '../../../sandbox/services/logs/service.ts';
import { Outbox } from '../../../sandbox/services/sns/outbox.ts';
import { snsService } from '../../../sandbox/services/sns/service.ts';
import { Topics } from '../../../sandbox/services/sns/topics.ts';
import type { Template, Value } from '../../../sandbox/template/contract.ts';
import { resolve } from '../../../sandbox/template/intrinsics.ts';
import { loadTemplate } from '../../../sandbox/template/load-template.ts';
import { type TestCloud, testCloud } from '../aws/support.ts';

const created = new Map([['Queue', { ref: 'http://queue', attributes: { Arn: 'arn:queue', QueueName: 'queue' } }]]);
const template: Template = {
  Resources: {},
  Conditions: {
    Yes: { 'Fn::Equals': [{ Ref: 'AWS::Region' }, 'us-east-1'] },
    No: { 'Fn::Not': [{ Condition: 'Yes' }] },
    Any: { 'Fn::Or': [{ Condition: 'No' }, { Condition: 'Yes' }] },
  },
  Mappings: { M: { top: { second: 'mapped' } } },
};
const scope = { template, stackName: 'Stack', created, parameters: { P: 'parameter' } };

/** References as Fn::Sub writes them: of('a', 'b') is a dollar sign and braces around each, with slashes between. */
const of = (...names: string[]) => names.map((name) => `$\{${name}}`).join('/');

describe('an intrinsic function', () => {
  it.each<[string, Value, Value]>([
    ['Ref of a resource', { Ref: 'Queue' }, 'http://queue'],
    ['Ref of a parameter', { Ref: 'P' }, 'parameter'],
    ['Ref of a pseudo parameter', { Ref: 'AWS::AccountId' }, '000000000000'],
    ['Fn::GetAtt', { 'Fn::GetAtt': ['Queue', 'Arn'] }, 'arn:queue'],
    ['Fn::GetAtt in short', { 'Fn::GetAtt': 'Queue.Arn' }, 'arn:queue'],
    ['Fn::Join', { 'Fn::Join': ['-', ['a', { Ref: 'P' }, 1]] }, 'a-parameter-1'],
    [
      'Fn::Sub',
      { 'Fn::Sub': of('Queue.Arn', 'P', '!Literal', 'AWS::Region') },
      `arn:queue/parameter/${of('Literal')}/us-east-1`,
    ],
    [
      'Fn::Sub with variables',
      { 'Fn::Sub': [`${of('x')}-${of('P')}`, { x: { Ref: 'Queue' } }] },
      'http://queue-parameter',
    ],
    ['Fn::Select', { 'Fn::Select': [1, ['a', 'b']] }, 'b'],
    ['Fn::Split', { 'Fn::Select': ['0', { 'Fn::Split': ['/', 'a/b'] }] }, 'a'],
    ['Fn::If', { 'Fn::If': ['Any', 'yes', 'no'] }, 'yes'],
    ['Fn::If without a value', { a: { 'Fn::If': ['No', 'yes', { Ref: 'AWS::NoValue' }] }, b: 1 }, { b: 1 }],
    ['Fn::FindInMap', { 'Fn::FindInMap': ['M', 'top', 'second'] }, 'mapped'],
    ['Fn::Base64', { 'Fn::Base64': 'x' }, 'eA=='],
  ])('%s is resolved', (_, value, expected) => expect(resolve(value, scope)).toEqual(expected));

  it.each<[string, Value, RegExp]>([
    ['an unknown function', { 'Fn::Cidr': ['10.0.0.0/8', 1, 8] }, /does not know the intrinsic function 'Fn::Cidr'/],
    ['a resource that is not there', { Ref: 'Nothing' }, /'Nothing'/],
    ['an attribute that is not there', { 'Fn::GetAtt': ['Queue', 'Color'] }, /'Queue' has no attribute 'Color'/],
  ])('fails by name for %s', (_, value, message) => expect(() => resolve(value, scope)).toThrow(message));
});

describe('loading a template', () => {
  let parts: TestCloud;
  let runtime: LambdaRuntime;

  beforeEach(() => {
    parts = testCloud();
    const { clock, roles } = parts;
    runtime = new LambdaRuntime({ clock, random: seededRandom(2), roles, endpoint: () => '', onLog: () => undefined });
    const { queues } = parts;
    const mappings = new EventSourceMappings({ runtime, queues, roles, clock, random: seededRandom(4) });
    parts.cloud.add(lambdaService(runtime, mappings));
    parts.cloud.add(snsService(new Topics({ clock, random: seededRandom(5), outbox: new Outbox() })));
    parts.cloud.add(logsService(new LogStore(clock)));
    parts.cloud.add(eventsService(new Buses({ cloud: parts.cloud, random: seededRandom(3) })));
  });

  afterEach(() => {
    runtime.close();
    parts.clock.close();
  });

  const load = (Resources: Template['Resources']) => {
    const directory = mkdtempSync(join(tmpdir(), 'asset-'));
    writeFileSync(join(directory, 'index.mjs'), 'export const handler = async () => 1;');
    return loadTemplate(
      { Resources },
      { cloud: parts.cloud, roles: parts.roles, runtime, stackName: 'Stack', asset: () => directory },
    );
  };

  it('creates resources after what they refer to, whatever their order', async () => {
    const loaded = await load({
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          EventPattern: { source: ['a'] },
          Targets: [{ Id: 'Q', Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
        },
      },
      Queue: {
        Type: 'AWS::SQS::Queue',
        Properties: {
          VisibilityTimeout: 30,
          RedrivePolicy: { deadLetterTargetArn: { 'Fn::GetAtt': ['Dead', 'Arn'] }, maxReceiveCount: 5 },
        },
      },
      Dead: { Type: 'AWS::SQS::Queue' },
    });
    const url = loaded.created.get('Queue')?.ref ?? '';
    const { Attributes } = await parts.cloud.call<{ Attributes: Record<string, string> }>(
      'sqs',
      'GetQueueAttributes',
      { QueueUrl: url, AttributeNames: ['All'] },
      person,
    );
    expect(Attributes).toMatchObject({
      VisibilityTimeout: '30',
      RedrivePolicy: expect.stringContaining('Stack-Dead-'),
    });
  });

  it('gives a function the environment, limits and role of its declaration', async () => {
    const loaded = await load({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Timeout: 7,
          MemorySize: 256,
          Code: { S3Bucket: 'b', S3Key: 'k.zip' },
          Environment: { Variables: { A: { Ref: 'Role' } } },
        },
      },
    });
    const fn = runtime.get(loaded.created.get('Fn')?.ref ?? '');
    expect(fn.config).toMatchObject({
      timeoutSeconds: 7,
      memoryMegabytes: 256,
      environment: { A: loaded.created.get('Role')?.ref },
    });
  });

  it('publishes a version of a function, and names it by its ARN and its number', async () => {
    const resources = {
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
      Fn: {
        Type: 'AWS::Lambda::Function',
        Properties: {
          FunctionName: 'named',
          Runtime: 'nodejs24.x',
          Handler: 'index.handler',
          Role: { 'Fn::GetAtt': ['Role', 'Arn'] },
          Code: { S3Bucket: 'b', S3Key: 'k.zip' },
        },
      },
      Version: { Type: 'AWS::Lambda::Version', Properties: { FunctionName: { Ref: 'Fn' } } },
    };
    const { created: made } = await load(resources);
    const arn = 'arn:aws:lambda:us-east-1:000000000000:function:named:1';
    expect(made.get('Version')).toEqual({ ref: arn, attributes: { FunctionArn: arn, Version: '1' } });
    expect(runtime.get(arn).version).toBe('1');
    const twice = { ...resources, Again: resources.Version };
    await expect(load(twice)).rejects.toThrow(
      'Again (AWS::Lambda::Version): A version for this Lambda function exists ( 1 ).',
    );
  });

  it('subscribes addresses to a topic and replaces its policy', async () => {
    const PolicyDocument = { Version: '2012-10-17', Statement: [] };
    const { created: made } = await load({
      Topic: { Type: 'AWS::SNS::Topic', Properties: { TopicName: 'alarms' } },
      Policy: { Type: 'AWS::SNS::TopicPolicy', Properties: { Topics: [{ Ref: 'Topic' }], PolicyDocument } },
      Mail: {
        Type: 'AWS::SNS::Subscription',
        Properties: { TopicArn: { Ref: 'Topic' }, Protocol: 'email', Endpoint: 'ops@example.com' },
      },
    });
    const TopicArn = 'arn:aws:sns:us-east-1:000000000000:alarms';
    expect(made.get('Topic')).toEqual({ ref: TopicArn, attributes: { TopicArn, TopicName: 'alarms' } });
    const answer = await parts.cloud.call('sns', 'GetTopicAttributes', { TopicArn }, person);
    expect(answer).toMatchObject({
      Attributes: { Policy: JSON.stringify(PolicyDocument), SubscriptionsPending: '1' },
    });
  });

  it('says which properties are accepted without effect', async () => {
    const { withoutEffect } = await load({
      Role: { Type: 'AWS::IAM::Role', Properties: { AssumeRolePolicyDocument: {} } },
    });
    expect(withoutEffect).toEqual([expect.stringContaining('AWS::IAM::Role.AssumeRolePolicyDocument')]);
  });

  it.each([
    ['an unknown type', { X: { Type: 'AWS::S3::Bucket' } }, /X \(AWS::S3::Bucket\)/],
    [
      'an unknown property',
      { Q: { Type: 'AWS::SQS::Queue', Properties: { Colour: 'red' } } },
      /Q \(AWS::SQS::Queue\): .*'Colour'/,
    ],
    [
      'a value that the service refuses',
      { Q: { Type: 'AWS::SQS::Queue', Properties: { VisibilityTimeout: 999_999 } } },
      /Q \(AWS::SQS::Queue\)/,
    ],
    [
      'another runtime',
      { F: { Type: 'AWS::Lambda::Function', Properties: { Runtime: 'python3.13' } } },
      /no runtime 'python3\.13'/,
    ],
    [
      'circular references',
      { A: { Type: 'AWS::SQS::Queue', DependsOn: 'B' }, B: { Type: 'AWS::SQS::Queue', DependsOn: 'A' } },
      /circular references: A -> B -> A/,
    ],
  ])('is refused for %s, by its name', async (_, resources, message) => {
    await expect(load(resources as Template['Resources'])).rejects.toThrow(message);
  });
});
