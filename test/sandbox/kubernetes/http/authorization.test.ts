import { beforeAll, describe, expect, it } from '@jest/globals';
import { withCluster } from '../sandbox-cluster.ts';

const target = withCluster();
const group = 'rbac.authorization.k8s.io';

function clusterRole(name: string, rules: readonly object[]): object {
  return { apiVersion: `${group}/v1`, kind: 'ClusterRole', metadata: { name }, rules };
}

function bind(kind: string, name: string, subject: object, namespace?: string): object {
  const metadata = namespace ? { name, namespace } : { name };
  const roleRef = { apiGroup: group, kind: 'ClusterRole', name };
  return { apiVersion: `${group}/v1`, kind, metadata, roleRef, subjects: [subject] };
}

const user = (name: string) => ({ kind: 'User', apiGroup: group, name });

describe('rights', () => {
  beforeAll(() => {
    target().cluster.apply([
      clusterRole('drainer', [
        { apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] },
        { apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] },
        { nonResourceURLs: ['/metrics/*'], verbs: ['get'] },
      ]),
      bind('ClusterRoleBinding', 'drainer', { kind: 'Group', apiGroup: group, name: 'drainers' }),
      clusterRole('one-map', [
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get', 'update'] },
      ]),
      bind('RoleBinding', 'one-map', user('owner'), 'default'),
      bind('ClusterRoleBinding', 'view', user('viewer')),
      { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'mine', namespace: 'default' } },
    ]);
  });

  it.each([
    { who: 'drainer', method: 'GET', path: '/api/v1/nodes', status: 200 },
    { who: 'drainer', method: 'GET', path: '/api/v1/nodes?watch=true&timeoutSeconds=1', status: 403 },
    { who: 'drainer', method: 'DELETE', path: '/api/v1/nodes/a', status: 403 },
    { who: 'drainer', method: 'GET', path: '/api/v1/pods', status: 403 },
    { who: 'drainer', method: 'POST', path: '/api/v1/namespaces/default/pods/absent/eviction', status: 404 },
    { who: 'drainer', method: 'GET', path: '/metrics/x', status: 404 },
    { who: 'drainer', method: 'GET', path: '/logs', status: 403 },
    { who: 'owner', method: 'GET', path: '/api/v1/namespaces/default/configmaps/mine', status: 200 },
    { who: 'owner', method: 'GET', path: '/api/v1/namespaces/default/configmaps/other', status: 403 },
    { who: 'owner', method: 'GET', path: '/api/v1/namespaces/kube-system/configmaps/mine', status: 403 },
    { who: 'owner', method: 'GET', path: '/api/v1/namespaces/default/configmaps', status: 403 },
    { who: 'viewer', method: 'GET', path: '/apis/apps/v1/deployments', status: 200 },
    { who: 'viewer', method: 'GET', path: '/api/v1/nodes', status: 403 },
    { who: 'nobody', method: 'GET', path: '/apis', status: 200 },
    { who: 'nobody', method: 'GET', path: '/version', status: 200 },
    { who: 'nobody', method: 'GET', path: '/apis/example.com/v1/gadgets', status: 403 },
  ])('give $who $status for $method $path', async ({ who, method, path, status }) => {
    const body = method === 'POST' ? { metadata: { name: 'absent' } } : undefined;
    const answer = await target().client.call(method, path, { token: `user-${who}`, ...(body ? { body } : {}) });
    expect(answer.status).toBe(status);
  });

  it.each([
    [
      '/api/v1/nodes',
      'nodes is forbidden: User "nobody" cannot list resource "nodes" in API group "" at the cluster scope',
    ],
    [
      '/apis/apps/v1/namespaces/default/deployments/web',
      'deployments.apps "web" is forbidden: User "nobody" cannot get resource "deployments" in API group "apps" in the namespace "default"',
    ],
    ['/logs', 'forbidden: User "nobody" cannot get path "/logs"'],
  ])('are refused for %s in the words of the server', async (path, message) => {
    const { body } = await target().client.get(path, { token: 'user-nobody' });
    expect(body).toMatchObject({ kind: 'Status', reason: 'Forbidden', code: 403, message });
  });

  it('are all given to system:masters', async () => {
    expect((await target().client.get('/api/v1/pods', { token: 'masters' })).status).toBe(200);
  });

  it.each(['unknown', ''])('end at 401 for the token "%s"', async (token) => {
    const { status, body } = await target().client.get('/api/v1/pods', { token });
    expect([status, body['reason']]).toEqual([401, 'Unauthorized']);
    expect((await target().client.get('/readyz', { token })).status).toBe(200);
  });

  it('are those of the impersonated for callers who may impersonate', async () => {
    const path = '/api/v1/namespaces/default/configmaps';
    const as = (user: string, token: string, at: string) =>
      target().client.get(at, { token, headers: { 'Impersonate-User': user } });
    expect((await as('owner', 'masters', path)).status).toBe(403);
    expect((await as('owner', 'masters', `${path}/mine`)).status).toBe(200);
    const { status, body } = await as('owner', 'user-nobody', `${path}/mine`);
    expect([status, body['message']]).toEqual([
      403,
      'users "owner" is forbidden: User "nobody" cannot impersonate resource "users" in API group "" at the cluster scope',
    ]);
  });

  it('are listed for kubectl auth can-i --list', async () => {
    const path = '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews';
    const { body } = await target().client.post(path, { spec: { namespace: 'default' } }, { token: 'user-owner' });
    expect(body['status']?.['resourceRules']).toEqual(
      expect.arrayContaining([
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'], verbs: ['get', 'update'] },
      ]),
    );
  });
});
