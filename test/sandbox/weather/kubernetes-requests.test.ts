import { afterEach, describe, expect, it } from '@jest/globals';
import { namedRandom } from '../../../sandbox/random.ts';
import type { KubernetesRefusal, Trouble } from '../../../sandbox/weather/contract.ts';
import {
  type KubernetesSpell,
  kubernetesSpells,
  kubernetesTrouble,
} from '../../../sandbox/weather/kubernetes-troubles.ts';
import { withCluster } from '../kubernetes/sandbox-cluster.ts';

let trouble: Trouble<KubernetesRefusal> | undefined;
let met: object[] = [];
let reached: () => void = () => undefined;
const target = withCluster({
  weather: (request) => {
    met.push(request);
    reached();
    const once = trouble;
    trouble = undefined;
    return once;
  },
});
afterEach(() => {
  met = [];
});

const user = { token: 'user-eve' };

/** Lets somebody make a config map while there is trouble; what is answered, and whether it was made. */
async function make(name: string, given: Trouble<KubernetesRefusal>, options = user) {
  const { client, cluster, clock } = target();
  const rights = { apiGroups: [''], resources: ['configmaps'], verbs: ['*'] };
  cluster.apply([
    { apiVersion: 'rbac.authorization.k8s.io/v1', kind: 'ClusterRole', metadata: { name: 'maker' }, rules: [rights] },
    {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'maker' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maker' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'eve' }],
    },
  ]);
  trouble = given;
  const body = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
  const answer = await clock.during(
    async () =>
      await client.post('/api/v1/namespaces/default/configmaps', body, options).then(
        ({ status, headers }) => [status, headers['retry-after']].join(' ').trim(),
        ({ code }: NodeJS.ErrnoException) => code,
      ),
  );
  trouble = undefined;
  return { answer, made: cluster.store.get('configmaps', 'default', name) !== undefined };
}

const busy = { status: 429, reason: 'TooManyRequests', message: 'later', retryAfterSeconds: 3 };

describe('a request that meets trouble', () => {
  it.each<[string, Trouble<KubernetesRefusal>, string, boolean]>([
    ['is refused', { kind: 'error', error: busy, moment: 'before' }, '429 3', false],
    [
      'is refused after it took effect',
      { kind: 'error', error: { ...busy, status: 504 }, moment: 'after' },
      '504 3',
      true,
    ],
    ['is answered with nothing', { kind: 'empty' }, '200', true],
    ['loses its connection before', { kind: 'reset', moment: 'before' }, 'ECONNRESET', false],
    ['loses its connection after', { kind: 'reset', moment: 'after' }, 'ECONNRESET', true],
  ])('%s', async (what, given, answer, made) => {
    expect(await make(what.replaceAll(' ', '-'), given)).toEqual({ answer, made });
  });

  it('is answered with an empty list when it asks for one', async () => {
    await make('listed', { kind: 'slow', milliseconds: 1 });
    const { client, clock } = target();
    trouble = { kind: 'empty' };
    const { status, body } = await clock.during(
      async () => await client.get('/api/v1/namespaces/default/configmaps', user),
    );
    expect([status, (body as { items?: unknown }).items]).toEqual([200, []]);
  });

  it('is answered later when the server is slow', async () => {
    const began = target().clock.now();
    expect(await make('late', { kind: 'slow', milliseconds: 9_000 })).toEqual({ answer: '201', made: true });
    expect(target().clock.now() - began).toBe(9_000);
  });

  it.each([
    ['before', false],
    ['after', true],
  ] as const)('is never answered, and nothing holds the clock: %s it took effect', async (moment, made) => {
    const { client, cluster, clock } = target();
    const name = `silent-${moment}`;
    const arrived = new Promise<void>((resolve) => {
      reached = resolve;
    });
    const asked = make(name, { kind: 'hang', moment });
    await arrived;
    await clock.letPass(60_000);
    client.close();
    expect(await asked).toEqual({ answer: 'ECONNRESET', made });
    expect(cluster.store.get('configmaps', 'default', name) !== undefined).toBe(made);
  });

  it('is not one of the masters of the cluster', async () => {
    const given = { kind: 'reset', moment: 'before' } as const;
    expect(await make('mine', given, { token: 'masters' })).toEqual({ answer: '201', made: true });
    expect(met).toEqual([]);
  });

  it('is refused by its rights first', async () => {
    const answer = await make('no-rights', { kind: 'error', error: busy, moment: 'before' }, { token: 'user-mallory' });
    expect(answer).toEqual({ answer: '403', made: false });
  });
});

describe('a spell', () => {
  const random = namedRandom(1, 'calls');
  const calls = (spell: KubernetesSpell, verb: string, continued = false) =>
    Array.from({ length: 200 }, () => kubernetesTrouble(spell, { verb, continued }, random));

  it.each<KubernetesSpell>(['webhook', 'conflicts'])('of %s is about writes only', (spell) => {
    expect(new Set(calls(spell, 'list'))).toEqual(new Set([undefined]));
    expect(calls(spell, 'patch')).not.toContain(undefined);
  });

  it.each(kubernetesSpells)('of %s hits a write', (spell) => {
    expect(calls(spell, 'patch')).not.toContain(undefined);
  });

  it('in which the server fails lets pages of a list expire', () => {
    const statuses = (continued: boolean) =>
      new Set(calls('failing', 'list', continued).map((each) => (each?.kind === 'error' ? each.error.status : 0)));
    expect(statuses(false)).toEqual(new Set([404, 500, 503, 504]));
    expect(statuses(true)).toEqual(new Set([404, 500, 503, 504, 410]));
  });

  it('in which the server is busy says after how long to come back, or does not', () => {
    const seconds = calls('busy', 'list').map((each) => each?.kind === 'error' && each.error.retryAfterSeconds);
    expect(seconds).toContain(undefined);
    expect(seconds.some((each) => Number(each) >= 1)).toBe(true);
  });
});
