import { describe } from '@jest/globals';
import { aBudget } from '../../builders/a-budget.ts';
import { aNode } from '../../builders/a-node.ts';
import { aPod } from '../../builders/a-pod.ts';
import { fakeClock } from '../../fakes/fake-clock.ts';
import { fakeCluster } from '../../fakes/fake-cluster.ts';
import { type ClusterLab, clusterApiSuite } from './cluster-api.suite.ts';

let uids = 0;

function aLab(): ClusterLab {
  const clock = fakeClock();
  const cluster = fakeCluster(() => clock.now());
  clock.onTick = (now) => cluster.tick(now);
  const addNode = (name: string, instanceId: string) => {
    uids += 1;
    cluster.nodes = [...cluster.nodes, aNode({ name, instanceId, uid: `uid-${uids}`, resourceVersion: String(uids) })];
  };
  addNode('node-a', 'i-0123456789abcdef0');
  return {
    api: cluster,
    now: () => clock.now(),
    pass: (milliseconds) => clock.sleep(milliseconds),
    addNode,
    removeNode: (name) => {
      cluster.nodes = cluster.nodes.filter((node) => node.name !== name);
    },
    run: async (app, replicas, gracePeriodSeconds) => {
      const pod = () => aPod({ namespace: 'default', labels: { app }, gracePeriodSeconds });
      cluster.pods = [...cluster.pods, ...Array.from({ length: replicas }, pod)];
    },
    addBudget: async (name, app, minAvailable) => {
      const healthy = cluster.pods.filter(({ labels }) => labels['app'] === app).length;
      const selector = { matchLabels: { app } };
      const counts = {
        currentHealthy: healthy,
        desiredHealthy: minAvailable,
        disruptionsAllowed: healthy - minAvailable,
      };
      cluster.budgets = [...cluster.budgets, aBudget({ namespace: 'default', name, selector, ...counts })];
    },
    attachVolume: (_, nodeName) => void cluster.volumes.set(nodeName, (cluster.volumes.get(nodeName) ?? 0) + 1),
    withhold: (right) => void cluster.denied.push(right),
    events: () => cluster.events,
  };
}

describe('the cluster of the tests', () => {
  clusterApiSuite(aLab);
});
