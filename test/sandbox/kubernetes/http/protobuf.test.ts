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

  it('skips a field that is not known', () => {
    const map = decodeProtobuf(body('v1', 'ConfigMap', field(1, field(1, 'a')), field(15, 'x')));
    expect(map).toEqual({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } });
  });

  it('keeps a zero that says something and drops one that says nothing, as Go writes JSON', () => {
    const spec = Buffer.from([8, 0, 40, 0]);
    expect(decodeProtobuf(body('apps/v1', 'Deployment', field(2, spec)))).toMatchObject({ spec: { replicas: 0 } });
    expect(decodeProtobuf(body('apps/v1', 'Deployment', field(2, spec)))).not.toHaveProperty('spec.minReadySeconds');
  });

  it('reads quantities, numbers or words, bytes, times and what stands inside of another struct', () => {
    const requests = field(2, Buffer.concat([field(1, 'cpu'), field(2, field(1, '500m'))]));
    const probe = Buffer.concat([field(1, field(2, field(2, Buffer.from([8, 0, 16, 80]))))]);
    const container = Buffer.concat([field(1, 'main'), field(8, requests), field(11, probe)]);
    expect(decodeProtobuf(body('v1', 'Pod', field(2, field(2, container))))).toMatchObject({
      spec: {
        containers: [
          { name: 'main', resources: { requests: { cpu: '500m' } }, readinessProbe: { httpGet: { port: 80 } } },
        ],
      },
    });
    const data = field(2, Buffer.concat([field(1, 'key'), field(2, 'word')]));
    expect(decodeProtobuf(body('v1', 'Secret', data))).toMatchObject({ data: { key: 'd29yZA==' } });
    const created = field(1, field(8, Buffer.from([8, 60])));
    expect(decodeProtobuf(body('v1', 'ConfigMap', created))).toMatchObject({
      metadata: { creationTimestamp: '1970-01-01T00:01:00Z' },
    });
  });

  it('reads negative numbers', () => {
    const spec = Buffer.concat([Buffer.from([8]), Buffer.from([255, 255, 255, 255, 255, 255, 255, 255, 255, 1])]);
    expect(decodeProtobuf(body('apps/v1', 'Deployment', field(2, spec)))).toMatchObject({ spec: { replicas: -1 } });
  });

  it.each([
    ['a kind that is not served', body('example.com/v1', 'Gadget'), 415, 'Gadget'],
    ['other bytes', Buffer.from('{"a":1}'), 400, 'protobuf'],
    ['half a message', body('v1', 'ConfigMap', field(1, 'abc')).subarray(0, 20), 400, 'too early'],
  ])('of %s is refused by name', (_what, bytes, code, words) => {
    expect(() => decodeProtobuf(bytes)).toThrow(
      expect.objectContaining({ code, message: expect.stringContaining(words) }),
    );
  });
});
