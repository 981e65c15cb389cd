import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Target } from '../target.ts';

const group = 'rbac.authorization.k8s.io';
const root = `/apis/${group}/v1`;
const namespace = 'suite-rights';
const inside = `${root}/namespaces/${namespace}`;
const writes = ['create', 'update', 'patch'];
const resources = ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'];

function subject(name: string): object {
  return { apiGroup: group, kind: 'User', name };
}

function binding(name: string, role: string, kind = 'ClusterRole', user = 'suite-friend'): object {
  return { metadata: { name }, roleRef: { apiGroup: group, kind, name: role }, subjects: [subject(user)] };
}

const rule = (verbs: readonly string[], of: readonly string[], more: object = {}) => ({
  apiGroups: [''],
  resources: of,
  verbs,
  ...more,
});

/** Nobody gives away more than they have. */
export function describeRights(target: () => Target): void {
  describe('rights', () => {
    let client: ApiClient;

    const role = (name: string, rules: readonly object[]) =>
      client.post(`${root}/clusterroles`, { metadata: { name }, rules });
    const give = (user: string, name: string) =>
      client.post(`${root}/clusterrolebindings`, binding(`${user}-${name}`, name, 'ClusterRole', user));
    const as = (user: string) => ({ headers: { 'impersonate-user': user } });

    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await role('suite-keeper', [{ apiGroups: [group], resources, verbs: writes }, rule(['get', 'list'], ['pods'])]);
      await role('suite-reader', [rule(['get'], ['pods'])]);
      await role('suite-one-pod', [rule(['get'], ['pods'], { resourceNames: ['a'] })]);
      await role('suite-killer', [rule(['get', 'delete'], ['pods', 'nodes'])]);
      await role('suite-paths', [{ nonResourceURLs: ['/metrics'], verbs: ['get'] }]);
      await role('suite-binder', [
        { apiGroups: [group], resources: ['clusterroles'], verbs: ['bind'], resourceNames: ['suite-killer'] },
      ]);
      await role('suite-climber', [{ apiGroups: [group], resources: ['roles', 'clusterroles'], verbs: ['escalate'] }]);
      for (const user of ['suite-keeper', 'suite-binder', 'suite-climber']) await give(user, 'suite-keeper');
      await give('suite-binder', 'suite-binder');
      await give('suite-climber', 'suite-climber');
      // A real server sees a new binding a moment later.
      for (const [user, verb, name] of [
        ['suite-keeper', 'create', ''],
        ['suite-binder', 'bind', 'suite-killer'],
        ['suite-climber', 'escalate', ''],
      ] as const) {
        const resourceAttributes = { verb, group, resource: 'clusterroles', name };
        const asked = { spec: { user, resourceAttributes } };
        for (let tries = 0; tries < 50; tries++) {
          const { body } = await client.post('/apis/authorization.k8s.io/v1/subjectaccessreviews', asked);
          if (body['status']?.['allowed']) break;
          await client.target.pause();
        }
      }
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      client.close();
    });

    it.each([
      ['what its maker has', 'suite-reader', 201],
      ['a part of that', 'suite-one-pod', 201],
      ['more', 'suite-killer', 403],
      ['paths that its maker may not read', 'suite-paths', 403],
    ])('go by a binding to a role with %s (%s: %d)', async (_what, name, status) => {
      const answer = await client.post(`${root}/clusterrolebindings`, binding(`to-${name}`, name), as('suite-keeper'));
      expect(answer.status).toBe(status);
    });

    it('are told one by one when they are missing', async () => {
      const { status, body } = await client.post(
        `${inside}/rolebindings`,
        binding('more', 'suite-killer'),
        as('suite-keeper'),
      );
      expect([status, body['reason']]).toEqual([403, 'Forbidden']);
      expect(body['message']).toBe(
        'rolebindings.rbac.authorization.k8s.io "more" is forbidden: user "suite-keeper" (groups=["system:authenticated"]) ' +
          'is attempting to grant RBAC permissions not currently held:\n' +
          '{APIGroups:[""], Resources:["nodes"], Verbs:["get" "delete"]}\n' +
          '{APIGroups:[""], Resources:["pods"], Verbs:["delete"]}',
      );
    });

    it.each([
      ['ClusterRole', `${root}/clusterroles`],
      ['Role', `${inside}/roles`],
    ])('of a %s are no more than its maker has, in a create and in an update', async (_kind, path) => {
      const asked = (verbs: readonly string[]) => ({
        metadata: { name: 'suite-made' },
        rules: [rule(verbs, ['pods'])],
      });
      const more = await client.post(path, asked(['get', 'delete']), as('suite-keeper'));
      const same = await client.post(path, asked(['get']), as('suite-keeper'));
      const later = await client.put(`${path}/suite-made`, asked(['get', 'delete']), as('suite-keeper'));
      expect([more.status, same.status, later.status]).toEqual([403, 201, 403]);
    });

    it('go by a patch as little as by an update', async () => {
      await client.post(`${inside}/roles`, { metadata: { name: 'patched' }, rules: [rule(['get'], ['pods'])] });
      const call = {
        body: { rules: [rule(['*'], ['*'])] },
        type: 'application/merge-patch+json',
        ...as('suite-keeper'),
      };
      const { status } = await client.call('PATCH', `${inside}/roles/patched`, call);
      expect(status).toBe(403);
    });

    it('of a role that is not there are not given', async () => {
      const { status, body } = await client.post(
        `${inside}/rolebindings`,
        binding('nothing', 'suite-none'),
        as('suite-keeper'),
      );
      expect([status, body['message']]).toEqual([404, 'rolebindings.rbac.authorization.k8s.io "suite-none" not found']);
    });

    it('are given by who may bind the role, and made by who may escalate it', async () => {
      const bound = await client.post(`${inside}/rolebindings`, binding('bound', 'suite-killer'), as('suite-binder'));
      const other = await client.post(`${inside}/rolebindings`, binding('other', 'suite-paths'), as('suite-binder'));
      const role = { metadata: { name: 'climbed' }, rules: [rule(['*'], ['*'])] };
      const climbed = await client.post(`${inside}/roles`, role, as('suite-climber'));
      expect([bound.status, other.status, climbed.status]).toEqual([201, 403, 201]);
    });
  });
}
