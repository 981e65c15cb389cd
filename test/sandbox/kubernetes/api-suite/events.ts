import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApiClient, merge, type Target } from '../target.ts';

const namespace = 'suite-events';
const apps = `/apis/apps/v1/namespaces/${namespace}`;
const spec = { containers: [{ name: 'main', image: 'app:1' }] };

interface Told {
  readonly type: string;
  readonly reason: string;
  readonly message: string;
  readonly involvedObject: { readonly kind: string; readonly name: string };
  readonly source?: { readonly component?: string };
}

/** What controllers and the scheduler say about what they do. */
export function describeEvents(target: () => Target): void {
  describe('events', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await target().addNode('suite-events');
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await client.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      await target().removeNode('suite-events');
      client.close();
    });

    /** The first event with a reason about an object of a kind. */
    async function told(kind: string, reason: string, words = '', from = namespace): Promise<Told> {
      const path = `/api/v1/namespaces/${from}/events?fieldSelector=involvedObject.kind%3D${kind},reason%3D${reason}`;
      let found: Told | undefined;
      await client.until(path, ({ body }) => {
        found = (body['items'] as unknown as Told[]).find(({ message }) => message.includes(words));
        return found !== undefined;
      });
      return found as Told;
    }

    const workload = (name: string, more: object = {}) => ({
      metadata: { name },
      spec: {
        selector: { matchLabels: { app: name } },
        template: { metadata: { labels: { app: name } }, spec },
        ...more,
      },
    });

    it('tell how a Deployment scales and what its ReplicaSet makes of it', async () => {
      await client.post(`${apps}/deployments`, workload('web', { replicas: 2 }));
      const scaled = await told('Deployment', 'ScalingReplicaSet');
      expect(scaled).toMatchObject({ type: 'Normal', source: { component: 'deployment-controller' } });
      expect(scaled.message).toMatch(/^Scaled up replica set web-[a-z0-9]+ from 0 to 2$/);
      const created = await told('ReplicaSet', 'SuccessfulCreate');
      expect(created).toMatchObject({ type: 'Normal', source: { component: 'replicaset-controller' } });
      expect(created.message).toMatch(/^Created pod: web-[a-z0-9]+-[a-z0-9]{5}$/);
      await client.patch(`${apps}/deployments/web`, merge, { spec: { replicas: 1 } });
      expect((await told('Deployment', 'ScalingReplicaSet', 'down')).message).toMatch(/ from 2 to 1$/);
      expect((await told('ReplicaSet', 'SuccessfulDelete')).message).toMatch(/^Deleted pod: web-/);
    });

    it('tell where a pod was put, and why another was not', async () => {
      const pods = `/api/v1/namespaces/${namespace}/pods`;
      await client.post(pods, { metadata: { name: 'fits' }, spec });
      await client.post(pods, { metadata: { name: 'lost' }, spec: { ...spec, nodeSelector: { disk: 'none' } } });
      const placed = await told('Pod', 'Scheduled', '/fits ');
      expect(placed.message).toMatch(/^Successfully assigned suite-events\/fits to /);
      expect(await told('Pod', 'FailedScheduling')).toMatchObject({
        type: 'Warning',
        message: expect.stringMatching(/^0\/\d+ nodes are available: /),
      });
    });

    it('tell the numbered pods of a StatefulSet', async () => {
      await client.post(`${apps}/statefulsets`, workload('db', { replicas: 1, serviceName: '' }));
      expect((await told('StatefulSet', 'SuccessfulCreate')).message).toBe(
        'Create Pod db-0 in StatefulSet db successful',
      );
    });

    it('tell what a Job made', async () => {
      const path = `/apis/batch/v1/namespaces/${namespace}/jobs`;
      const template = { spec: { ...spec, restartPolicy: 'Never' } };
      await client.post(path, { metadata: { name: 'once' }, spec: { template } });
      const created = await told('Job', 'SuccessfulCreate');
      expect(created).toMatchObject({ source: { component: 'job-controller' } });
      expect(created.message).toMatch(/^Created pod: once-/);
    });

    it('tell of a budget that selects no pod', async () => {
      const path = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
      const selector = { matchLabels: { app: 'nobody' } };
      await client.post(path, { metadata: { name: 'idle' }, spec: { minAvailable: 1, selector } });
      expect(await told('PodDisruptionBudget', 'NoPods')).toMatchObject({ message: 'No matching pods found' });
    });

    it('tell that a node is known', async () => {
      const words = 'Node suite-events event: Registered Node suite-events in Controller';
      const known = await told('Node', 'RegisteredNode', words, 'default');
      expect(known).toMatchObject({ message: words, source: { component: 'node-controller' } });
    });
  });
}
