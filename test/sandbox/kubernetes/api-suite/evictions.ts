import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient, merge, type Target } from '../target.ts';

const root = '/api/v1/namespaces/suite-evictions/pods';
const budgets = '/apis/policy/v1/namespaces/suite-evictions/poddisruptionbudgets';

/** The answers of the eviction subresource. The pods have no node, so that their status is the suite's to set. */
export function describeEvictions(target: () => Target): void {
  describe('evictions', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: 'suite-evictions' } });
      await client.until('/api/v1/namespaces/suite-evictions/serviceaccounts/default', ({ status }) => status === 200);
    });
    afterAll(() => client.close());

    /** Ready pods by their app: what a budget is to have counted before it is asked. */
    const ready = new Map<string, number>();

    async function pod(
      name: string,
      app: string,
      state: 'ready' | 'unready' | 'Pending' | 'Succeeded',
    ): Promise<string> {
      const spec = { schedulerName: 'nobody', containers: [{ name: 'main', image: 'app:1' }] };
      const { body } = await client.post(root, { metadata: { name, labels: { app } }, spec });
      if (state === 'ready') ready.set(app, (ready.get(app) ?? 0) + 1);
      const condition = { type: 'Ready', status: state === 'ready' ? 'True' : 'False' };
      const phase = state === 'Pending' || state === 'Succeeded' ? state : 'Running';
      await client.patch(`${root}/${name}/status`, merge, { status: { phase, conditions: [condition] } });
      return body['metadata']?.['uid'] as unknown as string;
    }

    async function budget(name: string, spec: object, allowed: number): Promise<void> {
      const selector = { matchLabels: { app: name } };
      await client.post(budgets, { metadata: { name }, spec: { selector, ...spec } });
      await client.until(`${budgets}/${name}`, ({ body }) => {
        const healthy = body['status']?.['currentHealthy'] as unknown as number;
        const seen = body['status']?.['observedGeneration'] === body['metadata']?.['generation'];
        return (
          seen &&
          healthy === (ready.get(name) ?? 0) &&
          (body['status']?.['disruptionsAllowed'] as unknown as number) === allowed
        );
      });
    }

    function evict(name: string, deleteOptions?: object, query = ''): Promise<Answer> {
      const body = {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name },
        ...(deleteOptions ? { deleteOptions } : {}),
      };
      return client.post(`${root}/${name}/eviction${query}`, body);
    }

    it('of a pod without a budget delete it', async () => {
      await pod('free', 'free', 'ready');
      const { status, body } = await evict('free');
      expect(status).toBe(201);
      expect(body).toMatchObject({ kind: 'Status', status: 'Success' });
      expect((await client.get(`${root}/free`)).status).toBe(404);
    });

    it('accept a body of policy/v1beta1', async () => {
      await pod('older', 'older', 'ready');
      const { status } = await client.post(`${root}/older/eviction`, {
        apiVersion: 'policy/v1beta1',
        kind: 'Eviction',
        metadata: { name: 'older' },
      });
      expect(status).toBe(201);
    });

    it('of a pod that is gone answer 404', async () => {
      const { status, body } = await evict('gone');
      expect([status, body['message']]).toEqual([404, 'pods "gone" not found']);
    });

    it('answer 400 when the body names another pod', async () => {
      await pod('named', 'named', 'ready');
      const { status, body } = await client.post(`${root}/named/eviction`, { metadata: { name: 'other' } });
      expect([status, body['message']]).toEqual([400, 'name in URL does not match name in Eviction object']);
    });

    it('answer 400 when the body names another namespace', async () => {
      await pod('placed', 'placed', 'ready');
      const metadata = { name: 'placed', namespace: 'default' };
      const { status, body } = await client.post(`${root}/placed/eviction`, { metadata });
      expect([status, body['message']]).toEqual([
        400,
        'the namespace of the provided object does not match the namespace sent on the request',
      ]);
    });

    it.each([
      [{ minAvailable: '150%' }, 'spec.minAvailable: Invalid value: "150%": must not be greater than 100%'],
      [
        { selector: { matchLabels: { 'a b': 'c' } } },
        'spec.selector.matchLabels: Invalid value: "a b": name part must',
      ],
      [
        { selector: { matchExpressions: [{ key: 'a', operator: 'Foo' }] } },
        'spec.selector.matchExpressions[0].operator: Invalid value: "Foo": not a valid selector operator',
      ],
      [
        { selector: { matchExpressions: [{ key: 'a', operator: 'In' }] } },
        "spec.selector.matchExpressions[0].values: Required value: must be specified when `operator` is 'In' or 'NotIn'",
      ],
    ])('are not guarded by the budget %j, which is refused', async (spec, words) => {
      const { status, body } = await client.post(budgets, { metadata: { name: 'wrong' }, spec });
      expect([status, body['message']]).toEqual([422, expect.stringContaining(words)]);
    });

    it('answer 409 when the UID is that of an earlier pod', async () => {
      await pod('newer', 'newer', 'ready');
      const { status, body } = await evict('newer', { preconditions: { uid: '00000000-0000-4000-8000-000000000000' } });
      expect([status, body['reason']]).toEqual([409, 'Conflict']);
      expect((await client.get(`${root}/newer`)).status).toBe(200);
    });

    it('with the right UID go through', async () => {
      const uid = await pod('exact', 'exact', 'ready');
      expect((await evict('exact', { preconditions: { uid } })).status).toBe(201);
    });

    it('by a dry run change nothing', async () => {
      await pod('kept', 'kept', 'ready');
      await budget('kept', { minAvailable: 0 }, 1);
      expect((await evict('kept', undefined, '?dryRun=All')).status).toBe(201);
      expect((await evict('kept', { dryRun: ['All'] })).status).toBe(201);
      expect((await client.get(`${root}/kept`)).body['metadata']?.['deletionTimestamp']).toBeUndefined();
      expect((await client.get(`${budgets}/kept`)).body['status']?.['disruptionsAllowed']).toBe(1);
    });

    it('answer 429 with the numbers of a budget that allows none, and no Retry-After', async () => {
      await pod('tight-1', 'tight', 'ready');
      await budget('tight', { minAvailable: 1 }, 0);
      const { status, body, headers } = await evict('tight-1');
      expect(status).toBe(429);
      expect(headers['retry-after']).toBeUndefined();
      expect(body).toMatchObject({
        reason: 'TooManyRequests',
        message: "Cannot evict pod as it would violate the pod's disruption budget.",
        details: {
          causes: [
            {
              reason: 'DisruptionBudget',
              message: 'The disruption budget tight needs 1 healthy pods and has 1 currently',
            },
          ],
        },
      });
    });

    it('take the disruption from the budget at once, so that a burst cannot exceed it', async () => {
      const pods = ['burst-1', 'burst-2', 'burst-3', 'burst-4', 'burst-5'];
      for (const name of pods) await pod(name, 'burst', 'ready');
      await budget('burst', { minAvailable: 3 }, 2);
      const answers = await Promise.all(pods.map((name) => evict(name)));
      expect(answers.map(({ status }) => status).sort((left, right) => left - right)).toEqual([
        201, 201, 429, 429, 429,
      ]);
    });

    it('answer 500 when two budgets select the pod', async () => {
      await pod('double', 'double', 'ready');
      await budget('double', { minAvailable: 0 }, 1);
      const selector = { matchLabels: { app: 'double' } };
      await client.post(budgets, { metadata: { name: 'double-too' }, spec: { selector, minAvailable: 0 } });
      const { status, body } = await evict('double');
      expect(status).toBe(500);
      expect(body['message']).toBe(
        'This pod has more than one PodDisruptionBudget, which the eviction subresource does not support.',
      );
    });

    it.each(['Pending', 'Succeeded'] as const)('of a %s pod do not ask the budget', async (state) => {
      const app = `state-${state.toLowerCase()}`;
      await pod(`${app}-ready`, app, 'ready');
      await pod(`${app}-other`, app, state);
      await budget(app, { minAvailable: 1 }, 0);
      expect((await evict(`${app}-other`)).status).toBe(201);
    });

    it.each([
      { app: 'ill-guarded', minAvailable: 2, policy: undefined, expected: 429 },
      { app: 'ill-healthy', minAvailable: 1, policy: undefined, expected: 201 },
      { app: 'ill-explicit', minAvailable: 2, policy: 'IfHealthyBudget', expected: 429 },
      { app: 'ill-always', minAvailable: 2, policy: 'AlwaysAllow', expected: 201 },
    ])(
      'of an unready pod beside one ready pod, with minAvailable $minAvailable and policy $policy, answer $expected',
      async (row) => {
        await pod(`${row.app}-ready`, row.app, 'ready');
        await pod(`${row.app}-unready`, row.app, 'unready');
        const policy = row.policy ? { unhealthyPodEvictionPolicy: row.policy } : {};
        await budget(row.app, { minAvailable: row.minAvailable, ...policy }, 0);
        expect((await evict(`${row.app}-unready`)).status).toBe(row.expected);
      },
    );
  });
}
