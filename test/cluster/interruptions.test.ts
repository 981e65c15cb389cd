import { describe, expect, it } from '@jest/globals';
import type { Pod } from '../../sandbox/kubernetes/types/objects.ts';
import {
  about,
  admin,
  budget,
  client,
  containers,
  fresh,
  groupIsWhole,
  load,
  nameOf,
  pinned,
  podsOf,
  requestsBeyondRights,
  resultsOf,
  running,
  scenario,
  used,
  useRealCluster,
} from './real-lab.ts';
import { eventually } from './real-scenario.ts';

useRealCluster();

describe('on a real control plane, an interruption', () => {
  it('of a node with budgets, DaemonSets, a volume, a Job and a bare pod replaces it, and all run on elsewhere', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    const spread = {
      replicas: 3,
      selector: { matchLabels: { app: 'web' } },
      template: { metadata: { labels: { app: 'web' } }, spec: { containers } },
    };
    const claim = {
      metadata: { name: 'data' },
      spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'gp3', resources: { requests: { storage: '1Gi' } } },
    };
    const queue = {
      metadata: { labels: { app: 'queue' }, annotations: { 'sandbox.eks-steward/stops-after': '2s' } },
      spec: { containers },
    };
    // Everybody else is cordoned while these are placed.
    await load(
      { apiVersion: 'apps/v1', kind: 'Deployment', metadata: { name: 'web', namespace: 'shop' }, spec: spread },
      budget('web', 'web', { maxUnavailable: 1 }),
      pinned('batch', node),
      {
        apiVersion: 'apps/v1',
        kind: 'StatefulSet',
        metadata: { name: 'queue', namespace: 'shop' },
        spec: {
          serviceName: 'queue',
          replicas: 1,
          selector: { matchLabels: { app: 'queue' } },
          template: queue,
          volumeClaimTemplates: [claim],
        },
      },
    );
    await running('web', 3);
    await running('queue');
    const home = podsOf('queue')[0] as Pod;
    const victim = scenario.cluster.store.get('nodes', undefined, home.spec.nodeName ?? '');
    const target =
      /i-[0-9a-f]+$/.exec((victim?.spec as { providerID: string } | undefined)?.providerID ?? '')?.[0] ?? '';
    used.add(target);
    const where = home.spec.nodeName ?? '';
    await load({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'bare', namespace: 'shop', labels: { app: 'bare' } },
      spec: { nodeName: where, containers },
    });
    const job = {
      metadata: { labels: { app: 'report' }, annotations: { 'sandbox.eks-steward/runs-for': '20m' } },
      spec: { restartPolicy: 'Never', containers, nodeSelector: { 'kubernetes.io/os': 'linux' } },
    };
    await load({
      apiVersion: 'batch/v1',
      kind: 'Job',
      metadata: { name: 'report', namespace: 'shop' },
      spec: { template: job },
    });
    await running('bare');
    await running('report');
    const daemons = () => scenario.podsOn(where).filter((name) => name.startsWith('kube-system/'));
    expect(daemons()).toHaveLength(2);
    const attached = () =>
      scenario.cluster.store
        .list('volumeattachments.storage.k8s.io')
        .filter(({ spec, status }) => spec.nodeName === where && status?.attached === true).length;
    await eventually('the volume is attached', () => attached() === 1);
    let whenEnded: { attached: number; daemons: number } | undefined;
    scenario.sandbox.buses.onEvent((event) => {
      const { detail } = event as unknown as { detail: { 'instance-id'?: string; state?: string } };
      if (detail['instance-id'] === target && detail.state === 'shutting-down')
        whenEnded ??= { attached: attached(), daemons: daemons().length };
    });
    const [result, ...others] = await resultsOf(() => scenario.sandbox.world.interruptSpot(target));
    expect(others).toEqual([]);
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    expect(whenEnded).toEqual({ attached: 0, daemons: 2 });
    expect(scenario.cluster.store.get('nodes', undefined, where)).toBeUndefined();
    await running('queue');
    await running('web', 3);
    expect((podsOf('queue')[0] as Pod).spec.nodeName).not.toBe(where);
    expect(podsOf('bare')).toEqual([]);
    await groupIsWhole();
  });

  it('of nodes whose pods are held in four ways names each, and frees them as policy allows before the deadline', async () => {
    const [never, twice, ending, denied] = [await fresh(), await fresh(), await fresh(), await fresh()];
    await load(
      pinned('never', nameOf(never)),
      budget('never', 'never', { maxUnavailable: 0 }),
      pinned('twice', nameOf(twice)),
      budget('one', 'twice', { maxUnavailable: 1 }),
      budget('two', 'twice', { maxUnavailable: 1 }),
      pinned('last', nameOf(ending), { namespace: 'ending', grace: 600, stopsAfter: 'never' }),
      pinned('denied', nameOf(denied), { namespace: 'guarded' }),
    );
    for (const app of ['never', 'twice', 'last', 'denied']) await running(app);
    const rule = { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods/eviction'] };
    await admin('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicies', {
      metadata: { name: 'not-at-night' },
      spec: {
        matchConstraints: {
          resourceRules: [rule],
          namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'guarded' } },
        },
        validations: [{ expression: 'false', message: 'not at night' }],
      },
    });
    await admin('POST', '/apis/admissionregistration.k8s.io/v1/validatingadmissionpolicybindings', {
      metadata: { name: 'not-at-night' },
      spec: { policyName: 'not-at-night', validationActions: ['Deny'] },
    });
    // Policies take effect some moments after they were made.
    const guarded = podsOf('denied')[0]?.metadata.name ?? '';
    const probe = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: { name: guarded } };
    const path = `/api/v1/namespaces/guarded/pods/${guarded}/eviction?dryRun=All`;
    await eventually('the policy is in force', async () => {
      const answer = await client.post(path, probe);
      return answer.status === 422 || answer.status === 403;
    });
    await admin('DELETE', '/api/v1/namespaces/ending');
    const blocked: string[] = [];
    scenario.sandbox.buses.onEvent((event) => {
      if (event['detail-type'] === 'Workflow Blocked') blocked.push(JSON.stringify(event.detail));
    });
    const began = Date.now();
    const nodes = [never, twice, ending, denied].map(nameOf);
    const [result] = await resultsOf(() => {
      for (const instance of [never, twice, ending, denied]) scenario.sandbox.world.interruptSpot(instance);
    });
    expect(result).toMatchObject({ status: 'SUCCEEDED' });
    expect(['Replaced', 'Drained']).toContain(result?.outcome);
    const said = blocked.join();
    expect(said).toContain('shop/never needs 1 healthy pod and has 1');
    expect(said).toContain('shop/one, shop/two');
    expect(said).toContain('not at night');
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('shop/never'));
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('shop/twice'));
    expect(about(result, 'ForceDeleted').join()).toEqual(expect.stringContaining('guarded/denied'));
    expect(about(result, 'GraceShortened').join()).toEqual(expect.stringContaining('ending/last'));
    expect(scenario.podsOn(nodes[2] ?? '').filter((name) => name.startsWith('ending/'))).toEqual([]);
    for (const node of nodes) expect(scenario.cluster.store.get('nodes', undefined, node)).toBeUndefined();
    expect(Date.now() - began).toBeLessThan(240_000);
    await groupIsWhole();
  });

  it('of a node whose name another instance takes meanwhile never writes to the successor', async () => {
    const instance = await fresh();
    const node = nameOf(instance);
    await load(pinned('old', node, { stopsAfter: 'never', grace: 20 }));
    await running('old');
    const successor = 'i-0fffffffffffffff1';
    const stop = scenario.cluster.store.subscribe(({ resource, object }) => {
      const spec = object.spec as { unschedulable?: boolean } | undefined;
      if (resource !== 'nodes' || object.metadata.name !== node || spec?.unschedulable !== true) return;
      stop();
      scenario.cluster.removeNode(node);
      scenario.cluster.addNode({ name: node, instanceId: successor, zone: 'us-east-1a', instanceType: 'm5.xlarge' });
    });
    const [result] = await resultsOf(() => scenario.sandbox.world.interruptSpot(instance));
    expect(result).toMatchObject({ status: 'SUCCEEDED', outcome: 'Replaced' });
    const now = scenario.nodeOf(successor);
    expect(Object.keys(now?.metadata.annotations ?? {}).filter((key) => key.startsWith('eks-steward'))).toEqual([]);
    expect(scenario.isCordoned(successor)).toBe(false);
    scenario.cluster.removeNode(node);
    await groupIsWhole();
  });

  it('never makes a function ask for what its role does not give', () => {
    expect(requestsBeyondRights()).toEqual([]);
  });
});
