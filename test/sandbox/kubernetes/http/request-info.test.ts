import { describe, expect, it } from '@jest/globals';
import { requestInfo } from '../../../../sandbox/kubernetes/http/request-info.ts';

describe('a request', () => {
  it.each([
    ['GET', '/api/v1/pods', 'list pods   '],
    ['GET', '/api/v1/pods?watch=true', 'watch pods   '],
    ['GET', '/api/v1/namespaces/a/pods/b', 'get pods  a b'],
    ['POST', '/api/v1/namespaces/a/pods/b/eviction', 'create pods eviction a b'],
    ['DELETE', '/api/v1/namespaces/a/pods', 'deletecollection pods  a '],
    ['GET', '/api/v1/namespaces/a', 'get namespaces  a a'],
    ['PUT', '/api/v1/namespaces/a/finalize', 'update namespaces finalize a a'],
    ['GET', '/api/v1/namespaces', 'list namespaces   '],
    ['PATCH', '/apis/apps/v1/namespaces/a/deployments/b/scale', 'patch deployments scale a b'],
    [
      'GET',
      '/apis/policy/v1/namespaces/a/poddisruptionbudgets?fieldSelector=metadata.name%3Db',
      'list poddisruptionbudgets  a b',
    ],
  ])('%s %s is understood as the server understands it', (method, path, expected) => {
    const url = new URL(path, 'https://localhost');
    const { verb, resource, subresource, namespace = '', name } = requestInfo(method, url.pathname, url.searchParams);
    expect([verb, resource, subresource, namespace, name].join(' ')).toBe(expected);
  });

  it.each(['/api', '/api/v1', '/apis', '/apis/apps', '/apis/apps/v1', '/healthz', '/openapi/v3'])(
    'for %s is about no resource',
    (path) => {
      expect(requestInfo('GET', path, new URLSearchParams())).toMatchObject({ isResource: false, verb: 'get', path });
    },
  );
});
