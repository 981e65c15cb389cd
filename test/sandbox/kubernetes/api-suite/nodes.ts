import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient, json, merge, strategic, type Target } from '../target.ts';

const nodes = '/api/v1/nodes';

interface Taint {
  readonly key: string;
  readonly effect: string;
}

const taintsOf = ({ body }: Answer) => ((body['spec']?.['taints'] ?? []) as unknown as Taint[]).map(({ key }) => key);
const specOf = ({ body }: Answer) => (body['spec'] ?? {}) as unknown as Record<string, unknown>;

/** Nodes, and what the cluster does about them. */
export function describeNodes(target: () => Target): void {
  describe('nodes', () => {
    let client: ApiClient;
    const path = `${nodes}/suite-node`;
    beforeAll(async () => {
      client = new ApiClient(target());
      await target().addNode('suite-node');
    });
    afterAll(async () => {
      await target().removeNode('suite-node');
      client.close();
    });

    it('become Ready after they have registered, and lose the taint that held pods back', async () => {
      const ready = await client.until(path, (answer) => {
        const conditions = (answer.body['status']?.['conditions'] ?? []) as unknown as {
          type: string;
          status: string;
        }[];
        const isReady = conditions.some(({ type, status }) => type === 'Ready' && status === 'True');
        return isReady && !taintsOf(answer).includes('node.kubernetes.io/not-ready');
      });
      expect(specOf(ready)['providerID']).toMatch(/^aws:\/\/\/us-east-1a\/i-/);
      expect(ready.body['metadata']?.['labels']).toMatchObject({ 'kubernetes.io/hostname': 'suite-node' });
    });

    it('carry the taint of a cordon while they are cordoned, and no trace of it afterwards', async () => {
      expect((await client.patch(path, strategic, { spec: { unschedulable: true } })).status).toBe(200);
      await client.until(path, (answer) => taintsOf(answer).includes('node.kubernetes.io/unschedulable'));
      const answer = await client.patch(path, merge, { spec: { unschedulable: false } });
      expect(specOf(answer)).not.toHaveProperty('unschedulable');
      const back = await client.until(path, (found) => !taintsOf(found).includes('node.kubernetes.io/unschedulable'));
      expect(specOf(back)).not.toHaveProperty('unschedulable');
    });

    it('take a list of taints for the whole list, in every type of patch, and drop an empty one', async () => {
      const taint = (key: string) => ({ key, value: 'x', effect: 'PreferNoSchedule' });
      await client.patch(path, merge, { spec: { taints: [taint('theirs')] } });
      expect(taintsOf(await client.patch(path, strategic, { spec: { taints: [taint('ours')] } }))).toEqual(['ours']);
      const none = await client.patch(path, merge, { spec: { taints: [] } });
      expect(specOf(none)).not.toHaveProperty('taints');
    });

    it('lose labels and annotations that are set to null', async () => {
      await client.patch(path, merge, { metadata: { labels: { own: 'x' }, annotations: { own: 'x' } } });
      const { body } = await client.patch(path, merge, {
        metadata: { labels: { own: null }, annotations: { own: null } },
      });
      expect(body['metadata']?.['labels']).not.toHaveProperty('own');
      expect(body['metadata']?.['annotations'] ?? {}).not.toHaveProperty('own');
    });

    it('are changed at the version that was read and at no other', async () => {
      const { body } = await client.get(path);
      const resourceVersion = body['metadata']?.['resourceVersion'];
      const change = (value: string) => ({ metadata: { resourceVersion, annotations: { seen: value } } });
      expect((await client.patch(path, merge, change('first'))).status).toBe(200);
      const late = await client.patch(path, merge, change('second'));
      expect([late.status, late.body['reason']]).toEqual([409, 'Conflict']);
    });

    it('are changed by a JSON patch when its test holds', async () => {
      const { body } = await client.get(path);
      const uid = body['metadata']?.['uid'];
      const patch = (value: unknown) => [
        { op: 'test', path: '/metadata/uid', value },
        { op: 'add', path: '/metadata/annotations/tested', value: 'yes' },
      ];
      expect((await client.patch(path, json, patch('other'))).status).toBe(422);
      expect((await client.patch(path, json, patch(uid))).status).toBe(200);
    });

    it('answer 422 to a patch of another UID, and 409 to an update of one', async () => {
      const { body } = await client.get(path);
      const metadata = { uid: '00000000-0000-4000-8000-000000000000' };
      const patched = await client.patch(path, merge, { metadata });
      expect([patched.status, patched.body['details']?.['causes']]).toMatchObject([
        422,
        [{ field: 'metadata.uid' }, { field: 'metadata.uid' }],
      ]);
      expect(patched.body['message']).toContain('field is immutable');
      const updated = await client.put(path, { ...body, metadata: { name: 'suite-node', ...metadata } });
      expect(updated.status).toBe(409);
    });

    it.each([
      [{ key: 'k', effect: 'Sometimes' }, 'metadata.taints[0].effect: Unsupported value: "Sometimes"'],
      [{ key: '', effect: 'NoSchedule' }, 'metadata.taints[0].key: Invalid value: "": name part must be non-empty'],
      [{ key: 'a b', effect: 'NoSchedule' }, 'metadata.taints[0].key: Invalid value: "a b": name part must consist of'],
      [
        { key: 'k', value: 'a b', effect: 'NoSchedule' },
        'metadata.taints[0].value: Invalid value: "a b": a valid label',
      ],
      [{ key: 'k' }, 'metadata.taints[0].effect: Required value'],
    ])('say what is wrong with the taint %j', async (taint, words) => {
      const { status, body } = await client.patch(path, merge, { spec: { taints: [taint] } });
      expect([status, body['message']]).toEqual([422, expect.stringContaining(words)]);
    });

    it('say which taint is there twice', async () => {
      const twice = { key: 'k', effect: 'NoSchedule' };
      const { body } = await client.patch(path, merge, { spec: { taints: [twice, twice] } });
      expect(body['message']).toBe(
        'Node "suite-node" is invalid: metadata.taints[1]: Duplicate value: ' +
          '{"Key":"k","Value":"","Effect":"NoSchedule","TimeAdded":null}: taints must be unique by key and effect pair',
      );
    });

    it('are refused with a taint that has no effect, or with one twice', async () => {
      const wrong = await client.patch(path, merge, { spec: { taints: [{ key: 'k', effect: 'Sometimes' }] } });
      const twice = { key: 'k', effect: 'NoSchedule' };
      const double = await client.patch(path, merge, { spec: { taints: [twice, twice] } });
      expect([wrong.status, double.status]).toEqual([422, 422]);
    });

    it('are found by name in a list', async () => {
      const { body } = await client.get(`${nodes}?fieldSelector=metadata.name%3Dsuite-node`);
      expect(body['items']).toHaveLength(1);
    });
  });
}
