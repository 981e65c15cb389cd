import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { ApiClient, apply, type Json, json, merge, strategic, type Target } from '../target.ts';

const deployments = '/apis/apps/v1/namespaces/suite-patches/deployments';

function deployment(name: string): object {
  const labels = { app: name };
  const containers = [
    {
      name: 'main',
      image: 'main:1',
      env: [
        { name: 'A', value: '1' },
        { name: 'B', value: '2' },
      ],
    },
    { name: 'side', image: 'side:1' },
  ];
  const tolerations = [{ key: 'one', operator: 'Exists' }];
  // No replicas: this suite is about objects, not pods.
  return {
    metadata: { name, labels: { a: '1' } },
    spec: {
      replicas: 0,
      selector: { matchLabels: labels },
      template: { metadata: { labels }, spec: { containers, tolerations } },
    },
  };
}

function podSpec(body: Json): Json | undefined {
  return body['spec']?.['template']?.['spec'];
}

function containers(body: Json): { name: string; image: string; env?: object[] }[] {
  return podSpec(body)?.['containers'] as unknown as { name: string; image: string; env?: object[] }[];
}

/** What each type of patch does to an object. */
export function describePatches(target: () => Target): void {
  describe('patches', () => {
    let client: ApiClient;
    let path: string;
    let number = 0;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: 'suite-patches' } });
    });
    afterAll(() => client.close());
    beforeEach(async () => {
      const name = `patched-${++number}`;
      path = `${deployments}/${name}`;
      await client.post(deployments, deployment(name));
    });

    it('of type merge replace lists and remove nulls', async () => {
      const { status, body } = await client.patch(path, merge, {
        metadata: { labels: { a: null, b: '2' } },
        spec: { template: { spec: { containers: [{ name: 'only', image: 'only:1' }] } } },
      });
      expect(status).toBe(200);
      expect(body['metadata']?.['labels']).toEqual({ b: '2' });
      expect(containers(body).map(({ name }) => name)).toEqual(['only']);
    });

    it('of type strategic merge containers and their variables by name', async () => {
      const patch = {
        spec: {
          template: { spec: { containers: [{ name: 'main', image: 'main:2', env: [{ name: 'B', value: '3' }] }] } },
        },
      };
      const { body } = await client.patch(path, strategic, patch);
      expect(containers(body).map(({ name, image }) => `${name}=${image}`)).toEqual(['main=main:2', 'side=side:1']);
      expect(containers(body)[0]?.env).toEqual([
        { name: 'A', value: '1' },
        { name: 'B', value: '3' },
      ]);
    });

    it('of type strategic delete an item by $patch and replace lists without a merge key', async () => {
      const spec = {
        containers: [{ name: 'side', $patch: 'delete' }],
        tolerations: [{ key: 'two', operator: 'Exists' }],
      };
      const { body } = await client.patch(path, strategic, { spec: { template: { spec } } });
      expect(containers(body).map(({ name }) => name)).toEqual(['main']);
      expect(podSpec(body)?.['tolerations']).toEqual([{ key: 'two', operator: 'Exists' }]);
    });

    it('of type strategic replace a map by $patch', async () => {
      const { body } = await client.patch(path, strategic, { metadata: { labels: { $patch: 'replace', z: '9' } } });
      expect(body['metadata']?.['labels']).toEqual({ z: '9' });
    });

    it('of type JSON add, replace and remove', async () => {
      const { status, body } = await client.patch(path, json, [
        { op: 'test', path: '/metadata/labels/a', value: '1' },
        { op: 'replace', path: '/spec/template/spec/containers/0/image', value: 'main:9' },
        { op: 'remove', path: '/metadata/labels/a' },
        { op: 'add', path: '/metadata/labels/example.com~1b', value: '2' },
      ]);
      expect(status).toBe(200);
      expect(body['metadata']?.['labels']).toEqual({ 'example.com/b': '2' });
      expect(containers(body)[0]?.image).toBe('main:9');
    });

    it.each([
      ['a test that fails', [{ op: 'test', path: '/metadata/labels/a', value: '2' }]],
      ['a path that is not there', [{ op: 'remove', path: '/metadata/labels/absent' }]],
      ['an operation without a path', [{ op: 'add', value: '1' }]],
      ['an operation that does not exist', [{ op: 'frob', path: '/metadata/labels/a' }]],
    ])('of type JSON answer 422 for %s', async (_what, patch) => {
      const { status, body } = await client.patch(path, json, patch);
      expect(status).toBe(422);
      expect(body).toMatchObject({
        reason: 'Invalid',
        message: 'the server rejected our request due to an error in our request',
      });
    });

    it.each(['application/json', 'text/plain', 'application/patch+json'])(
      'answer 415 for the type %s',
      async (type) => {
        const { status, body } = await client.patch(path, type, {});
        expect(status).toBe(415);
        expect(body['reason']).toBe('UnsupportedMediaType');
      },
    );

    it('answer 409 when they carry another resourceVersion, 422 when only the UID is another', async () => {
      // Nobody else writes to a ConfigMap, so its version stays as it was read.
      const maps = '/api/v1/namespaces/suite-patches/configmaps';
      const map = `${maps}/versioned`;
      const { body: live } = await client.post(maps, { metadata: { name: 'versioned' } });
      const uid = '00000000-0000-4000-8000-000000000000';
      for (const stale of [{ resourceVersion: '1' }, { uid, resourceVersion: '1' }]) {
        const { status, body } = await client.patch(map, merge, { metadata: { ...stale, labels: { c: '3' } } });
        expect(status).toBe(409);
        expect(body['message']).toContain('the object has been modified');
      }
      const { resourceVersion } = live['metadata'] as unknown as { resourceVersion: string };
      expect((await client.patch(map, merge, { metadata: { uid, resourceVersion } })).status).toBe(422);
      expect((await client.patch(map, merge, { metadata: { uid } })).status).toBe(422);
    });

    it('answer 422 with a cause when they change an immutable field', async () => {
      const { status, body } = await client.patch(path, merge, {
        spec: { selector: { matchLabels: { app: 'other' } } },
      });
      expect(status).toBe(422);
      expect(body['message']).toContain('field is immutable');
    });

    it('count the generation when the spec changes, not when metadata does', async () => {
      const labelled = await client.patch(path, merge, { metadata: { labels: { d: '4' } } });
      const changed = await client.patch(path, merge, { spec: { minReadySeconds: 5 } });
      expect([labelled.body['metadata']?.['generation'], changed.body['metadata']?.['generation']]).toEqual([1, 2]);
    });

    it('of the status leave the spec alone, and those of the spec leave the status', async () => {
      const { body } = await client.patch(`${path}/status`, merge, { spec: { minReadySeconds: 9 } });
      expect(body['spec']?.['minReadySeconds']).toBeUndefined();
      const budgets = '/apis/policy/v1/namespaces/suite-patches/poddisruptionbudgets';
      const made = await client.post(budgets, {
        metadata: { generateName: 'b-' },
        spec: { minAvailable: 1 },
        status: { disruptionsAllowed: 9 },
      });
      expect(made.body['status']?.['disruptionsAllowed']).toBe(0);
    });

    it('of the scale subresource change the replicas', async () => {
      const { status, body } = await client.patch(`${path}/scale`, merge, { spec: { replicas: 0 } });
      expect(status).toBe(200);
      expect(body).toMatchObject({ kind: 'Scale', apiVersion: 'autoscaling/v1' });
      expect(body['spec']).toEqual({});
      const negative = { spec: { replicas: -1 } };
      const words = 'is invalid: spec.replicas: Invalid value: -1: must be greater than or equal to 0';
      const name = path.slice(deployments.length + 1);
      const scaled = await client.patch(`${path}/scale`, merge, negative);
      expect([scaled.status, scaled.body['message']]).toEqual([422, `Scale.autoscaling "${name}" ${words}`]);
      const patched = await client.patch(path, merge, negative);
      expect([patched.status, patched.body['message']]).toEqual([422, `Deployment.apps "${name}" ${words}`]);
    });
  });

  describe('server-side apply', () => {
    let client: ApiClient;
    const path = '/api/v1/namespaces/suite-apply/configmaps';
    const configuration = (name: string, data: object) => ({
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name },
      data,
    });
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: 'suite-apply' } });
    });
    afterAll(() => client.close());

    it('creates what is not there and merges into what is', async () => {
      const created = await client.patch(
        `${path}/one?fieldManager=me`,
        apply,
        configuration('one', { a: '1', b: '2' }),
      );
      const again = await client.patch(`${path}/one?fieldManager=me`, apply, configuration('one', { a: '9', b: '2' }));
      expect([created.status, again.status]).toEqual([201, 200]);
      expect(again.body['data']).toEqual({ a: '9', b: '2' });
    });

    it('removes what its manager applied before and names no more', async () => {
      await client.patch(`${path}/two?fieldManager=me`, apply, configuration('two', { a: '1', b: '2' }));
      const { body } = await client.patch(`${path}/two?fieldManager=me`, apply, configuration('two', { a: '1' }));
      expect(body['data']).toEqual({ a: '1' });
    });

    it('refuses what another manager owns, unless it is forced', async () => {
      await client.patch(`${path}/three?fieldManager=first`, apply, configuration('three', { a: '1' }));
      const refused = await client.patch(
        `${path}/three?fieldManager=second`,
        apply,
        configuration('three', { a: '2' }),
      );
      expect(refused.status).toBe(409);
      expect(refused.body['details']?.['causes']).toMatchObject([{ reason: 'FieldManagerConflict', field: '.data.a' }]);
      const forced = await client.patch(
        `${path}/three?fieldManager=second&force=true`,
        apply,
        configuration('three', { a: '2' }),
      );
      expect(forced.body['data']).toEqual({ a: '2' });
    });

    it('wants a field manager', async () => {
      expect((await client.patch(`${path}/four`, apply, configuration('four', {}))).status).toBe(422);
    });
  });
}
