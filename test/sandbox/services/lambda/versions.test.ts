import {
  DeleteFunctionCommand,
  GetFunctionCommand,
  InvokeCommand,
  LambdaClient,
  ListVersionsByFunctionCommand,
  PublishVersionCommand,
  UpdateFunctionConfigurationCommand,
} from '@aws-sdk/client-lambda';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { AwsError } from '../../../../sandbox/aws/contract.ts';
import { testRuntime } from './support.ts';

const arn = 'arn:aws:lambda:us-east-1:000000000000:function:f';
const source = (says: string) =>
  `export const handler = async (event, context) => ({ says: '${says}', colour: process.env.COLOUR,
    version: process.env.AWS_LAMBDA_FUNCTION_VERSION, of: context.functionVersion, arn: context.invokedFunctionArn });`;

let lambda: Awaited<ReturnType<typeof testRuntime>>;
let client: LambdaClient;

beforeEach(async () => {
  lambda = await testRuntime();
  const credentials = { accessKeyId: 'me', secretAccessKey: 'me' };
  client = new LambdaClient({ endpoint: lambda.server.endpoint, region: 'us-east-1', credentials, maxAttempts: 1 });
  lambda.define('f', source('first'));
});

afterEach(async () => {
  client.destroy();
  await lambda.close();
});

/** As a deployment does it: the code of another folder. */
function deploy(says: string): void {
  lambda.runtime.reconfigure('f', { codeDirectory: lambda.folder(source(says)) });
}

async function invoke(FunctionName: string, Qualifier?: string): Promise<unknown> {
  const answer = await client.send(new InvokeCommand({ FunctionName, ...(Qualifier && { Qualifier }) }));
  const payload = JSON.parse(Buffer.from(answer.Payload ?? []).toString('utf8')) as object;
  return { ...payload, executed: answer.ExecutedVersion };
}

async function publish(): Promise<string | undefined> {
  return (await client.send(new PublishVersionCommand({ FunctionName: 'f' }))).FunctionArn;
}

async function versions(): Promise<(string | undefined)[]> {
  const answer = await client.send(new ListVersionsByFunctionCommand({ FunctionName: 'f' }));
  return (answer.Versions ?? []).map(({ Version }) => Version);
}

describe('a published version', () => {
  it('keeps code and configuration while $LATEST goes on', async () => {
    expect(await publish()).toBe(`${arn}:1`);
    deploy('second');
    await client.send(
      new UpdateFunctionConfigurationCommand({ FunctionName: 'f', Environment: { Variables: { COLOUR: 'red' } } }),
    );
    const first = { says: 'first', colour: 'green', version: '1', of: '1', arn: `${arn}:1`, executed: '1' };
    expect(await invoke(`${arn}:1`)).toEqual(first);
    expect(await invoke('f', '1')).toEqual(first);
    expect(await invoke('f:1')).toEqual(first);
    expect(await invoke('f')).toMatchObject({ says: 'second', colour: 'red', version: '$LATEST', executed: '$LATEST' });
    expect(await invoke('f', '$LATEST')).toMatchObject({ says: 'second' });
  });

  it('is the last one when nothing has changed, also when the same code lies in another folder', async () => {
    await publish();
    expect(await publish()).toBe(`${arn}:1`);
    deploy('first');
    expect(await publish()).toBe(`${arn}:1`);
    expect(await versions()).toEqual(['$LATEST', '1']);
    deploy('second');
    expect(await publish()).toBe(`${arn}:2`);
    expect(await versions()).toEqual(['$LATEST', '1', '2']);
  });

  it('can be deleted alone, and its number is never used again', async () => {
    await publish();
    await client.send(new DeleteFunctionCommand({ FunctionName: 'f', Qualifier: '1' }));
    await client.send(new DeleteFunctionCommand({ FunctionName: 'f', Qualifier: '1' }));
    expect(await versions()).toEqual(['$LATEST']);
    expect(await publish()).toBe(`${arn}:2`);
    await client.send(new DeleteFunctionCommand({ FunctionName: 'f' }));
    await expect(versions()).rejects.toMatchObject({ name: 'ResourceNotFoundException' });
  });

  it('is described with its number, its ARN and the hash of its code', async () => {
    await publish();
    const { Configuration } = await client.send(new GetFunctionCommand({ FunctionName: 'f', Qualifier: '1' }));
    expect(Configuration).toMatchObject({
      Version: '1',
      FunctionArn: `${arn}:1`,
      Environment: { Variables: { COLOUR: 'green' } },
    });
    await expect(
      client.send(new PublishVersionCommand({ FunctionName: 'f', CodeSha256: 'other' })),
    ).rejects.toMatchObject({ name: 'InvalidParameterValueException' });
  });

  it('writes into the group of its function, in streams that carry its number', async () => {
    await publish();
    await lambda.runtime.invoke('f:1', Buffer.from('{}'));
    expect(lambda.logs[0]).toMatchObject({
      group: '/aws/lambda/f',
      stream: expect.stringContaining('[1]'),
      message: expect.stringContaining('Version: 1'),
    });
  });
});

describe('a qualifier', () => {
  it.each([
    ['of a version that is not there', 'f', '7', 'ResourceNotFoundException', `Function not found: ${arn}:7`],
    [
      'of a function that is not there',
      'g',
      '1',
      'ResourceNotFoundException',
      'Function not found: arn:aws:lambda:us-east-1:000000000000:function:g:1',
    ],
    [
      'other than the one in the name',
      'f:1',
      '2',
      'InvalidParameterValueException',
      'The derived qualifier from the function name does not match the specified qualifier.',
    ],
  ])("%s is refused by AWS's name", async (_what, name, qualifier, error, message) => {
    await expect(invoke(name, qualifier)).rejects.toMatchObject({ name: error, message });
  });

  it.each([
    ['function:f:*', 'f:1', true],
    ['function:f:1', 'f:1', true],
    ['function:f:*', 'f', false],
    ['function:f', 'f:1', false],
    ['function:f', 'f', true],
  ])('a right on %s invokes %s: %s', async (resource, FunctionName, may) => {
    await publish();
    const roleArn = 'arn:aws:iam::000000000000:role/caller';
    const Resource = `arn:aws:lambda:us-east-1:000000000000:${resource}`;
    lambda.roles.registerRole(roleArn, [
      { Statement: [{ Effect: 'Allow', Action: 'lambda:InvokeFunction', Resource }] },
    ]);
    const caller = { kind: 'role', roleArn, sessionName: 's' } as const;
    const call = lambda.cloud.call('lambda', 'Invoke', { FunctionName, InvocationType: 'DryRun' }, caller);
    const answer = await call.then(
      () => 'allowed',
      (error: AwsError) => error.code,
    );
    expect(answer).toBe(may ? 'allowed' : 'AccessDeniedException');
  });
});

it('reserved concurrency is shared by all versions', async () => {
  const folder = lambda.folder('export const handler = async () => 1;');
  lambda.runtime.reconfigure('f', { reservedConcurrency: 1, codeDirectory: folder });
  await publish();
  const running = lambda.runtime.invoke('f:1', Buffer.from('{}'));
  await expect(lambda.runtime.invoke('f', Buffer.from('{}'))).rejects.toMatchObject({
    code: 'TooManyRequestsException',
  });
  await running;
});
