import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, type Json, merge, type Target } from '../target.ts';

const maps = '/api/v1/namespaces/suite-lists/configmaps';
const ours = 'labelSelector=suite';

function names(body: Json): string[] {
  const items = body['items'] as unknown as { metadata: { name: string } }[];
  return items.map(({ metadata }) => metadata.name);
}

/** Lists, selectors, pages, representations and watches. */
export function describeLists(target: () => Target): void {
  let client: ApiClient;
  beforeAll(async () => {
    client = new ApiClient(target());
    await client.post('/api/v1/namespaces', { metadata: { name: 'suite-lists' } });
    const labels = [
      { suite: 'x', tier: 'web', n: '1' },
      { suite: 'x', tier: 'db', n: '2' },
      { suite: 'x', n: '3' },
    ];
    for (const [at, label] of labels.entries())
      await client.post(maps, { metadata: { name: `map-${at}`, labels: label } });
  });
  afterAll(() => client.close());

  describe('lists', () => {
    it.each([
      ['tier=web', ['map-0']],
      ['tier==web', ['map-0']],
      ['tier!=web,suite', ['map-1', 'map-2']],
      ['tier in (web, db)', ['map-0', 'map-1']],
      ['suite,tier notin (web)', ['map-1', 'map-2']],
      ['suite,!tier', ['map-2']],
      ['n>1', ['map-1', 'map-2']],
      ['suite=x,tier', ['map-0', 'map-1']],
    ])('select by the labels %s', async (selector, expected) => {
      const { body } = await client.get(`${maps}?labelSelector=${encodeURIComponent(selector)}`);
      expect(names(body)).toEqual(expected);
    });

    it.each([
      ['metadata.name=map-1', ['map-1']],
      ['metadata.name!=map-1', ['map-0', 'map-2']],
      ['metadata.namespace=elsewhere', []],
    ])('select by the fields %s', async (selector, expected) => {
      const { body } = await client.get(`${maps}?${ours}&fieldSelector=${encodeURIComponent(selector)}`);
      expect(names(body)).toEqual(expected);
    });

    it.each([
      ['/api/v1/pods', 'spec.containers', 'field label not supported: spec.containers'],
      ['/api/v1/nodes', 'status.phase', 'field label not supported: status.phase'],
      [
        '/apis/apps/v1/deployments',
        'spec.replicas',
        '"spec.replicas" is not a known field selector: only "metadata.name", "metadata.namespace"',
      ],
    ])('of %s refuse the field %s', async (path, field, message) => {
      const { status, body } = await client.get(`${path}?fieldSelector=${field}%3D1`);
      expect([status, body['message']]).toEqual([400, message]);
    });

    it('refuse a label selector that cannot be read', async () => {
      expect((await client.get(`${maps}?labelSelector=${encodeURIComponent('a in b')}`)).status).toBe(400);
    });

    it('come in pages that show one moment', async () => {
      const first = await client.get(`${maps}?limit=2`);
      const more = first.body['metadata']?.['continue'] as unknown as string;
      const before = names(first.body);
      await client.post(maps, { metadata: { name: 'zz-late' } });
      const rest = await client.get(`${maps}?limit=100&continue=${encodeURIComponent(more)}`);
      await client.delete(`${maps}/zz-late`);
      expect(before).toHaveLength(2);
      expect(first.body['metadata']?.['remainingItemCount']).toEqual(expect.any(Number));
      expect(names(rest.body)).not.toContain('zz-late');
      expect(rest.body['metadata']?.['resourceVersion']).toBe(first.body['metadata']?.['resourceVersion']);
      expect([...before, ...names(rest.body)]).toEqual(expect.arrayContaining(['map-0', 'map-1', 'map-2']));
    });

    it('refuse a continue token that is none', async () => {
      expect((await client.get(`${maps}?limit=1&continue=nonsense`)).status).toBe(400);
    });

    it('refuse a version that is not reached yet', async () => {
      const { status, body } = await client.get(`${maps}?resourceVersion=99999999999`);
      expect([status, body['reason']]).toEqual([504, 'Timeout']);
    });

    it('are tables for kubectl', async () => {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json';
      const { body } = await client.get(`${maps}?${ours}`, { accept });
      expect(body['kind']).toBe('Table');
      const columns = body['columnDefinitions'] as unknown as { name: string }[];
      expect(columns.map(({ name }) => name)).toEqual(['Name', 'Data', 'Age']);
      const rows = body['rows'] as unknown as { cells: unknown[]; object: object }[];
      expect(rows[0]?.cells.slice(0, 2)).toEqual(['map-0', 0]);
      expect(rows[0]?.object).toMatchObject({ kind: 'PartialObjectMetadata', metadata: { name: 'map-0' } });
    });

    it('are tables of cells alone for those who want no objects', async () => {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const { body } = await client.get(`${maps}?${ours}&includeObject=None`, { accept });
      expect(body['rows']).toMatchObject([{ object: null }, { object: null }, { object: null }]);
    });

    it('of Deployments have columns of the types that the server says', async () => {
      const accept = 'application/json;as=Table;v=v1;g=meta.k8s.io';
      const { body } = await client.get('/apis/apps/v1/namespaces/suite-lists/deployments', { accept });
      const columns = body['columnDefinitions'] as unknown as { name: string; type: string }[];
      expect(columns.map(({ name, type }) => `${name}: ${type}`)).toEqual(
        ['Name', 'Ready', 'Up-to-date', 'Available', 'Age', 'Containers', 'Images', 'Selector'].map(
          (x) => `${x}: string`,
        ),
      );
    });

    it('refuse a limit that is no number', async () => {
      const { status, body } = await client.get(`${maps}?limit=many`);
      expect([status, body['message']]).toEqual([400, 'strconv.ParseInt: parsing "many": invalid syntax']);
    });

    it('are metadata alone for those who ask for it', async () => {
      const accept = 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io';
      const { body } = await client.get(`${maps}?${ours}`, { accept });
      expect(body['kind']).toBe('PartialObjectMetadataList');
      expect(names(body)).toEqual(['map-0', 'map-1', 'map-2']);
    });

    it('answer 406 for what they cannot be', async () => {
      expect((await client.get(maps, { accept: 'text/html' })).status).toBe(406);
    });

    it('delete all that is selected', async () => {
      for (const name of ['gone-1', 'gone-2']) await client.post(maps, { metadata: { name, labels: { gone: 'yes' } } });
      expect((await client.delete(`${maps}?labelSelector=gone`)).status).toBe(200);
      expect(names((await client.get(`${maps}?labelSelector=gone`)).body)).toEqual([]);
      expect(names((await client.get(`${maps}?${ours}`)).body)).toHaveLength(3);
    });
  });

  describe('watches', () => {
    it('tell what has happened since a version', async () => {
      const { body } = await client.get(maps);
      const version = body['metadata']?.['resourceVersion'] as unknown as string;
      await client.post(maps, { metadata: { name: 'seen' } });
      await client.patch(`${maps}/seen`, merge, { data: { a: '1' } });
      await client.delete(`${maps}/seen`);
      const events = await client.watch(`${maps}?watch=true&resourceVersion=${version}`, 3);
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'MODIFIED', 'DELETED']);
      expect(events[0]?.['object']).toMatchObject({ kind: 'ConfigMap', apiVersion: 'v1', metadata: { name: 'seen' } });
    });

    it('begin with what there is when no version is named', async () => {
      const events = await client.watch(`${maps}?watch=true&${ours}`, 3);
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'ADDED', 'ADDED']);
    });

    it('see an object come and go as it begins and ceases to match', async () => {
      await client.post(maps, { metadata: { name: 'changing' } });
      const { body } = await client.get(maps);
      const version = body['metadata']?.['resourceVersion'] as unknown as string;
      await client.patch(`${maps}/changing`, merge, { metadata: { labels: { shown: 'yes' } } });
      await client.patch(`${maps}/changing`, merge, { metadata: { labels: { shown: null } } });
      await client.delete(`${maps}/changing`);
      const events = await client.watch(`${maps}?watch=true&labelSelector=shown&resourceVersion=${version}`, 2);
      expect(events.map(({ type }) => type)).toEqual(['ADDED', 'DELETED']);
    });

    it('mark the end of initial events with a bookmark', async () => {
      const query = 'watch=true&sendInitialEvents=true&resourceVersionMatch=NotOlderThan&allowWatchBookmarks=true';
      const events = await client.watch(`${maps}?${query}&${ours}`, 4);
      expect(events[3]).toMatchObject({
        type: 'BOOKMARK',
        object: { metadata: { annotations: { 'k8s.io/initial-events-end': 'true' } } },
      });
    });
  });
}
