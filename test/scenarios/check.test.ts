import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it, jest } from '@jest/globals';
import { Scenario } from './scenario.ts';

jest.setTimeout(240_000);

interface Finding {
  readonly code: string;
  readonly about: string;
  readonly evidence: string;
  readonly fix: string;
}
interface Report {
  readonly outcome: string;
  readonly findings: readonly Finding[];
}

let scenario: Scenario;
afterEach(async () => {
  await scenario.end();
});

/** A world in which nothing is wrong: somebody is told of alarms. */
async function healthy(options: Parameters<typeof Scenario.start>[0] = {}): Promise<void> {
  scenario = await Scenario.start(options);
  const { Topics } = await scenario.call<{ Topics: { TopicArn: string }[] }>('sns', 'ListTopics', {});
  const TopicArn = Topics[0]?.TopicArn ?? '';
  await scenario.call('sns', 'Subscribe', { TopicArn, Protocol: 'email', Endpoint: 'night@example.com' });
  const token = /with the token (\S+)/.exec(scenario.sandbox.outbox.mails.at(-1)?.body ?? '')?.[1];
  await scenario.call('sns', 'ConfirmSubscription', { TopicArn, Token: token });
}

/** What a person's check of a cluster says. */
async function check(cluster = 'demo'): Promise<Report> {
  const executionArn = await scenario.run({ cluster }, undefined, 'check');
  await scenario.untilIdle();
  const { output } = await scenario.call<{ output: string }>('states', 'DescribeExecution', { executionArn });
  return JSON.parse(output) as Report;
}

const codes = ({ findings }: Report) => [...new Set(findings.map(({ code }) => code))].toSorted();
const clusterRole = (name: string, rules: object[]) => ({
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name },
  rules,
});

describe('a check', () => {
  it('of a healthy world finds nothing, and changes nothing', async () => {
    await healthy();
    const before = JSON.stringify(scenario.cluster.store.list('nodes'));
    expect(await check()).toMatchObject({ outcome: 'Healthy', findings: [] });
    expect(JSON.stringify(scenario.cluster.store.list('nodes'))).toBe(before);
  });

  it('is made of every cluster once a day', async () => {
    await healthy();
    await scenario.letPass(25 * 3_600_000);
    await scenario.untilIdle();
    const runs = (await scenario.executions()).filter(({ workflow }) => workflow === 'check');
    expect(runs).toMatchObject([{ outcome: 'Healthy', name: expect.stringMatching(/^demo-20\d\d-/) }]);
  });

  it('names rights that are missing, by the role that lacks them', async () => {
    await healthy();
    scenario.cluster.apply([
      clusterRole('eks-steward:drainer', [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list', 'patch'] }]),
    ]);
    const report = await check();
    expect(codes(report)).toEqual(['RightMissing']);
    expect(report.findings).toContainEqual({
      code: 'RightMissing',
      about: 'drain: create pods/eviction',
      evidence: expect.stringMatching(/eks-steward-node-replacement-\S+ may not create pods\/eviction/),
      fix: 'kubectl apply -k infra/kubernetes/',
    });
  });

  it('names rights that go beyond what is needed', async () => {
    await healthy();
    scenario.cluster.apply([
      clusterRole('wide', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]),
      {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'wide' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'wide' },
        subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'eks-steward:drainer' }],
      },
    ]);
    expect((await check()).findings).toMatchObject([{ code: 'RightWider', about: 'drain: get secrets' }]);
  });

  it('names guard rails that are absent, and those of another version', async () => {
    await healthy();
    const policies = scenario.cluster.store.list('validatingadmissionpolicies.admissionregistration.k8s.io');
    const old = policies.find(({ metadata }) => metadata.name === 'eks-steward-nodes');
    scenario.cluster.apply([
      { ...old, metadata: { name: 'eks-steward-nodes', annotations: { 'eks-steward.io/guard-rails': '0' } } },
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicyBinding',
        metadata: { name: 'eks-steward-evictions' },
        spec: { policyName: 'eks-steward-evictions', validationActions: ['Audit'] },
      },
    ]);
    expect((await check()).findings).toMatchObject([
      { code: 'GuardRailsOld', about: 'eks-steward-nodes' },
      { code: 'GuardRailsAbsent', about: 'eks-steward-evictions', evidence: 'no binding makes it refuse' },
    ]);
  });

  it('names groups and instances without tags', async () => {
    await healthy();
    const Key = 'kubernetes.io/cluster/demo';
    const tag = { ResourceId: 'demo-spot', ResourceType: 'auto-scaling-group', Key };
    await scenario.call('autoscaling', 'DeleteTags', { Tags: [tag] });
    const tags = [{ Key }, { Key: 'aws:eks:cluster-name' }, { Key: 'eks:cluster-name' }];
    await scenario.call('ec2', 'DeleteTags', { Resources: [scenario.spot], Tags: tags.slice(0, 1) });
    const report = await check();
    expect(report.findings).toMatchObject([
      { code: 'GroupUntagged', about: 'demo-spot', fix: expect.stringContaining('create-or-update-tags') },
      {
        code: 'InstanceUntagged',
        about: scenario.spot,
        fix: expect.stringContaining(`create-tags --resources ${scenario.spot}`),
      },
    ]);
  });

  it('names rules that are disabled', async () => {
    await healthy();
    await scenario.call('events', 'DisableRule', { Name: 'eks-steward-spot-interruption' });
    expect((await check()).findings).toMatchObject([
      {
        code: 'RuleDisabled',
        about: 'eks-steward-spot-interruption',
        fix: 'aws events enable-rule --name eks-steward-spot-interruption',
      },
    ]);
  });

  it('names rules that are gone, and none of another deployment whose name begins with ours', async () => {
    await healthy();
    const theirs = {
      Name: 'eks-steward-staging-spot-interruption',
      ScheduleExpression: 'rate(1 day)',
      State: 'DISABLED',
    };
    await scenario.call('events', 'PutRule', theirs);
    expect((await check()).findings).toEqual([]);
    const Name = 'eks-steward-check-due';
    const { Targets } = await scenario.call<{ Targets: { Id: string }[] }>('events', 'ListTargetsByRule', {
      Rule: Name,
    });
    await scenario.call('events', 'RemoveTargets', { Rule: Name, Ids: Targets.map(({ Id }) => Id) });
    await scenario.call('events', 'DeleteRule', { Name });
    expect((await check()).findings).toMatchObject([
      { code: 'RuleDisabled', about: Name, evidence: 'there is no such rule', fix: 'npx cdk deploy' },
    ]);
  });

  it('says when nobody is told of alarms', async () => {
    scenario = await Scenario.start();
    expect((await check()).findings).toMatchObject([{ code: 'AlarmsUnheard' }]);
  });

  it('names settings that cannot be read', async () => {
    await healthy();
    const Name = '/eks-steward/clusters/demo';
    await scenario.call('ssm', 'PutParameter', { Name, Value: '{"node-replacement": 5}', Overwrite: true });
    const report = await check();
    expect(codes(report)).toEqual(['SettingsUnreadable']);
    expect(report.findings.length).toBeGreaterThan(3);
  });

  it('names functions whose token the cluster refuses', async () => {
    await healthy();
    const { accessEntries } = await scenario.call<{ accessEntries: string[] }>('eks', 'ListAccessEntries', {
      clusterName: 'demo',
    });
    const drainer = accessEntries.find((arn) => arn.includes('DrainNodes'));
    await scenario.call('eks', 'DeleteAccessEntry', { clusterName: 'demo', principalArn: drainer });
    expect((await check()).findings).toMatchObject([
      { code: 'AccessRefused', about: 'eks-steward-node-replacement-drain-nodes' },
    ]);
  });

  it('names a private endpoint that the functions cannot reach', async () => {
    const config = join(mkdtempSync(join(tmpdir(), 'steward-')), 'steward.yaml');
    writeFileSync(config, 'clusters:\n  red: {}\n');
    const world = join(import.meta.dirname, '..', '..', 'sandbox', 'worlds', 'networks.yaml');
    await healthy({ world, config, about: 'red' });
    const report = await check('red');
    expect(codes(report)).toContain('EndpointUnreachable');
    expect(report.findings.find(({ code }) => code === 'EndpointUnreachable')?.evidence).toContain(
      'ClusterUnreachableError',
    );
  });

  it('of a cluster that steward.yaml does not name says so', async () => {
    await healthy();
    expect(codes(await check('nobody'))).toEqual(expect.arrayContaining(['SettingsUnreadable']));
  });
});
