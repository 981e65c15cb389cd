import { afterEach, describe, expect, it } from '@jest/globals';
import { withCluster } from '../sandbox-cluster.ts';

const target = withCluster();

afterEach(() => {
  target().cluster.faults.length = 0;
});

describe('an injected fault', () => {
  it('answers in place of the server as often as it says', async () => {
    const { cluster, client } = target();
    const causes = [{ reason: 'DisruptionBudget', message: 'busy' }];
    cluster.faults.push({
      match: { verb: 'list', resource: 'pods' },
      answer: { status: 429, reason: 'TooManyRequests', retryAfterSeconds: 3, causes },
      times: 1,
    });
    const first = await client.get('/api/v1/pods');
    const second = await client.get('/api/v1/pods');
    expect([first.status, first.headers['retry-after'], second.status]).toEqual([429, '3', 200]);
    expect(first.body['details']?.['causes']).toEqual(causes);
  });

  it('meets only what it matches', async () => {
    const { cluster, client } = target();
    cluster.faults.push({ match: { user: 'masters', subresource: 'eviction' }, answer: { status: 500 } });
    const body = { metadata: { name: 'x' } };
    const path = '/api/v1/namespaces/default/pods/x/eviction';
    expect((await client.post(path, body, { token: 'masters' })).status).toBe(500);
    expect((await client.post(path, body)).status).toBe(404);
    expect((await client.get('/api/v1/pods', { token: 'masters' })).status).toBe(200);
  });

  it('can reset the connection', async () => {
    const { cluster, client } = target();
    cluster.faults.push({ match: { resource: 'nodes' }, answer: 'reset', times: 1 });
    await expect(client.get('/api/v1/nodes')).rejects.toMatchObject({ code: 'ECONNRESET' });
    expect((await client.get('/api/v1/nodes')).status).toBe(200);
  });

  it('can hang without holding the clock', async () => {
    const { cluster, client, clock } = target();
    cluster.faults.push({ match: { resource: 'nodes' }, answer: 'hang', times: 1 });
    const hanging = client.get('/api/v1/nodes').then(
      () => 'answered',
      () => 'hung up',
    );
    expect(await Promise.race([hanging, clock.letPass(60_000).then(() => 'still open')])).toBe('still open');
    client.close();
    expect(await hanging).toBe('hung up');
  });
});

describe('requests', () => {
  it('are counted by user, verb, resource and status', async () => {
    const { cluster, client } = target();
    cluster.resetRequests();
    await client.get('/api/v1/pods', { token: 'masters' });
    await client.get('/api/v1/pods', { token: 'masters' });
    await client.post('/api/v1/namespaces/default/pods/x/eviction', { metadata: { name: 'x' } }, { token: 'user-a' });
    expect(cluster.requests()).toEqual(
      expect.arrayContaining([
        { user: 'masters', verb: 'list', resource: 'pods', status: 200, count: 2 },
        { user: 'a', verb: 'create', resource: 'pods/eviction', status: 403, count: 1 },
      ]),
    );
  });
});

describe('a watch', () => {
  it('of a forgotten version ends with 410', async () => {
    const { cluster, client } = target();
    const { body } = await client.get('/api/v1/namespaces/default/configmaps');
    const version = body['metadata']?.['resourceVersion'] as unknown as string;
    cluster.apply([{ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'a' } }]);
    cluster.store.compact('configmaps');
    const events = await client.watch(`/api/v1/configmaps?watch=true&resourceVersion=${version}`, 1);
    expect(events).toMatchObject([{ type: 'ERROR', object: { code: 410, reason: 'Expired' } }]);
  });

  it('ends at its timeout on the clock, with a bookmark', async () => {
    const { client, clock } = target();
    const begun = clock.now();
    const path = '/api/v1/nodes?watch=true&allowWatchBookmarks=true&timeoutSeconds=30';
    const events = await clock.during(async () => await client.watch(path, 99));
    expect(events.map(({ type }) => type)).toEqual(['BOOKMARK']);
    expect(clock.now() - begun).toBeGreaterThanOrEqual(30_000);
  });
});

describe('a paged list', () => {
  it('cannot be continued after five minutes', async () => {
    const { client, clock } = target();
    const { body } = await client.get('/api/v1/namespaces?limit=1');
    const more = body['metadata']?.['continue'] as unknown as string;
    await clock.letPass(301_000);
    const { status, body: refused } = await client.get(`/api/v1/namespaces?limit=1&continue=${more}`);
    expect([status, refused['reason']]).toEqual([410, 'Expired']);
  });
});
