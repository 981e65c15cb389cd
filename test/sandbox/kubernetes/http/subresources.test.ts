import { beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, node, withCluster } from '../sandbox-cluster.ts';
import { type Answer, strategic } from '../target.ts';

const target = withCluster();
const pods = '/api/v1/namespaces/default/pods';
const accounts = '/api/v1/namespaces/default/serviceaccounts';
const spec = { containers: [{ name: 'main', image: 'app:1' }] };
const stored = (name: string) => target().cluster.store.get('pods', 'default', name);

beforeAll(async () => {
  target().cluster.addNode(node('worker'));
  const { client } = target();
  await eventually(target(), 'the namespace is furnished', () =>
    Boolean(target().cluster.store.get('serviceaccounts', 'default', 'default')),
  );
  await client.post(pods, { metadata: { name: 'web' }, spec });
  await eventually(target(), 'the pod runs', () => stored('web')?.status.phase === 'Running');
});

describe('what needs a container that runs', () => {
  it.each([
    ['log', 'the pod "web" has no log'],
    ['exec', 'no command can run in the pod "web"'],
    ['attach', 'there is nothing to attach to in the pod "web"'],
    ['portforward', 'nothing listens in the pod "web"'],
    ['proxy', 'nothing behind "web" answers requests'],
  ])('is refused for %s in one sentence', async (subresource, why) => {
    const { status, body } = await target().client.get(`${pods}/web/${subresource}`);
    expect([status, body['message']]).toEqual([501, `the sandbox runs no containers, so ${why}`]);
  });

  it('answers 404 for a pod that is not there', async () => {
    expect((await target().client.get(`${pods}/none/exec`)).body['message']).toBe('pods "none" not found');
  });
});

describe('a debug container', () => {
  const patch = (containers: readonly object[]) =>
    target().client.patch(`${pods}/web/ephemeralcontainers`, strategic, { spec: { ephemeralContainers: containers } });

  it('is added to a running pod, started, and changes nothing else', async () => {
    const before = stored('web');
    const { status, body } = await patch([{ name: 'debugger', image: 'busybox' }]);
    expect([status, body['metadata']?.['generation']]).toEqual([200, 2]);
    const [state] = stored('web')?.status.ephemeralContainerStatuses ?? [];
    expect(state).toMatchObject({ name: 'debugger', state: { running: {} } });
    expect(stored('web')?.spec.containers).toEqual(before?.spec.containers);
    expect(stored('web')?.status.conditions).toEqual(before?.status.conditions);
  });

  it('cannot be changed, and cannot be added by a plain update', async () => {
    const changed = await patch([{ name: 'debugger', image: 'other' }]);
    expect([changed.status, changed.body['message']]).toEqual([
      422,
      expect.stringContaining('existing ephemeral containers "debugger" may not be changed'),
    ]);
    const more = [{ name: 'more', image: 'busybox' }];
    const plain = await target().client.patch(`${pods}/web`, strategic, { spec: { ephemeralContainers: more } });
    expect(plain.status).toBe(422);
  });
});

describe('a token of a service account', () => {
  const ask = (spec: object = {}) => target().client.post(`${accounts}/default/token`, { spec });
  const tokenOf = ({ body }: Answer) => body['status']?.['token'] as unknown as string;
  const whoAmI = async (token: string) =>
    target().client.post('/apis/authentication.k8s.io/v1/selfsubjectreviews', {}, { token });

  it('lets in as that account', async () => {
    const answer = await ask();
    const { status, body } = answer;
    expect([status, body['kind'], body['spec']?.['expirationSeconds']]).toEqual([201, 'TokenRequest', 3600]);
    const me = await whoAmI(tokenOf(answer));
    expect(me.body['status']?.['userInfo']).toMatchObject({
      username: 'system:serviceaccount:default:default',
      groups: ['system:serviceaccounts', 'system:serviceaccounts:default', 'system:authenticated'],
    });
  });

  it('ends with its time', async () => {
    const token = tokenOf(await ask({ expirationSeconds: 600 }));
    await target().clock.letPass(599_000);
    expect((await whoAmI(token)).status).toBe(201);
    await target().clock.letPass(2000);
    expect((await whoAmI(token)).status).toBe(401);
  });

  it('ends with the pod that it is bound to', async () => {
    const { client } = target();
    await client.post(pods, { metadata: { name: 'bound' }, spec });
    const boundObjectRef = { apiVersion: 'v1', kind: 'Pod', name: 'bound' };
    const token = tokenOf(await ask({ boundObjectRef }));
    expect((await whoAmI(token)).status).toBe(201);
    await client.delete(`${pods}/bound`, { gracePeriodSeconds: 0 });
    await eventually(target(), 'the pod is gone', () => !stored('bound'));
    expect((await whoAmI(token)).status).toBe(401);
  });

  it('is refused for another audience and with another signature', async () => {
    const other = tokenOf(await ask({ audiences: ['vault'] }));
    const [head, payload] = tokenOf(await ask()).split('.');
    expect((await whoAmI(other)).status).toBe(401);
    expect((await whoAmI(`${head}.${payload}.${'A'.repeat(43)}`)).status).toBe(401);
  });

  it.each([
    [{ expirationSeconds: 1 }, 422, 'may not specify a duration less than 10 minutes'],
    [{ boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'none' } }, 404, 'pods "none" not found'],
    [{ boundObjectRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'web' } }, 400, 'cannot bind token'],
  ])('is refused with %j', async (spec, code, words) => {
    const { status, body } = await ask(spec);
    expect([status, body['message']]).toEqual([code, expect.stringContaining(words)]);
  });
});
