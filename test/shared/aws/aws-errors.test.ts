import { describe, expect, it } from '@jest/globals';
import { asTask } from '../../../shared/runtime/aws-errors.ts';
import { InvalidSettingsError } from '../../../shared/runtime/errors.ts';

/** An error of a service, as the SDK throws it. */
function fault(name: string, status: number, $fault: 'client' | 'server' = status < 500 ? 'client' : 'server'): Error {
  return Object.assign(new Error('no'), { name, $fault, $metadata: { httpStatusCode: status } });
}

/** An error of Node, as the SDK's request handler passes it on. */
function network(code: string, name = 'Error'): Error {
  return Object.assign(new Error(code), { name, code });
}

async function seen(error: unknown): Promise<unknown> {
  return await asTask('ask', () => Promise.reject(error)).catch((thrown: unknown) => thrown);
}

describe('an AWS call that failed', () => {
  it.each([
    ['Throttling', 400],
    ['ThrottlingException', 400],
    ['ThrottledException', 429],
    ['RequestLimitExceeded', 503],
    ['TooManyRequestsException', 429],
    ['ProvisionedThroughputExceededException', 400],
    ['RequestThrottled', 403],
    ['EC2ThrottledException', 503],
    ['SlowDown', 503],
    ['KmsThrottled', 400],
    ['KmsThrottlingException', 400],
    ['AnythingAtAll', 429],
  ])('is throttled when the service says %s', async (name, status) => {
    expect(await seen(fault(name, status))).toMatchObject({ name: 'ApiThrottledError' });
  });

  it.each([
    ['a server fault', fault('InternalFailure', 500)],
    ['a server fault without a status', Object.assign(new Error('no'), { name: 'ServerException', $fault: 'server' })],
    ['a bad gateway', fault('UnknownError', 502)],
    // The Auto Scaling API reference gives it status 500; the SDK's model calls it the client's.
    ['ResourceContention', fault('ResourceContentionFault', 500, 'client')],
    ['a status that no service has given yet', fault('Unheard', 599)],
    ['a time limit of the request handler', network('ETIMEDOUT', 'TimeoutError')],
    ['a connection that takes too long', Object.assign(new Error('no'), { name: 'TimeoutError' })],
    ['our own signal', Object.assign(new Error('Request aborted'), { name: 'AbortError' })],
    ...[
      'ECONNRESET',
      'ECONNREFUSED',
      'EPIPE',
      'ETIMEDOUT',
      'EHOSTUNREACH',
      'ENETUNREACH',
      'ENOTFOUND',
      'EAI_AGAIN',
      'UND_ERR_SOCKET',
      'UND_ERR_HEADERS_TIMEOUT',
    ].map((code) => [code, network(code)] as const),
    ['a network code that another error carries', new Error('fetch failed', { cause: network('ECONNRESET') })],
    [
      'an answer that is cut off',
      Object.assign(new SyntaxError('Unexpected end of JSON input'), { $metadata: { httpStatusCode: 200 } }),
    ],
  ])('may be asked again after %s', async (_, error) => {
    expect(await seen(error)).toMatchObject({ name: 'ApiUnavailableError', cause: error });
  });

  it.each([
    ['AccessDenied', 403],
    ['AccessDeniedException', 400],
    ['UnauthorizedOperation', 403],
    ['AuthFailure', 401],
    ['UnrecognizedClientException', 400],
    ['ExpiredTokenException', 403],
    ['InvalidClientTokenId', 403],
  ])('is denied when the service says %s, and what was asked is the missing right', async (name, status) => {
    expect(await seen(fault(name, status))).toMatchObject({ name: 'AccessDeniedError', missing: ['ask'] });
  });

  it('is denied when the function has no credentials', async () => {
    const error = Object.assign(new Error('none'), { name: 'CredentialsProviderError' });
    expect(await seen(error)).toMatchObject({ name: 'AccessDeniedError' });
  });

  it.each([
    ['ValidationError', 400],
    ['ResourceNotFoundException', 404],
    ['InvalidParameterException', 400],
    ['ConditionalCheckFailedException', 400],
  ])('is rejected when the service says %s', async (name, status) => {
    expect(await seen(fault(name, status))).toMatchObject({
      name: 'RequestRejectedError',
      message: `ask: ${name} no`,
    });
  });

  it.each([
    ['a TypeError', new TypeError("Cannot read properties of undefined (reading 'x')")],
    ['a RangeError', new RangeError('Invalid array length')],
    ['JSON of our own that cannot be parsed', new SyntaxError('Unexpected token')],
    ['an error that says nothing', new Error('Unexpected')],
    ['an error that only looks like a service fault', Object.assign(new Error('no'), { name: 'ThrottleMe' })],
    ['a thrown text', 'oh'],
  ])('passes as it is when it is a bug and no answer: %s', async (_, error) => {
    expect(await seen(error)).toBe(error);
  });

  it('passes as it is when it is one of our errors already', async () => {
    const error = new InvalidSettingsError('no');
    expect(await seen(error)).toBe(error);
  });
});
