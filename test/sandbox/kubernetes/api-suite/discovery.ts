import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Target } from '../target.ts';

const aggregated = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList';

/** What clients ask before they do anything. */
export function describeDiscovery(target: () => Target): void {
  describe('discovery', () => {
    let client: ApiClient;
    beforeAll(() => {
      client = new ApiClient(target());
    });
    afterAll(() => client.close());

    it('tells the version', async () => {
      expect((await client.get('/version')).body).toMatchObject({ major: '1', minor: '36', gitVersion: 'v1.36.2' });
    });

    it.each(['/healthz', '/livez', '/readyz'])('answers %s', async (path) => {
      expect(await client.get(path)).toMatchObject({ status: 200, text: 'ok' });
    });

    it('lists groups in both forms', async () => {
      const plain = await client.get('/apis');
      const all = await client.get('/apis', { accept: aggregated });
      const groups = plain.body['groups'] as unknown as { name: string }[];
      expect(groups.map(({ name }) => name)).toEqual(
        expect.arrayContaining(['apps', 'batch', 'policy', 'storage.k8s.io']),
      );
      expect(all.headers['content-type']).toBe(aggregated);
      expect(all.body).toMatchObject({ kind: 'APIGroupDiscoveryList', apiVersion: 'apidiscovery.k8s.io/v2' });
    });

    it('describes pods with their eviction', async () => {
      const { body } = await client.get('/api/v1');
      const resources = body['resources'] as unknown as { name: string }[];
      expect(resources).toEqual(
        expect.arrayContaining([
          expect.objectContaining({
            name: 'pods',
            singularName: 'pod',
            namespaced: true,
            kind: 'Pod',
            shortNames: ['po'],
          }),
          expect.objectContaining({
            name: 'pods/eviction',
            kind: 'Eviction',
            group: 'policy',
            version: 'v1',
            verbs: ['create'],
          }),
        ]),
      );
    });

    it('offers an OpenAPI document for each group', async () => {
      const { body } = await client.get('/openapi/v3');
      const paths = body['paths'] as unknown as Record<string, { serverRelativeURL: string }>;
      const document = await client.get(paths['apis/apps/v1']?.serverRelativeURL ?? '');
      expect(document.body['openapi']).toMatch(/^3\./);
      expect(document.text).toContain('"kind":"Deployment"');
    });

    it.each([
      ['apis/policy/v1', 'io.k8s.api.policy.v1.PodDisruptionBudgetSpec'],
      ['apis/apps/v1', 'io.k8s.api.core.v1.PodTemplateSpec'],
      ['apis/rbac.authorization.k8s.io/v1', 'io.k8s.api.rbac.v1.Subject'],
      ['api/v1', 'io.k8s.api.core.v1.Event'],
      ['api/v1', 'io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta'],
      ['apis/policy/v1', 'io.k8s.apimachinery.pkg.util.intstr.IntOrString'],
    ])('names a type in the document of %s %s', async (group, name) => {
      const { body } = await client.get(`/openapi/v3/${group}`);
      expect(body['components']?.['schemas']).toHaveProperty([name]);
    });

    it('describes fields, names what they may be and how a patch merges them', async () => {
      const { body } = await client.get('/openapi/v3/api/v1');
      const schemas = body['components']?.['schemas'];
      const spec = schemas?.['io.k8s.api.core.v1.PodSpec'];
      expect(spec?.['required']).toEqual(['containers']);
      expect(spec?.['properties']?.['restartPolicy']).toMatchObject({
        type: 'string',
        enum: ['Always', 'Never', 'OnFailure'],
        description: expect.stringContaining('Restart policy for all containers within the pod.'),
      });
      expect(spec?.['properties']?.['containers']).toMatchObject({
        'x-kubernetes-patch-merge-key': 'name',
        'x-kubernetes-patch-strategy': 'merge',
      });
      const { limits } = schemas?.['io.k8s.api.core.v1.ResourceRequirements']?.['properties'] ?? {};
      expect(JSON.stringify(limits)).toContain('io.k8s.apimachinery.pkg.api.resource.Quantity');
    });

    it('gives the older OpenAPI document as protobuf to kubectl', async () => {
      const accept = 'application/com.github.proto-openapi.spec.v2@v1.0+protobuf';
      const { status, headers } = await client.get('/openapi/v2', { accept });
      expect([status, headers['content-type']]).toEqual([
        200,
        'application/com.github.proto-openapi.spec.v2.v1.0+protobuf',
      ]);
    });
  });

  describe('reviews', () => {
    let client: ApiClient;
    beforeAll(() => {
      client = new ApiClient(target());
    });
    afterAll(() => client.close());

    it('say what the caller may do', async () => {
      const resourceAttributes = { namespace: 'default', verb: 'delete', resource: 'pods' };
      const { status, body } = await client.post('/apis/authorization.k8s.io/v1/selfsubjectaccessreviews', {
        spec: { resourceAttributes },
      });
      expect([status, body['status']?.['allowed']]).toEqual([201, true]);
    });

    it('say what another may do, by the roles that are bound', async () => {
      const roles = '/apis/rbac.authorization.k8s.io/v1';
      await client.post(`${roles}/clusterroles`, {
        metadata: { name: 'suite-evictor' },
        rules: [{ apiGroups: [''], resources: ['pods/eviction'], verbs: ['create'] }],
      });
      await client.post(`${roles}/clusterrolebindings`, {
        metadata: { name: 'suite-evictor' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'suite-evictor' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'evictors' }],
      });
      const ask = async (resource: string, subresource: string, verb: string) => {
        const resourceAttributes = { namespace: 'default', verb, resource, subresource };
        const spec = { user: 'someone', groups: ['evictors'], resourceAttributes };
        const path = '/apis/authorization.k8s.io/v1/subjectaccessreviews';
        // A real server sees a new binding a moment later.
        let answer = await client.post(path, { spec });
        for (let tries = 0; tries < 20 && subresource && !answer.body['status']?.['allowed']; tries++) {
          await client.target.pause();
          answer = await client.post(path, { spec });
        }
        return answer.body['status']?.['allowed'];
      };
      expect(await ask('pods', 'eviction', 'create')).toBe(true);
      expect(await ask('pods', '', 'delete')).toBe(false);
    });

    it('say who the caller is', async () => {
      const { body } = await client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {});
      expect(body['status']?.['userInfo']?.['groups']).toEqual(
        expect.arrayContaining(['system:authenticated', 'system:masters']),
      );
    });
  });
}
