import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { start } from '../../aws/support.ts';
import { testRuntime } from './support.ts';

let lambda: Awaited<ReturnType<typeof testRuntime>>;
beforeEach(async () => {
  lambda = await testRuntime();
});
afterEach(async () => {
  await lambda.close();
});

describe('a service that invokes a function', () => {
  const rule = 'arn:aws:events:us-east-1:000000000000:rule/spot';
  const invoke = () =>
    lambda.cloud.call(
      'lambda',
      'Invoke',
      { FunctionName: 'f' },
      { kind: 'service', service: 'events.amazonaws.com', sourceArn: rule },
    );

  it('needs the policy of the function', async () => {
    const source = 'export const handler = async () => 1;';
    lambda.define('f', source);
    await expect(invoke()).rejects.toMatchObject({ code: 'AccessDeniedException', status: 403 });
    const Condition = { ArnLike: { 'AWS:SourceArn': rule } };
    const statement = {
      Effect: 'Allow',
      Principal: { Service: 'events.amazonaws.com' },
      Action: 'lambda:InvokeFunction',
      Resource: '*',
      Condition,
    };
    lambda.define('f', source, { policy: JSON.stringify({ Statement: [statement] }) });
    await expect(invoke()).resolves.toMatchObject({ StatusCode: 200 });
  });
});

describe('an asynchronous invocation', () => {
  it('is tried again after one and two minutes and then reported as dropped', async () => {
    lambda.define('f', "export const handler = async () => { throw new Error('always'); };");
    lambda.runtime.invokeLater('f', Buffer.from('{}'));
    await lambda.clock.goUntil(() => lambda.runtime.queued === 0);
    expect(lambda.dropped).toMatchObject([{ functionName: 'f', attempts: 3, reason: 'RetriesExhausted' }]);
    expect(lambda.clock.now()).toBe(start + 180_000);
  });

  it('is refused at once beyond 1 MB or when it is no JSON', () => {
    lambda.define('f', 'export const handler = 1;');
    expect(() => lambda.runtime.invokeLater('f', Buffer.alloc(1024 * 1024 + 1, '1'))).toThrow(
      'too large for the Event invocation type',
    );
    expect(() => lambda.runtime.invokeLater('f', Buffer.from('{'))).toThrow('Could not parse request body into json');
  });
});
