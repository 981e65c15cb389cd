import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Answer, ApiClient, merge, type Target } from '../target.ts';

const namespace = 'suite-ownership';
const pods = `/api/v1/namespaces/${namespace}/pods`;
const apps = `/apis/apps/v1/namespaces/${namespace}`;
const budgets = `/apis/policy/v1/namespaces/${namespace}/poddisruptionbudgets`;
const spec = { containers: [{ name: 'main', image: 'app:1' }] };

interface Owned {
  readonly metadata: {
    readonly name: string;
    readonly ownerReferences?: readonly {
      readonly kind: string;
      readonly name: string;
      readonly controller?: boolean;
    }[];
  };
}

const itemsOf = ({ body }: Answer) => (body['items'] ?? []) as unknown as Owned[];
const ownersOf = ({ metadata }: Owned) => (metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);

/** Which pods belong to which controller and budget. */
export function describeOwnership(target: () => Target): void {
  describe('ownership', () => {
    let client: ApiClient;
    beforeAll(async () => {
      client = new ApiClient(target());
      await client.post('/api/v1/namespaces', { metadata: { name: namespace } });
      await client.until(`/api/v1/namespaces/${namespace}/serviceaccounts/default`, ({ status }) => status === 200);
    });
    afterAll(async () => {
      await client.delete(`/api/v1/namespaces/${namespace}`);
      client.close();
    });

    const ofApp = (app: string) => `${pods}?labelSelector=app%3D${app}`;
    const template = (app: string) => ({ metadata: { labels: { app } }, spec });
    const owned = async (app: string, count: number, owner: string) =>
      itemsOf(
        await client.until(ofApp(app), (answer) => {
          const items = itemsOf(answer);
          return items.length === count && items.every((item) => ownersOf(item).join() === owner);
        }),
      );

    const set = (name: string, replicas: number) => ({
      metadata: { name },
      spec: { replicas, selector: { matchLabels: { app: name } }, template: template(name) },
    });

    it('of a pod ends when its labels no longer match, and another takes its place', async () => {
      await client.post(`${apps}/replicasets`, set('let-go', 1));
      const [first] = await owned('let-go', 1, 'ReplicaSet let-go');
      const path = `${pods}/${first?.metadata.name}`;
      await client.patch(path, merge, { metadata: { labels: { app: 'let-go-away' } } });
      const [second] = await owned('let-go', 1, 'ReplicaSet let-go');
      expect(second?.metadata.name).not.toBe(first?.metadata.name);
      const [released] = await owned('let-go-away', 1, '');
      expect(released?.metadata.name).toBe(first?.metadata.name);
    });

    it('of a pod that nobody controls begins when a ReplicaSet selects it', async () => {
      await client.post(pods, { metadata: { name: 'orphan', labels: { app: 'taken-in' } }, spec });
      await client.post(`${apps}/replicasets`, set('taken-in', 2));
      const items = await owned('taken-in', 2, 'ReplicaSet taken-in');
      expect(items.map(({ metadata }) => metadata.name)).toContain('orphan');
      const orphan = items.find(({ metadata }) => metadata.name === 'orphan');
      expect(orphan?.metadata.ownerReferences).toMatchObject([{ controller: true, kind: 'ReplicaSet' }]);
    });

    it('of a pod that comes too many ends with one pod less', async () => {
      await client.post(`${apps}/replicasets`, set('crowded', 1));
      await owned('crowded', 1, 'ReplicaSet crowded');
      await client.post(pods, { metadata: { name: 'surplus', labels: { app: 'crowded' } }, spec });
      const items = await owned('crowded', 1, 'ReplicaSet crowded');
      expect(items).toHaveLength(1);
      expect((await client.get(`${apps}/replicasets/crowded`)).body['spec']).toMatchObject({ replicas: 1 });
    });

    it('of a ReplicaSet that its Deployment left behind begins again with the next Deployment', async () => {
      const deployment = set('again', 1);
      await client.post(`${apps}/deployments`, deployment);
      const list = `${apps}/replicasets?labelSelector=app%3Dagain`;
      const [before] = itemsOf(await client.until(list, (answer) => itemsOf(answer).length === 1));
      await client.delete(`${apps}/deployments/again`, { propagationPolicy: 'Orphan' });
      await client.until(list, (answer) => itemsOf(answer).every((item) => ownersOf(item).length === 0));
      // It is there until its finalizer is gone too.
      await client.until(`${apps}/deployments/again`, ({ status }) => status === 404);
      await client.post(`${apps}/deployments`, deployment);
      const [after] = itemsOf(
        await client.until(list, (answer) =>
          itemsOf(answer).every((item) => ownersOf(item).join() === 'Deployment again'),
        ),
      );
      expect(after?.metadata.name).toBe(before?.metadata.name);
    });

    it('is not touched while the pod has another controller', async () => {
      await client.post(`${apps}/replicasets`, set('first', 1));
      await owned('first', 1, 'ReplicaSet first');
      const other = {
        ...set('second', 1),
        spec: { ...set('second', 1).spec, selector: { matchLabels: { app: 'first' } } },
      };
      await client.post(`${apps}/replicasets`, { ...other, spec: { ...other.spec, template: template('first') } });
      const items = itemsOf(await client.until(ofApp('first'), (answer) => itemsOf(answer).length === 2));
      expect(items.map((item) => ownersOf(item).join()).sort()).toEqual(['ReplicaSet first', 'ReplicaSet second']);
    });

    it('by a budget is of every pod with an empty selector, of none without one', async () => {
      await client.post(budgets, { metadata: { name: 'all' }, spec: { minAvailable: 0, selector: {} } });
      await client.post(budgets, { metadata: { name: 'none' }, spec: { minAvailable: 0 } });
      await client.post(budgets, { metadata: { name: 'null' }, spec: { minAvailable: 0, selector: null } });
      const seen = async (name: string) =>
        (await client.until(`${budgets}/${name}`, ({ body }) => Number(body['status']?.['observedGeneration']) === 1))
          .body;
      const count = itemsOf(await client.get(pods)).length;
      expect(count).toBeGreaterThan(0);
      expect((await seen('all'))['status']).toMatchObject({ expectedPods: count });
      expect((await seen('none'))['status']).toMatchObject({ expectedPods: 0 });
      expect((await seen('null'))['status']).toMatchObject({ expectedPods: 0 });
    });
  });
}
