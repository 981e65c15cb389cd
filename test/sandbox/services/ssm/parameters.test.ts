import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type TestCloud, testCloud } from '../../aws/support.ts';

let world: TestCloud;
beforeEach(() => {
  world = testCloud();
});
afterEach(() => world.clock.close());

const call = <Output = Record<string, unknown>>(service: string, operation: string, input: object) =>
  world.cloud.call<Output>(service, operation, input, { kind: 'person' });

describe('a parameter', () => {
  const put = (Name: string, Value: string, more: object = {}) =>
    call('ssm', 'PutParameter', { Name, Value, Type: 'String', ...more });

  it('has a version for each value and is overwritten only when that is asked for', async () => {
    expect(await put('/a/b', '1')).toMatchObject({ Version: 1 });
    await expect(put('/a/b', '2')).rejects.toMatchObject({ code: 'ParameterAlreadyExists' });
    expect(await put('/a/b', '2', { Overwrite: true })).toMatchObject({ Version: 2 });
    expect(await call('ssm', 'GetParameter', { Name: '/a/b:2' })).toMatchObject({
      Parameter: { Name: '/a/b', Value: '2', Selector: ':2' },
    });
    await expect(call('ssm', 'GetParameter', { Name: '/a/b:1' })).rejects.toMatchObject({ code: 'ParameterNotFound' });
  });

  it.each([
    ['GetParameters', 11, /Member must have length less than or equal to 10/],
    ['DeleteParameters', 11, /Member must have length less than or equal to 10/],
    ['GetParameters', 0, /Member must have length greater than or equal to 1/],
  ])('is not among %s of %d names', async (operation, length, message) => {
    const Names = Array.from({ length }, (_, index) => `/n/${index}`);
    await expect(call('ssm', operation, { Names })).rejects.toMatchObject({
      code: 'ValidationException',
      message: expect.stringMatching(message),
    });
  });

  it('is found by path, one level or all, in pages', async () => {
    for (const name of ['/a/one', '/a/two', '/a/deep/three', '/ab']) await put(name, name);
    const below = async (more: object) => {
      const { Parameters, NextToken } = await call<{ Parameters: { Name: string }[]; NextToken?: string }>(
        'ssm',
        'GetParametersByPath',
        { Path: '/a', ...more },
      );
      return [Parameters.map(({ Name }) => Name), NextToken];
    };
    expect(await below({})).toEqual([['/a/one', '/a/two'], undefined]);
    expect(await below({ Recursive: true, MaxResults: 2 })).toEqual([['/a/deep/three', '/a/one'], '2']);
    expect(await below({ Recursive: true, MaxResults: 2, NextToken: '2' })).toEqual([['/a/two'], undefined]);
  });

  it('tells which names are not there', async () => {
    await put('/a', '1');
    expect(await call('ssm', 'GetParameters', { Names: ['/a', '/b'] })).toMatchObject({
      Parameters: [{ Name: '/a' }],
      InvalidParameters: ['/b'],
    });
    expect(await call('ssm', 'DeleteParameters', { Names: ['/a', '/b'] })).toEqual({
      DeletedParameters: ['/a'],
      InvalidParameters: ['/b'],
    });
  });

  it('of type SecureString is readable with WithDecryption only', async () => {
    await put('/a', 'hidden', { Type: 'SecureString' });
    const value = async (more: object) =>
      (await call<{ Parameter: { Value: string } }>('ssm', 'GetParameter', { Name: '/a', ...more })).Parameter.Value;
    expect(await value({ WithDecryption: true })).toBe('hidden');
    expect(await value({})).not.toContain('hidden');
  });

  it.each([
    ['under a reserved name', { Name: '/aws/mine', Value: 'x' }, 'AccessDeniedException'],
    ['beyond 4 KB', { Name: '/a', Value: 'x'.repeat(4097) }, 'ValidationException'],
    ['with policies', { Name: '/a', Value: 'x', Policies: '[]' }, 'NotImplementedInSandbox'],
  ])('is refused %s', async (_what, input, code) => {
    await expect(call('ssm', 'PutParameter', { Type: 'String', ...input })).rejects.toMatchObject({ code });
  });
});

describe('a secret', () => {
  it('keeps its current and its previous value', async () => {
    const created = await call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'one' });
    expect(created['ARN']).toMatch(/:secret:s-[0-9a-f]{6}$/);
    await call('secretsmanager', 'PutSecretValue', { SecretId: 's', SecretString: 'two' });
    const value = (more: object) => call('secretsmanager', 'GetSecretValue', { SecretId: created['ARN'], ...more });
    expect(await value({})).toMatchObject({ SecretString: 'two', VersionStages: ['AWSCURRENT'] });
    expect(await value({ VersionStage: 'AWSPREVIOUS' })).toMatchObject({ SecretString: 'one' });
    await expect(value({ VersionStage: 'NONE' })).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('cannot be read in its recovery window and is gone after it', async () => {
    await call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'one' });
    await call('secretsmanager', 'DeleteSecret', { SecretId: 's', RecoveryWindowInDays: 7 });
    const value = () => call('secretsmanager', 'GetSecretValue', { SecretId: 's' });
    await expect(value()).rejects.toMatchObject({ code: 'InvalidRequestException' });
    await world.clock.letPass(7 * 86_400_000);
    await expect(value()).rejects.toMatchObject({ code: 'ResourceNotFoundException' });
  });

  it('may be read by name with a right on its ARN', async () => {
    const { ARN } = await call('secretsmanager', 'CreateSecret', { Name: 's', SecretString: 'one' });
    const roleArn = 'arn:aws:iam::000000000000:role/reader';
    world.roles.registerRole(roleArn, [
      { Statement: [{ Effect: 'Allow', Action: 'secretsmanager:GetSecretValue', Resource: String(ARN) }] },
    ]);
    const principal = { kind: 'role', roleArn, sessionName: 'x' } as const;
    await expect(
      world.cloud.call('secretsmanager', 'GetSecretValue', { SecretId: 's' }, principal),
    ).resolves.toMatchObject({ SecretString: 'one' });
  });
});
