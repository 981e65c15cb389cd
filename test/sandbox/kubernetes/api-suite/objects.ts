import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Target } from '../target.ts';

const maps = '/api/v1/namespaces/suite-objects/configmaps';

function configMap(name: string, more: object = {}): object {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name }, ...more };
}

/** How objects are created, replaced and deleted, and what is refused. */
export function describeObjects(target: () => Target): void {
  describe('objects', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: 'suite-objects' } });
    });
    afterAll(() => client.close());

    it('are created with a UID, a resourceVersion and a creation time', async () => {
      const { status, body } = await client.post(maps, configMap('made', { data: { a: 'b' } }));
      expect(status).toBe(201);
      expect(body['metadata']).toMatchObject({
        name: 'made',
        namespace: 'suite-objects',
        uid: expect.stringMatching(/^[0-9a-f-]{36}$/),
        resourceVersion: expect.stringMatching(/^[0-9]+$/),
        creationTimestamp: expect.stringMatching(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/),
      });
    });

    it('get a name from generateName', async () => {
      const { body } = await client.post(maps, { metadata: { generateName: 'part-' } });
      expect(body['metadata']?.['name']).toMatch(/^part-[a-z0-9]{5}$/);
    });

    it('answer 409 AlreadyExists when the name is taken', async () => {
      await client.post(maps, configMap('twice'));
      const { status, body } = await client.post(maps, configMap('twice'));
      expect(status).toBe(409);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Failure',
        reason: 'AlreadyExists',
        message: 'configmaps "twice" already exists',
      });
    });

    it('answer 404 in the words of the server', async () => {
      const { status, body } = await client.get(`${maps}/absent`);
      expect(status).toBe(404);
      expect(body).toEqual({
        kind: 'Status',
        apiVersion: 'v1',
        metadata: {},
        status: 'Failure',
        message: 'configmaps "absent" not found',
        reason: 'NotFound',
        details: { name: 'absent', kind: 'configmaps' },
        code: 404,
      });
    });

    it('name the group in messages about other groups', async () => {
      const { body } = await client.get('/apis/apps/v1/namespaces/suite-objects/deployments/absent');
      expect(body['message']).toBe('deployments.apps "absent" not found');
    });

    it('cannot be created in a namespace that does not exist', async () => {
      const { status, body } = await client.post('/api/v1/namespaces/nowhere/configmaps', configMap('lost'));
      expect(status).toBe(404);
      expect(body['message']).toBe('namespaces "nowhere" not found');
    });

    it('answer 422 with a cause for a name that is none', async () => {
      const { status, body } = await client.post(maps, configMap('Not_A_Name'));
      expect(status).toBe(422);
      expect(body).toMatchObject({
        reason: 'Invalid',
        details: { kind: 'ConfigMap', causes: [{ reason: 'FieldValueInvalid', field: 'metadata.name' }] },
      });
    });

    it('answer 422 with the patterns that the key and the value of a label must match', async () => {
      const { status, body } = await client.post(maps, { metadata: { name: 'labelled', labels: { 'a b': '!' } } });
      expect([status, body['details']?.['causes']]).toMatchObject([
        422,
        [
          { message: expect.stringContaining("'([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')") },
          { message: expect.stringContaining("'(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')") },
        ],
      ]);
    });

    it('answer 400 when the body names another namespace or kind', async () => {
      const elsewhere = await client.post(maps, { metadata: { name: 'x', namespace: 'default' } });
      const other = await client.post(maps, { apiVersion: 'apps/v1', kind: 'ConfigMap', metadata: { name: 'x' } });
      expect([elsewhere.status, other.status]).toEqual([400, 400]);
    });

    it('are replaced only at the version that was read', async () => {
      const { body } = await client.post(maps, configMap('versioned', { data: { n: '1' } }));
      const path = `${maps}/versioned`;
      const first = await client.put(path, { ...body, data: { n: '2' } });
      const second = await client.put(path, { ...body, data: { n: '3' } });
      expect([first.status, second.status]).toEqual([200, 409]);
      expect(second.body).toMatchObject({
        reason: 'Conflict',
        message:
          'Operation cannot be fulfilled on configmaps "versioned": the object has been modified; please apply your changes ' +
          'to the latest version and try again',
      });
    });

    it('keep their version when an update changes nothing', async () => {
      const { body } = await client.post(maps, configMap('same', { data: { n: '1' } }));
      const again = await client.put(`${maps}/same`, body);
      expect(again.body['metadata']?.['resourceVersion']).toBe(body['metadata']?.['resourceVersion']);
    });

    it('are not replaced under another name, nor with another UID', async () => {
      const { body } = await client.post(maps, configMap('named'));
      const renamed = await client.put(`${maps}/named`, configMap('other'));
      const other = { ...body, metadata: { name: 'named', uid: '00000000-0000-4000-8000-000000000000' } };
      const replaced = await client.put(`${maps}/named`, other);
      expect([renamed.status, replaced.status]).toEqual([400, 409]);
    });

    it.each([
      { preconditions: { uid: '00000000-0000-4000-8000-000000000000' }, words: 'the UID in the precondition' },
      { preconditions: { resourceVersion: '1' }, words: 'the ResourceVersion in the precondition' },
    ])('stay when a delete comes with $preconditions', async ({ preconditions, words }) => {
      await client.post(maps, configMap('guarded'));
      const { status, body } = await client.delete(`${maps}/guarded`, { preconditions });
      expect(status).toBe(409);
      expect(body['message']).toContain(words);
      expect((await client.get(`${maps}/guarded`)).status).toBe(200);
    });

    it('answer a delete with a Status that names them', async () => {
      const { body: made } = await client.post(maps, configMap('leaving'));
      const { status, body } = await client.delete(`${maps}/leaving`);
      expect(status).toBe(200);
      expect(body).toMatchObject({
        kind: 'Status',
        status: 'Success',
        details: { name: 'leaving', kind: 'configmaps' },
      });
      expect(body['details']?.['uid']).toBe(made['metadata']?.['uid']);
      expect((await client.get(`${maps}/leaving`)).status).toBe(404);
    });

    it('wait for their finalizers, and go with the last of them', async () => {
      await client.post(maps, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      const { body } = await client.delete(`${maps}/held`);
      expect(body['metadata']).toMatchObject({
        deletionTimestamp: expect.any(String),
        finalizers: ['example.com/hold'],
      });
      await client.patch(`${maps}/held`, 'application/merge-patch+json', { metadata: { finalizers: null } });
      expect((await client.get(`${maps}/held`)).status).toBe(404);
    });

    it('are not written by a dry run', async () => {
      const created = await client.post(`${maps}?dryRun=All`, configMap('ghost'));
      expect(created.status).toBe(201);
      expect(created.body['metadata']).not.toHaveProperty('resourceVersion');
      expect((await client.get(`${maps}/ghost`)).status).toBe(404);
      await client.post(maps, configMap('real', { data: { n: '1' } }));
      const patched = await client.patch(`${maps}/real?dryRun=All`, 'application/merge-patch+json', {
        data: { n: '2' },
      });
      expect(patched.body['data']).toEqual({ n: '2' });
      await client.delete(`${maps}/real?dryRun=All`);
      expect((await client.get(`${maps}/real`)).body['data']).toEqual({ n: '1' });
      expect((await client.post(`${maps}?dryRun=Some`, configMap('x'))).status).toBe(422);
    });

    it('drop unknown fields with a warning, or are refused when validation is strict', async () => {
      const strange = configMap('strange', { datum: 1 });
      const warned = await client.post(`${maps}?fieldValidation=Warn`, strange);
      expect(warned.status).toBe(201);
      expect(warned.headers['warning']).toContain('unknown field');
      expect(warned.body['datum']).toBeUndefined();
      const strict = await client.post(`${maps}?fieldValidation=Strict`, configMap('stranger', { datum: 1 }));
      expect(strict.status).toBe(400);
      expect(strict.body['message']).toContain('strict decoding error: unknown field "datum"');
    });

    it('answer 422 when validation is of a kind that there is not', async () => {
      const { status, body } = await client.post(`${maps}?fieldValidation=Some`, configMap('unsure'));
      expect([status, body['details']?.['kind']]).toEqual([422, 'CreateOptions']);
      expect(body['message']).toBe(
        'CreateOptions.meta.k8s.io "" is invalid: fieldValidation: Unsupported value: "Some": supported values: "", ' +
          '"Ignore", "Strict", "Warn"',
      );
    });

    it.each([
      ['PUT', maps],
      ['PATCH', maps],
      ['POST', `${maps}/made`],
      ['POST', '/api/v1/configmaps'],
      ['DELETE', '/api/v1/namespaces'],
      ['GET', '/api/v1/namespaces/suite-objects/pods/x/eviction'],
    ])('answer 405 to %s of %s', async (method, path) => {
      const { status, body } = await client.call(method, path, method === 'GET' ? {} : { body: {} });
      expect(status).toBe(405);
      expect(body).toMatchObject({
        reason: 'MethodNotAllowed',
        message: 'the server does not allow this method on the requested resource',
        details: {},
      });
    });

    it('are refused when a field has the wrong type', async () => {
      const { status } = await client.post(maps, configMap('wrong', { data: 'text' }));
      expect(status).toBe(400);
    });

    it('of unknown kinds are 404: a Status in a known group, plain text elsewhere', async () => {
      const known = await client.get('/api/v1/namespaces/default/gadgets');
      const unknown = await client.get('/apis/example.com/v1/gadgets');
      expect(known.body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' });
      expect([unknown.status, unknown.text]).toEqual([404, '404 page not found\n']);
    });

    it('keep the namespaces that every cluster has', async () => {
      const { status, body } = await client.delete('/api/v1/namespaces/default');
      expect([status, body['message']]).toEqual([
        403,
        'namespaces "default" is forbidden: this namespace may not be deleted',
      ]);
    });

    it('empty a namespace before it goes, and cannot be created in it meanwhile', async () => {
      await client.post('/api/v1/namespaces', { metadata: { name: 'suite-leaving' } });
      const path = '/api/v1/namespaces/suite-leaving/configmaps';
      await client.post(path, { metadata: { name: 'held', finalizers: ['example.com/hold'] } });
      await client.delete('/api/v1/namespaces/suite-leaving');
      const { status, body } = await client.post(path, configMap('late'));
      expect(status).toBe(403);
      expect(body['details']?.['causes']).toMatchObject([{ reason: 'NamespaceTerminating' }]);
      await client.patch(`${path}/held`, 'application/merge-patch+json', { metadata: { finalizers: null } });
      const gone = await client.until('/api/v1/namespaces/suite-leaving', (answer) => answer.status === 404);
      expect(gone.body['message']).toBe('namespaces "suite-leaving" not found');
    });
  });
}
