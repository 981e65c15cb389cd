import { describe, expect, it } from '@jest/globals';
import type { OutputOf } from '../../../functions/check/contract.ts';
import { guardRails } from '../../../functions/check/core/findings.ts';
import { inspectCluster } from '../../../functions/check/tasks/inspect-cluster.ts';
import { resolveCluster } from '../../../functions/intake/core/resolve-cluster.ts';
import { AccessDeniedError, ApiThrottledError, ApiUnavailableError } from '../../../shared/runtime/errors.ts';
import { aNode } from '../../builders/a-node.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeCluster } from '../../fakes/fake-cluster.ts';
import { fakeGroups } from '../../fakes/fake-groups.ts';
import { fakeInstances } from '../../fakes/fake-instances.ts';
import { fakeSettings } from '../../fakes/fake-settings.ts';

const instanceId = 'i-0123456789abcdef0';

/** A world in which nothing is wrong, and every port as a fake. */
function aWorld() {
  const clock = fakeClock();
  const cluster = {
    ...fakeCluster(() => clock.now()),
    listNodes: async () => [aNode({ instanceId })],
    listAdmissionPolicies: async () =>
      guardRails.names.map((name) => ({
        name,
        annotations: { [guardRails.annotation]: guardRails.version },
        enforced: true,
      })),
  };
  const spot = { desired: 1, min: 0, max: 2, suspended: [], capacityRebalance: false, managedNodeGroup: false };
  const instances = [{ instanceId, lifecycleState: 'InService', protectedFromScaleIn: false }];
  const tags = { 'kubernetes.io/cluster/demo': 'owned' };
  return {
    clock,
    settings: fakeSettings({ demo: {} }),
    groups: fakeGroups([{ ...spot, name: 'spot', clusterTags: ['demo'], instances }], () => clock.now()),
    instances: fakeInstances([{ instanceId, state: 'running', spot: true, privateDnsName: undefined, tags }]),
    cluster: async () => cluster,
    probes: {
      functions: async () => ['drain-nodes'],
      probe: async () => ({ tried: [{ what: 'cluster' }] }),
    },
    deployment: {
      rules: async () => [{ name: 'spot-interruption', state: 'Enabled' as 'Enabled' | 'Disabled' }],
      receivers: async () => ['night@example.com'],
    },
  };
}

type World = ReturnType<typeof aWorld>;

/** What a check says of a world that differs so from a healthy one. */
async function checked(given: Partial<World> = {}): Promise<OutputOf<'inspectCluster'>> {
  return await inspectCluster({ ...aWorld(), ...given })({ input: { cluster: 'demo' } });
}

async function withNodes(listNodes: Awaited<ReturnType<World['cluster']>>['listNodes']) {
  const cluster = { ...(await aWorld().cluster()), listNodes };
  return await checked({ cluster: async () => cluster });
}

describe('inspecting a cluster', () => {
  it('finds nothing in a healthy world', async () => {
    expect(await checked()).toMatchObject({ outcome: 'Healthy', findings: [] });
  });

  it.each([
    new ApiUnavailableError('list nodes: 503'),
    new AccessDeniedError('list nodes: 403'),
    new ApiThrottledError('list nodes: 429'),
  ])('is never Healthy when the nodes cannot be listed ($name)', async (error) => {
    const { outcome, findings } = await withNodes(() => Promise.reject(error));
    expect(outcome).toBe('Findings');
    expect(findings).toMatchObject([{ code: 'NodesUnseen', evidence: `${error.name}: ${error.message}` }]);
  });

  it.each([
    ['InstanceUntagged', {}],
    ['InstanceUntagged', { 'kubernetes.io/cluster/demo': 'no' }],
    ['ClusterAmbiguous', { 'kubernetes.io/cluster/demo': 'owned', 'kubernetes.io/cluster/prod': 'shared' }],
    ['ClusterNotNamed', { 'eks:cluster-name': 'prod', 'kubernetes.io/cluster/demo': 'owned' }],
  ])('finds %s for an instance that intake would not know as of the cluster, by the tags %j', async (code, tags) => {
    const instances = fakeInstances([{ instanceId, state: 'running', spot: true, privateDnsName: undefined, tags }]);
    expect((await checked({ instances })).findings).toMatchObject([{ code, about: instanceId }]);
    expect(resolveCluster(tags, ['demo'])).not.toHaveProperty('cluster');
  });

  it.each([
    [100, 100],
    [101, 100],
    [250, 100],
  ])('says of %i findings at most %i, and counts what is left out in the last', async (count, said) => {
    const names = Array.from({ length: count }, (_, index) => `rule-${index}`);
    const rules = async () => names.map((name) => ({ name, state: 'Disabled' as const }));
    const { findings, reasons } = await checked({ deployment: { ...aWorld().deployment, rules } });
    expect([findings.length, reasons.length]).toEqual([said, said]);
    const last =
      count > said ? { code: 'LeftOut', evidence: `${count - said + 1} more findings` } : { about: 'rule-99' };
    expect(findings.at(-1)).toMatchObject(last);
    expect(reasons.at(-1)).toMatchObject({ code: findings.at(-1)?.code, about: findings.at(-1)?.about });
  });

  it('is never Healthy when the cluster cannot be opened', async () => {
    const cluster = () => Promise.reject(new ApiThrottledError('describe cluster demo: slow down'));
    const { findings } = await checked({ cluster });
    expect(findings.map(({ code }) => code)).toEqual(['GuardRailsAbsent', 'NodesUnseen']);
  });
});
