import { beforeEach, describe, expect, it } from '@jest/globals';
import type { FaultRule } from '../../sandbox/kubernetes/contract.ts';
import { codes, expectOutcome, scenario, useScenario } from './use-scenario.ts';

useScenario();

const user = 'eks-steward:drainer';
const eviction = { user, verb: 'create', resource: 'pods', subresource: 'eviction' };

/** Pods that left the node by a DELETE of ours, not by an eviction. */
const deletions = () =>
  scenario.cluster
    .requests()
    .filter((request) => request.user === user && request.verb === 'delete' && request.resource === 'pods');

describe('an interruption goes on', () => {
  it.each([
    [
      'a token that is refused in the middle of the drain, with a new one',
      { match: eviction, answer: { status: 401 }, times: 1 },
    ],
    [
      'a token that is refused at the first look',
      { match: { user, resource: 'nodes' }, answer: { status: 401 }, times: 1 },
    ],
    [
      'evictions that are throttled and not held by a budget',
      { match: eviction, answer: { status: 429, retryAfterSeconds: 2 }, times: 5 },
    ],
    ['evictions that fail with 500', { match: eviction, answer: { status: 500 }, times: 4 }],
    ['evictions whose connection breaks', { match: eviction, answer: 'reset', times: 4 }],
    ['lists whose connection breaks', { match: { user, verb: 'list' }, answer: 'reset', times: 3 }],
    [
      'a conflict on every first write of a node',
      { match: { user, verb: 'patch', resource: 'nodes' }, answer: { status: 409, reason: 'Conflict' }, times: 2 },
    ],
    ['an API server that does not answer once', { match: eviction, answer: 'hang', times: 1 }],
  ] as readonly (readonly [string, FaultRule])[])('past %s', async (_, fault) => {
    scenario.cluster.faults.push(fault);
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
    expect(scenario.cluster.faults).toEqual([]);
    expect((await scenario.group('demo-spot')).desired).toBe(3);
    expect(scenario.unready()).toEqual([]);
  });
});

describe('a webhook that refuses every eviction in a namespace', () => {
  const denied = {
    status: 403,
    reason: 'Forbidden',
    message: 'admission webhook "guard.example.com" denied the request: not at night',
  };

  beforeEach(() => {
    scenario.cluster.faults.push({ match: { ...eviction, namespace: 'shop' }, answer: denied });
  });

  it('is named, and policy deletes the pods before the deadline of an interruption', async () => {
    const blocked: string[] = [];
    scenario.sandbox.buses.onEvent((event) => {
      if (event['detail-type'] === 'Workflow Blocked') blocked.push(JSON.stringify(event.detail));
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    const execution = await expectOutcome('Replaced');
    expect(blocked.join()).toContain('guard.example.com');
    expect(codes(execution.reasons)).toContain('ForceDeleted');
    expect(deletions()).not.toEqual([]);
  });

  it("ends a person's run by rolling it back when its time is over, without one deletion", async () => {
    const node = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    await scenario.run({ cluster: 'demo', nodes: [node], dryRun: false });
    await expectOutcome('RolledBack', 'EvictionDenied', 'DrainTimedOut');
    expect(deletions()).toEqual([]);
    expect(scenario.isCordoned(scenario.spot)).toBe(false);
    expect((await scenario.group('demo-spot')).desired).toBe(3);
  });
});

/** A Deployment of one pod that only fits the node. */
function newcomer(nodeName: string): object {
  const labels = { app: 'newcomer' };
  const containers = [{ name: 'main', image: 'app:1' }];
  const spec = { nodeSelector: { 'kubernetes.io/hostname': nodeName }, containers };
  return {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'newcomer', namespace: 'shop' },
    spec: { replicas: 1, selector: { matchLabels: labels }, template: { metadata: { labels }, spec } },
  };
}

describe('a new node that takes the name of the old one in the middle', () => {
  it('is never written to, and its pods are left alone', async () => {
    const { cluster } = scenario;
    const name = scenario.nodeOf(scenario.spot)?.metadata.name ?? '';
    const successor = 'i-0fffffffffffffff0';
    const left: string[] = [];
    cluster.store.subscribe(({ resource, object }) => {
      const leaves = resource === 'pods' && object.metadata.deletionTimestamp !== undefined;
      if (leaves && object.metadata.name.startsWith('newcomer')) left.push(object.metadata.name);
    });
    const stop = cluster.store.subscribe(({ resource, object }) => {
      const ours = resource === 'nodes' && object.metadata.name === name;
      if (!ours || (object.spec as { unschedulable?: boolean }).unschedulable !== true) return;
      stop();
      scenario.sandbox.clock.after(0, () => {
        cluster.removeNode(name);
        const labels = { 'topology.kubernetes.io/zone': 'us-east-1a', pool: 'spot' };
        cluster.addNode({ name, instanceId: successor, zone: 'us-east-1a', instanceType: 'm5.xlarge', labels });
        cluster.resetRequests();
        cluster.apply([newcomer(name)]);
      });
    });
    scenario.sandbox.world.interruptSpot(scenario.spot);
    await expectOutcome('Replaced');
    expect(left).toEqual([]);
    expect(scenario.podsOn(name).filter((pod) => pod.startsWith('shop/newcomer'))).toHaveLength(1);
    const node = scenario.nodeOf(successor);
    expect(Object.keys(node?.metadata.annotations ?? {}).filter((key) => key.startsWith('eks-steward'))).toEqual([]);
    expect(scenario.isCordoned(successor)).toBe(false);
    const writes = cluster.requests().filter((request) => request.user === user && request.verb === 'patch');
    expect(writes).toEqual([]);
  });
});
