import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { person } from '../../../sandbox/aws/contract.ts';
import type { Sandbox } from '../../../sandbox/sandbox.ts';
import type { Properties, Template } from '../../../sandbox/template/contract.ts';
import { bootStack } from './boot-stack.ts';

const functionArn = 'arn:aws:lambda:us-east-1:000000000000:function:worker';

type Resources = Template['Resources'];

/** The folder of code that says the text. */
function codeOf(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'asset-'));
  writeFileSync(join(folder, 'index.mjs'), `export const handler = async () => '${text}';`);
  return folder;
}
const folders = new Map<string, string>();
/** As an asset's: made once for each code. */
const asset = (key: string) => {
  const folder = folders.get(key) ?? codeOf(key);
  folders.set(key, folder);
  return folder;
};

const task = (Next: object) => ({
  Type: 'Task',
  Resource: 'arn:aws:states:::lambda:invoke',
  Arguments: { FunctionName: `$\{Version}`, Payload: {} },
  Output: '{% $states.result.Payload %}',
  ...Next,
});

/** A machine that calls the published version of a function, waits, and calls it again. */
function resources(code: string, version: string, waits: number, more: Resources = {}): Resources {
  const definition = {
    QueryLanguage: 'JSONata',
    StartAt: 'First',
    States: {
      First: { ...task({ Next: 'Pause' }), Assign: { first: '{% $states.result.Payload %}' } },
      Pause: { Type: 'Wait', Seconds: waits, Next: 'Second' },
      Second: task({ Output: `{% [$first, $states.result.Payload, ${waits}] %}`, End: true }),
    },
  };
  const role = (Action: string, Resource: string) => ({
    Type: 'AWS::IAM::Role',
    Properties: {
      AssumeRolePolicyDocument: {},
      Policies: [{ PolicyName: 'p', PolicyDocument: { Statement: [{ Effect: 'Allow', Action, Resource }] } }],
    },
  });
  return {
    FunctionRole: role('sts:GetCallerIdentity', '*'),
    MachineRole: role('lambda:InvokeFunction', `${functionArn}:*`),
    Worker: {
      Type: 'AWS::Lambda::Function',
      Properties: {
        FunctionName: 'worker',
        Runtime: 'nodejs24.x',
        Handler: 'index.handler',
        Role: { 'Fn::GetAtt': ['FunctionRole', 'Arn'] },
        Code: { S3Bucket: 'b', S3Key: code },
      },
    },
    [version]: {
      Type: 'AWS::Lambda::Version',
      Properties: { FunctionName: { Ref: 'Worker' } },
      DeletionPolicy: 'Retain',
      UpdateReplacePolicy: 'Retain',
    },
    Machine: {
      Type: 'AWS::StepFunctions::StateMachine',
      Properties: {
        StateMachineName: 'm',
        DefinitionString: JSON.stringify(definition),
        DefinitionSubstitutions: { Version: { Ref: version } },
        RoleArn: { 'Fn::GetAtt': ['MachineRole', 'Arn'] },
      },
    },
    ...more,
  };
}

let sandbox: Sandbox;

beforeEach(async () => {
  const template = {
    Resources: resources('first', 'VersionA', 60),
    Outputs: { Machine: { Value: { Ref: 'Machine' }, Description: 'Workflow' } },
  };
  sandbox = await bootStack(template, asset);
});

afterEach(async () => await sandbox.close());

const call = <Output>(service: string, operation: string, input: object) =>
  sandbox.cloud.call<Output>(service, operation, input, person);
const update = (Resources: Resources) => sandbox.loaded.update({ template: { Resources }, asset });
const updateWith = (more: Resources) => update(resources('first', 'VersionA', 60, more));
const start = async () => {
  const stateMachineArn = sandbox.loaded.created.get('Machine')?.ref;
  return (await call<{ executionArn: string }>('states', 'StartExecution', { stateMachineArn })).executionArn;
};
const outputOf = async (executionArn: string) => {
  const { status, output } = await call<{ status: string; output?: string }>('states', 'DescribeExecution', {
    executionArn,
  });
  return output === undefined ? status : (JSON.parse(output) as unknown);
};
/** Resolves when an execution waits. */
const waiting = () =>
  new Promise<void>((resolve) =>
    sandbox.states.onTransition((_execution, { type }) => type === 'WaitStateEntered' && resolve()),
  );
const says = async (FunctionName: string) => {
  const { Payload } = await call<{ Payload: Uint8Array }>('lambda', 'Invoke', { FunctionName });
  return JSON.parse(Buffer.from(Payload).toString('utf8')) as unknown;
};

describe('an execution that waits while its stack is updated', () => {
  it('goes on with the version and the definition that it began with; later ones have the new', async () => {
    const waits = waiting();
    const before = await start();
    await waits;
    const changes = await update(resources('second', 'VersionB', 30));
    expect(changes).toEqual({
      created: ['VersionB'],
      changed: ['Worker', 'Machine'],
      removed: [],
      retained: ['VersionA'],
    });
    const after = await start();
    await sandbox.untilIdle();
    expect(await outputOf(before)).toEqual(['first', 'first', 60]);
    expect(await outputOf(after)).toEqual(['second', 'second', 30]);
    expect(await says(`${functionArn}:1`)).toBe('first');
    expect(await says('worker')).toBe('second');
  });
});

describe('an update of a stack', () => {
  it('leaves what is the same as it is', async () => {
    const { created } = sandbox.loaded;
    const none = { created: [], changed: [], removed: [], retained: [] };
    expect(await update(resources('first', 'VersionA', 60))).toEqual(none);
    expect(sandbox.loaded.created).toEqual(created);
  });

  it('removes a version that no policy retains', async () => {
    const next = resources('second', 'VersionB', 60);
    const { VersionB, ...others } = next;
    const plain = { Type: 'AWS::Lambda::Version', Properties: VersionB?.Properties as Properties };
    await update({ ...others, VersionB: plain });
    expect(await update(resources('third', 'VersionC', 60))).toMatchObject({ removed: ['VersionB'] });
    await expect(says(`${functionArn}:2`)).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('refuses another version of a function that has not changed', async () => {
    await expect(update(resources('first', 'VersionB', 60))).rejects.toThrow(
      'VersionB (AWS::Lambda::Version): A version for this Lambda function exists ( 1 ).',
    );
  });

  it('changes parameters, rules, queues, alarms and the rights of roles in place', async () => {
    const more = (value: string, seconds: number): Resources => ({
      Parameter: { Type: 'AWS::SSM::Parameter', Properties: { Name: '/p', Type: 'String', Value: value } },
      Queue: { Type: 'AWS::SQS::Queue', Properties: { QueueName: 'q', VisibilityTimeout: seconds } },
      Rule: {
        Type: 'AWS::Events::Rule',
        Properties: {
          Name: 'r',
          EventPattern: { source: [value] },
          Targets: [{ Id: value, Arn: { 'Fn::GetAtt': ['Queue', 'Arn'] } }],
        },
      },
      Policy: {
        Type: 'AWS::IAM::Policy',
        Properties: {
          PolicyName: 'p',
          Roles: [{ Ref: 'FunctionRole' }],
          PolicyDocument: { Statement: [{ Effect: 'Allow', Action: `sqs:${value}`, Resource: '*' }] },
        },
      },
    });
    await updateWith(more('SendMessage', 10));
    const { changed } = await updateWith(more('PurgeQueue', 20));
    expect([...changed].sort()).toEqual(['Parameter', 'Policy', 'Queue', 'Rule']);
    expect(await call('ssm', 'GetParameter', { Name: '/p' })).toMatchObject({ Parameter: { Value: 'PurgeQueue' } });
    const QueueUrl = sandbox.loaded.created.get('Queue')?.ref;
    expect(await call('sqs', 'GetQueueAttributes', { QueueUrl, AttributeNames: ['All'] })).toMatchObject({
      Attributes: { VisibilityTimeout: '20' },
    });
    expect(await call('events', 'ListTargetsByRule', { Rule: 'r' })).toMatchObject({ Targets: [{ Id: 'PurgeQueue' }] });
    const roleArn = sandbox.loaded.created.get('FunctionRole')?.attributes['Arn'] ?? '';
    const worker = { kind: 'role', roleArn, sessionName: 's' } as const;
    const send = sandbox.cloud.call('sqs', 'SendMessage', { QueueUrl, MessageBody: 'x' }, worker);
    await expect(send).rejects.toMatchObject({ code: 'AccessDeniedException' });
    expect(await sandbox.cloud.call('sqs', 'PurgeQueue', { QueueUrl }, worker)).toEqual({});
    const { removed } = await updateWith({});
    expect([...removed].sort()).toEqual(['Parameter', 'Policy', 'Queue', 'Rule']);
    await expect(call('ssm', 'GetParameter', { Name: '/p' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
    await expect(sandbox.cloud.call('sqs', 'ListQueues', {}, worker)).rejects.toMatchObject({
      code: 'AccessDeniedException',
    });
  });

  it.each<[string, (all: Resources) => Resources, string]>([
    [
      'a name that would replace it',
      ({ Machine, ...all }) => ({
        ...all,
        Machine: {
          ...Machine,
          Type: 'AWS::StepFunctions::StateMachine',
          Properties: { ...Machine?.Properties, StateMachineName: 'other' },
        },
      }),
      "Machine (AWS::StepFunctions::StateMachine): an update of the stack does not change its 'StateMachineName' in the sandbox",
    ],
    [
      'another type under the same id',
      (all) => ({ ...all, VersionA: { Type: 'AWS::SQS::Queue' } }),
      'VersionA (AWS::SQS::Queue): it is a AWS::Lambda::Version',
    ],
    ['an unknown type', (all) => ({ ...all, X: { Type: 'AWS::S3::Bucket' } }), 'X (AWS::S3::Bucket)'],
  ])('is refused for %s, before anything changes', async (_what, change, message) => {
    const next = change(resources('second', 'VersionA', 60));
    await expect(update(next)).rejects.toThrow(message);
    expect(await says('worker')).toBe('first');
  });

  it('is refused for a name that another resource has', async () => {
    const { Worker, ...others } = resources('first', 'VersionA', 60);
    const twin = { ...Worker, Type: 'AWS::Lambda::Function' };
    await expect(update({ ...others, Worker: twin, Twin: twin })).rejects.toThrow(
      'Twin (AWS::Lambda::Function): worker already exists in stack Stack',
    );
  });

  it('gives outputs as they are after it', async () => {
    const machine = 'arn:aws:states:us-east-1:000000000000:stateMachine:m';
    expect(sandbox.loaded.outputs).toEqual({ Machine: machine });
    const Outputs = { Worker: { Value: { 'Fn::GetAtt': ['Worker', 'Arn'] } } };
    const template = { Resources: resources('first', 'VersionA', 60), Outputs };
    await sandbox.loaded.update({ template, asset });
    expect(sandbox.loaded.outputs).toEqual({ Worker: functionArn });
  });

  it('refuses an output whose description is not text, as CloudFormation does', async () => {
    const Outputs = { Worker: { Value: functionArn, Description: { Ref: 'Worker' } } };
    const template = { Resources: resources('first', 'VersionA', 60), Outputs };
    const update = sandbox.loaded.update({ template, asset });
    await expect(update).rejects.toThrow('output Worker: its description must be text');
  });
});
