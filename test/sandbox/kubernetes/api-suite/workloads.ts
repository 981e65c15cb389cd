import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient, type Json, merge, type Target } from '../target.ts';

const namespace = 'suite-workloads';
const pods = `/api/v1/namespaces/${namespace}/pods`;
const apps = `/apis/apps/v1/namespaces/${namespace}`;
const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;

interface PodView {
  readonly metadata: {
    readonly name: string;
    readonly uid: string;
    readonly deletionTimestamp?: string;
    readonly deletionGracePeriodSeconds?: number;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
  readonly spec: { readonly nodeName?: string; readonly tolerations?: readonly { readonly key?: string }[] };
  readonly status: {
    readonly phase?: string;
    readonly conditions?: readonly { readonly type: string; readonly status: string }[];
  };
}

const itemsOf = ({ body }: Answer) => (body['items'] ?? []) as unknown as PodView[];
const isReady = ({ status, metadata }: PodView) =>
  metadata.deletionTimestamp === undefined &&
  status.conditions?.some(({ type, status: is }) => type === 'Ready' && is === 'True') === true;

/** What controllers, scheduler and kubelets make of workloads. */
export function describeWorkloads(target: () => Target): void {
  describe('workloads', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      for (const name of ['suite-a', 'suite-b']) await target().addNode(name);
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await client.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      for (const name of ['suite-a', 'suite-b']) await target().removeNode(name);
      client.close();
    });

    const ofApp = (app: string) => `${pods}?labelSelector=app%3D${app}`;
    const ready = async (app: string, count: number) =>
      itemsOf(
        await client.until(
          ofApp(app),
          (answer) => itemsOf(answer).filter(isReady).length === count && itemsOf(answer).length === count,
        ),
      );

    function template(app: string, annotations: object = {}, spec: object = {}): object {
      const labels = { app };
      return { metadata: { labels, annotations }, spec: { containers: [{ name: 'main', image: 'app:1' }], ...spec } };
    }

    async function deploy(app: string, replicas: number): Promise<PodView[]> {
      const spec = { replicas, selector: { matchLabels: { app } }, template: template(app) };
      expect((await client.post(`${apps}/deployments`, { metadata: { name: app }, spec })).status).toBe(201);
      return await ready(app, replicas);
    }

    const evict = (pod: PodView, deleteOptions: object = {}) =>
      client.post(`${pods}/${pod.metadata.name}/eviction`, {
        apiVersion: 'policy/v1',
        kind: 'Eviction',
        metadata: { name: pod.metadata.name },
        deleteOptions: { preconditions: { uid: pod.metadata.uid }, ...deleteOptions },
      });

    it('of kind Deployment have Ready pods of a ReplicaSet of theirs, and count them', async () => {
      const made = await deploy('web', 3);
      for (const { metadata } of made) {
        expect(metadata.name).toMatch(/^web-[a-z0-9]{7,10}-[a-z0-9]{5}$/);
        expect(metadata.ownerReferences).toMatchObject([{ kind: 'ReplicaSet', controller: true }]);
      }
      const answer = await client.until(
        `${apps}/deployments/web`,
        ({ body }) => (body['status']?.['availableReplicas'] as unknown) === 3,
      );
      expect(answer.body['status']).toMatchObject({
        replicas: 3,
        updatedReplicas: 3,
        readyReplicas: 3,
        observedGeneration: 1,
      });
      expect(answer.body['status']).not.toHaveProperty('unavailableReplicas');
      expect(answer.body['metadata']?.['annotations']).toMatchObject({ 'deployment.kubernetes.io/revision': '1' });
    });

    it('get a new pod for one that was evicted', async () => {
      const [first] = await deploy('again', 2);
      expect(first && (await evict(first)).status).toBe(201);
      const after = await client.until(ofApp('again'), (answer) => {
        const left = itemsOf(answer);
        return left.filter(isReady).length === 2 && left.every(({ metadata }) => metadata.uid !== first?.metadata.uid);
      });
      expect(itemsOf(after)).toHaveLength(2);
    });

    it.each([
      { app: 'at-most-one', replicas: 3, budget: { maxUnavailable: 1 }, healthy: 2, allowed: 1 },
      { app: 'three-quarters', replicas: 4, budget: { minAvailable: '75%' }, healthy: 3, allowed: 1 },
      { app: 'rounds-up', replicas: 3, budget: { minAvailable: '50%' }, healthy: 2, allowed: 1 },
      { app: 'rounds-up-too', replicas: 3, budget: { maxUnavailable: '30%' }, healthy: 2, allowed: 1 },
      { app: 'never', replicas: 2, budget: { maxUnavailable: 0 }, healthy: 2, allowed: 0 },
    ])(
      'with a budget of $budget for $replicas pods allow $allowed disruptions',
      async ({ app, replicas, budget, healthy, allowed }) => {
        await deploy(app, replicas);
        await client.post(budgets, {
          metadata: { name: app },
          spec: { selector: { matchLabels: { app } }, ...budget },
        });
        const { body } = await client.until(
          `${budgets}/${app}`,
          (answer) => (answer.body['status']?.['currentHealthy'] as unknown) === replicas,
        );
        expect(body['status']).toMatchObject({
          expectedPods: replicas,
          desiredHealthy: healthy,
          disruptionsAllowed: allowed,
          observedGeneration: 1,
        });
      },
    );

    it('let the next pod go when the one before it is replaced', async () => {
      const [first, second] = await deploy('turns', 2);
      await client.post(budgets, {
        metadata: { name: 'turns' },
        spec: { selector: { matchLabels: { app: 'turns' } }, maxUnavailable: 1 },
      });
      await client.until(`${budgets}/turns`, ({ body }) => (body['status']?.['disruptionsAllowed'] as unknown) === 1);
      // With nowhere to go the first one's successor is not Ready, however fast the machine is.
      const cordon = (unschedulable: boolean) =>
        Promise.all(
          ['suite-a', 'suite-b'].map((name) =>
            client.patch(`/api/v1/nodes/${name}`, merge, { spec: { unschedulable } }),
          ),
        );
      await cordon(true);
      const answers = await Promise.all([first, second].map(async (pod) => (pod ? (await evict(pod)).status : 0)));
      expect(answers.toSorted((a, b) => a - b)).toEqual([201, 429]);
      await cordon(false);
      await client.until(`${budgets}/turns`, ({ body }) => (body['status']?.['disruptionsAllowed'] as unknown) === 1);
      const refused = answers[0] === 429 ? first : second;
      expect(refused && (await evict(refused)).status).toBe(201);
    });

    it('of kind DaemonSet have a pod on every node, cordoned ones too, that tolerates what nodes suffer', async () => {
      await client.patch('/api/v1/nodes/suite-b', merge, { spec: { unschedulable: true } });
      const spec = { selector: { matchLabels: { app: 'agent' } }, template: template('agent') };
      await client.post(`${apps}/daemonsets`, { metadata: { name: 'agent' }, spec });
      const { items } = {
        items: itemsOf(await client.until(ofApp('agent'), (answer) => itemsOf(answer).filter(isReady).length >= 2)),
      };
      expect(items.map(({ spec: { nodeName } }) => nodeName)).toEqual(expect.arrayContaining(['suite-a', 'suite-b']));
      const keys = items[0]?.spec.tolerations?.map(({ key }) => key) ?? [];
      expect(keys).toEqual(
        expect.arrayContaining([
          'node.kubernetes.io/not-ready',
          'node.kubernetes.io/unreachable',
          'node.kubernetes.io/disk-pressure',
          'node.kubernetes.io/memory-pressure',
          'node.kubernetes.io/pid-pressure',
          'node.kubernetes.io/unschedulable',
        ]),
      );
      const { body } = await client.until(
        `${apps}/daemonsets/agent`,
        (answer) => (answer.body['status']?.['numberAvailable'] as unknown) === items.length,
      );
      expect(body['status']).not.toHaveProperty('numberUnavailable');
      await client.patch('/api/v1/nodes/suite-b', merge, { spec: { unschedulable: false } });
    });

    it('of kind StatefulSet come one after another, by number, and keep their names', async () => {
      const spec = {
        replicas: 2,
        serviceName: 'queue',
        selector: { matchLabels: { app: 'queue' } },
        template: template('queue'),
      };
      await client.post(`${apps}/statefulsets`, { metadata: { name: 'queue' }, spec });
      const made = await ready('queue', 2);
      expect(made.map(({ metadata }) => metadata.name).toSorted()).toEqual(['queue-0', 'queue-1']);
      const first = made.find(({ metadata }) => metadata.name === 'queue-0');
      expect(first && (await evict(first)).status).toBe(201);
      const back = await client.until(`${pods}/queue-0`, ({ status, body }) => {
        const uid = body['metadata']?.['uid'] as unknown;
        return status === 200 && uid !== first?.metadata.uid;
      });
      expect(back.body['metadata']?.['name']).toBe('queue-0');
    });

    it('of kind Job end when their pod has', async () => {
      const spec = {
        template: template('report', { 'sandbox.eks-steward/runs-for': '1s' }, { restartPolicy: 'Never' }),
      };
      await client.post(`/apis/batch/v1/namespaces/${namespace}/jobs`, { metadata: { name: 'report' }, spec });
      const { body } = await client.until(
        `/apis/batch/v1/namespaces/${namespace}/jobs/report`,
        (answer) => (answer.body['status']?.['completionTime'] as unknown) !== undefined,
      );
      expect(body['status']?.['conditions']).toMatchObject([
        { type: 'SuccessCriteriaMet', status: 'True', reason: 'CompletionsReached' },
        { type: 'Complete', status: 'True', reason: 'CompletionsReached' },
      ]);
    });

    it('are not scheduled on a cordoned node, and say why', async () => {
      const spec = {
        nodeSelector: { 'kubernetes.io/hostname': 'suite-a' },
        containers: [{ name: 'main', image: 'app:1' }],
      };
      await client.patch('/api/v1/nodes/suite-a', merge, { spec: { unschedulable: true } });
      // The scheduler learns of it by a watch.
      await client.until('/api/v1/nodes/suite-a', ({ body }) => (body['spec']?.['taints'] as unknown) !== undefined);
      await client.post(pods, { metadata: { name: 'waits' }, spec });
      const { body } = await client.until(
        `${pods}/waits`,
        (answer) => (answer.body['status']?.['conditions'] as unknown) !== undefined,
      );
      expect(body['status']?.['conditions']).toMatchObject([
        { type: 'PodScheduled', status: 'False', reason: 'Unschedulable' },
      ]);
      expect(JSON.stringify(body['status']?.['conditions'])).toContain('nodes are available');
      await client.patch('/api/v1/nodes/suite-a', merge, { spec: { unschedulable: false } });
      await client.until(`${pods}/waits`, (answer) => (answer.body['spec']?.['nodeName'] as unknown) === 'suite-a');
    });

    describe('whose pod takes its time to end', () => {
      const stubborn = async (name: string, seconds: number): Promise<PodView> => {
        const spec = { containers: [{ name: 'main', image: 'app:1' }], terminationGracePeriodSeconds: seconds };
        const annotations = { 'sandbox.eks-steward/stops-after': 'never' };
        await client.post(pods, { metadata: { name, annotations, labels: { app: name } }, spec });
        const [pod] = await ready(name, 1);
        return pod as PodView;
      };
      const metadataOf = async (name: string) => (await client.get(`${pods}/${name}`)).body['metadata'] as Json;

      it('keep it for its grace period, which later requests may only shorten', async () => {
        const pod = await stubborn('slow', 600);
        const first = await client.delete(`${pods}/slow`);
        expect(first.status).toBe(200);
        expect(first.body).toMatchObject({
          kind: 'Pod',
          metadata: { deletionGracePeriodSeconds: 600, deletionTimestamp: expect.any(String) },
        });
        expect((await evict(pod, { gracePeriodSeconds: 300 })).status).toBe(201);
        expect((await metadataOf('slow'))['deletionGracePeriodSeconds']).toBe(300);
        await client.delete(`${pods}/slow`, { gracePeriodSeconds: 400 });
        expect((await metadataOf('slow'))['deletionGracePeriodSeconds']).toBe(300);
        await client.delete(`${pods}/slow`, { gracePeriodSeconds: 1 });
        expect((await client.until(`${pods}/slow`, ({ status }) => status === 404)).status).toBe(404);
      });

      it('ask no budget once it is ending', async () => {
        const pod = await stubborn('guarded', 300);
        await client.post(budgets, {
          metadata: { name: 'guarded' },
          spec: { selector: { matchLabels: { app: 'guarded' } }, minAvailable: 1 },
        });
        await client.until(
          `${budgets}/guarded`,
          ({ body }) => (body['status']?.['observedGeneration'] as unknown) === 1,
        );
        expect((await evict(pod)).status).toBe(429);
        await client.delete(`${pods}/guarded`);
        expect((await evict(pod, { gracePeriodSeconds: 1 })).status).toBe(201);
      });

      it('are refused evictions in a namespace that is being deleted, with that cause', async () => {
        const name = 'suite-ending';
        await client.post('/api/v1/namespaces', { metadata: { name } });
        await client.until(`/api/v1/namespaces/${name}/serviceaccounts/default`, ({ status }) => status === 200);
        const path = `/api/v1/namespaces/${name}/pods`;
        const annotations = { 'sandbox.eks-steward/stops-after': 'never' };
        const spec = { containers: [{ name: 'main', image: 'app:1' }], terminationGracePeriodSeconds: 600 };
        await client.post(path, { metadata: { name: 'last', annotations }, spec });
        await client.until(`${path}/last`, ({ body }) => (body['status']?.['phase'] as unknown) === 'Running');
        await client.delete(`/api/v1/namespaces/${name}`);
        const body = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: 'last' } };
        const answer = await client.post(`${path}/last/eviction`, body);
        expect(answer.status).toBe(403);
        expect(answer.body['details']?.['causes']).toMatchObject([{ reason: 'NamespaceTerminating' }]);
        await client.delete(`${path}/last`, { gracePeriodSeconds: 0 });
      });
    });
  });
}
