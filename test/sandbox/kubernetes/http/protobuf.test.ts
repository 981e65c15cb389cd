import { describe, expect, it } from '@jest/globals';
import { decodeProtobuf } from '../../../../sandbox/kubernetes/http/protobuf.ts';

function field(number: number, content: Buffer | string): Buffer {
  const bytes = Buffer.from(content);
  return Buffer.concat([Buffer.from([number * 8 + 2, bytes.length]), bytes]);
}

function body(apiVersion: string, kind: string, ...fields: Buffer[]): Buffer {
  const type = field(1, Buffer.concat([field(1, apiVersion), field(2, kind)]));
  return Buffer.concat([Buffer.from('k8s\0'), type, field(2, Buffer.concat(fields))]);
}

describe('a protobuf body', () => {
  it('of a review is read as its JSON would be', () => {
    const attributes = Buffer.concat([field(1, 'default'), field(2, 'delete'), field(5, 'pods')]);
    const review = body(
      'authorization.k8s.io/v1',
      'SelfSubjectAccessReview',
      field(1, ''),
      field(2, field(1, attributes)),
    );
    expect(decodeProtobuf(review)).toEqual({
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SelfSubjectAccessReview',
      metadata: {},
      spec: { resourceAttributes: { namespace: 'default', verb: 'delete', resource: 'pods' } },
    });
  });

  it('of an eviction keeps numbers, maps and lists', () => {
    const options = Buffer.concat([Buffer.from([8, 172, 2]), field(2, field(1, 'some-uid')), field(5, 'All')]);
    const metadata = Buffer.concat([field(1, 'web-1'), field(11, Buffer.concat([field(1, 'a'), field(2, 'b')]))]);
    expect(decodeProtobuf(body('policy/v1', 'Eviction', field(1, metadata), field(2, options)))).toMatchObject({
      metadata: { name: 'web-1', labels: { a: 'b' } },
      deleteOptions: { gracePeriodSeconds: 300, preconditions: { uid: 'some-uid' }, dryRun: ['All'] },
    });
  });

  it.each([
    ['another kind', body('apps/v1', 'Deployment'), 415, 'Deployment'],
    ['a field that is not known', body('v1', 'ConfigMap', field(15, 'x')), 415, 'field 15 of ConfigMap'],
    ['other bytes', Buffer.from('{"a":1}'), 400, 'protobuf'],
    ['half a message', body('v1', 'ConfigMap', field(1, 'abc')).subarray(0, 20), 400, 'too early'],
  ])('of %s is refused by name', (_what, bytes, code, words) => {
    expect(() => decodeProtobuf(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});
