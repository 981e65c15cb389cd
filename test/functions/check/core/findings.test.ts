import { describe, expect, it } from '@jest/globals';
import { findingsOf, guardRails } from '../../../../functions/check/core/findings.ts';
import type { Observations, Probed } from '../../../../functions/check/core/observations.ts';
import { rightInWords, roleRights } from '../../../../shared/domain/right.ts';

const drainer: Probed = { tried: [{ what: 'cluster' }], role: 'drain', rights: roleRights.drain.map(rightInWords) };

/** A world in which nothing is wrong. */
function healthy(given: Partial<Observations> = {}): Observations {
  return {
    cluster: 'demo',
    probes: new Map([['drain-nodes', { value: drainer }]]),
    paused: { value: undefined },
    policies: {
      value: guardRails.names.map((name) => ({
        name,
        annotations: { [guardRails.annotation]: guardRails.version },
        enforced: true,
      })),
    },
    groups: { value: [{ name: 'spot', managedNodeGroup: false, clusterTags: ['demo'] }] },
    strays: { value: [] },
    nodes: { value: 1 },
    rules: { value: [{ name: 'eks-steward-spot-interruption', state: 'Enabled' }] },
    receivers: { value: ['night@example.com'] },
    forces: false,
    ...given,
  };
}

const failing = (what: string, name: string) =>
  healthy({ probes: new Map([['drain-nodes', { value: { tried: [{ what, error: { name, message: 'no' } }] } }]]) });
const codes = (seen: Observations) => findingsOf(seen).map(({ code }) => code);

describe('the findings', () => {
  it('are none in a healthy world', () => {
    expect(findingsOf(healthy())).toEqual([]);
  });

  it.each([
    ['settings', 'UnknownClusterError', 'SettingsUnreadable'],
    ['cases', 'AccessDeniedError', 'WorkTableUnreachable'],
    ['journal', 'ApiUnavailableError', 'WorkTableUnreachable'],
    ['groups', 'AccessDeniedError', 'AwsCallFailed'],
    ['endpoint', 'UnknownClusterError', 'ClusterUnknown'],
    ['endpoint', 'AccessDeniedError', 'AwsCallFailed'],
    ['endpoint', 'ApiThrottledError', 'AwsCallFailed'],
    ['cluster', 'UnknownClusterError', 'ClusterUnknown'],
    ['cluster', 'AccessDeniedError', 'AccessRefused'],
    ['cluster', 'ClusterUnreachableError', 'EndpointUnreachable'],
    ['cluster', 'OutOfTimeError', 'EndpointUnreachable'],
  ])('of a function whose %s end with %s are %s', (what, error, code) => {
    expect(findingsOf(failing(what, error))).toEqual([
      { code, about: expect.any(String), evidence: `${error}: no`, fix: expect.stringMatching(/\w/) },
    ]);
  });

  it.each([
    ['groups', 'instances'],
    ['cases', 'journal'],
  ])('tell apart what one function asked: %s and %s', (...asked) => {
    const error = { name: 'AccessDeniedError', message: 'no' };
    const tried = asked.map((what) => ({ what, error }));
    const found = findingsOf(healthy({ probes: new Map([['drain-nodes', { value: { tried } }]]) }));
    expect(found.map(({ about }) => about)).toEqual(asked.map((what) => `drain-nodes: ${what}`));
  });

  it('say once that EKS does not know the cluster, whoever asked', () => {
    const tried = [{ what: 'endpoint', error: { name: 'UnknownClusterError', message: 'no' } }];
    const probes = new Map(['cordon-nodes', 'drain-nodes'].map((name) => [name, { value: { tried } }]));
    expect(findingsOf(healthy({ probes }))).toMatchObject([{ code: 'ClusterUnknown', about: 'demo' }]);
  });

  it('say a right that several functions of a role lack once', () => {
    const lacking = { value: { ...drainer, rights: drainer.rights?.slice(1) ?? [] } };
    const probes = new Map([
      ['cordon-nodes', lacking],
      ['drain-nodes', lacking],
    ]);
    expect(findingsOf(healthy({ probes }))).toMatchObject([{ code: 'RightMissing', about: 'drain: get nodes' }]);
  });

  it('say a right that check itself lacks', () => {
    const rights = roleRights.inspect.map(rightInWords).filter((right) => right !== 'list nodes');
    const probes = new Map([['inspect-cluster', { value: { tried: [{ what: 'cluster' }], role: 'inspect', rights } }]]);
    expect(findingsOf(healthy({ probes }))).toMatchObject([{ code: 'RightMissing', about: 'inspect: list nodes' }]);
  });

  it('want the right to delete pods only where policy forces, and never call it too wide', () => {
    expect(codes(healthy({ forces: true }))).toEqual(['RightMissing']);
    const rights = [...(drainer.rights ?? []), 'delete pods'];
    const probes = new Map([['drain-nodes', { value: { ...drainer, rights } }]]);
    expect(codes(healthy({ forces: true, probes }))).toEqual([]);
    expect(codes(healthy({ forces: false, probes }))).toEqual([]);
  });

  it('leave out what everybody may do who is authenticated', () => {
    const rights = [...(drainer.rights ?? []), 'create selfsubjectrulesreviews.authorization.k8s.io'];
    expect(codes(healthy({ probes: new Map([['drain-nodes', { value: { ...drainer, rights } }]]) }))).toEqual([]);
  });

  it.each([
    [
      'probes',
      { probes: new Map([['drain-nodes', { error: { name: 'ApiUnavailableError', message: 'x' } }]]) },
      'FunctionFailed',
    ],
    ['policies', { policies: { error: { name: 'AccessDeniedError', message: 'x' } } }, 'GuardRailsAbsent'],
    ['nodes', { nodes: { error: { name: 'ApiThrottledError', message: 'x' } } }, 'NodesUnseen'],
    ['groups', { groups: { error: { name: 'ApiThrottledError', message: 'x' } } }, 'AwsCallFailed'],
    ['instances', { strays: { error: { name: 'ApiThrottledError', message: 'x' } } }, 'AwsCallFailed'],
    ['rules', { rules: { error: { name: 'ApiThrottledError', message: 'x' } } }, 'AwsCallFailed'],
    ['receivers', { receivers: { error: { name: 'ApiThrottledError', message: 'x' } } }, 'AlarmsUnheard'],
  ] as const)('say when the %s could not be looked at: unknown is not healthy', (_, given, code) => {
    expect(codes(healthy(given))).toEqual([code]);
  });

  it('name every rule that is not there', () => {
    const missing = ['spot-interruption', 'check-due'].map((name) => ({ name, state: 'Missing' }) as const);
    expect(findingsOf(healthy({ rules: { value: missing } }))).toMatchObject([
      { code: 'RuleDisabled', about: 'spot-interruption', fix: 'npx cdk deploy' },
      { code: 'RuleDisabled', about: 'check-due', fix: 'npx cdk deploy' },
    ]);
  });

  it('name instances whose events intake would drop, by the codes by which it drops them, and how many', () => {
    const value = [
      { instanceId: 'i-1', code: 'InstanceUntagged', clusters: [] },
      { instanceId: 'i-2', code: 'ClusterAmbiguous', clusters: ['demo', 'prod'] },
      { instanceId: 'i-3', code: 'ClusterNotNamed', clusters: ['prod'] },
      { instanceId: 'i-4', code: 'ClusterNotNamed', clusters: ['prod'] },
    ] as const;
    expect(findingsOf(healthy({ strays: { value } }))).toMatchObject([
      { code: 'InstanceUntagged', about: 'i-1', evidence: '1 instance of demo: i-1' },
      { code: 'ClusterAmbiguous', about: 'i-2', evidence: '1 instance of demo, tagged for demo, prod: i-2' },
      { code: 'ClusterNotNamed', about: 'i-3', evidence: '2 instances of demo, tagged for prod: i-3 i-4' },
    ]);
  });

  it('never cut an instance id in two, and count those that are left out', () => {
    const ids = Array.from({ length: 60 }, (_, index) => `i-${String(index).padStart(17, '0')}`);
    const value = ids.map((instanceId) => ({ instanceId, code: 'InstanceUntagged', clusters: [] }) as const);
    const [found] = findingsOf(healthy({ strays: { value } }));
    expect(found?.evidence).toMatch(/^60 instances of demo: (i-\d{17} ){12}and 48 more$/);
    expect(found?.fix.match(/i-\d+/g)).toEqual(ids.slice(0, 40));
  });

  it('leave groups of managed node groups to EKS', () => {
    const groups = { value: [{ name: 'eks-managed', managedNodeGroup: true, clusterTags: [] }] };
    expect(codes(healthy({ groups }))).toEqual([]);
  });
});
