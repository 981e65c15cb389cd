import { type BudgetFacts, budgetKey, budgetsOf, evictsBesideBudget } from '../../shared/domain/budget.ts';
import type { EvictionAnswer } from '../../shared/domain/eviction.ts';
import type { NodeChange, NodeFacts } from '../../shared/domain/node.ts';
import type { PodFacts } from '../../shared/domain/pod.ts';
import { forceDeleteRight, type Right, roleRights } from '../../shared/domain/right.ts';
import type { ClusterApi } from '../../shared/kubernetes/cluster-api.ts';

export interface FakeCluster extends ClusterApi {
  nodes: NodeFacts[];
  pods: PodFacts[];
  budgets: BudgetFacts[];
  /** Volumes by node. */
  volumes: Map<string, number>;
  denied: Right[];
  /** What an eviction of this pod answers instead, by name. */
  answers: Map<string, EvictionAnswer>;
  readonly calls: string[];
  readonly events: { readonly name: string; readonly reason: string; readonly message: string }[];
  /** Pods whose time is over are gone; budgets get back what their new pods give. */
  tick(now: number): void;
}

/** Seconds after an eviction until the replacement elsewhere is Ready and its budget allows one more. */
const replacedAfter = 5_000;

/** A cluster in memory that honours UIDs, resource versions and disruption budgets as the API server does. */
export function fakeCluster(now: () => number): FakeCluster {
  let version = 100;
  const refills: { at: number; budget: string }[] = [];
  /** A second deletion may shorten the first and never lengthens it; none is left after a deletion with no grace period. */
  const remove = (pod: PodFacts, grace: number) => {
    const deletionDeadline = Math.min(now() + grace * 1_000, pod.deletionDeadline ?? Number.MAX_SAFE_INTEGER);
    cluster.pods = cluster.pods.flatMap((other) => {
      if (other.uid !== pod.uid) return [other];
      return grace === 0 ? [] : [{ ...other, deletionDeadline }];
    });
  };
  const spend = (budget: BudgetFacts) => {
    changeAllowed(cluster, budgetKey(budget), -1);
    refills.push({ at: now() + replacedAfter, budget: budgetKey(budget) });
  };
  const cluster: FakeCluster = {
    nodes: [],
    pods: [],
    budgets: [],
    volumes: new Map(),
    denied: [],
    answers: new Map(),
    calls: [],
    events: [],
    tick(time) {
      cluster.pods = cluster.pods.filter(
        ({ deletionDeadline }) => deletionDeadline === undefined || deletionDeadline > time,
      );
      for (const refill of refills.splice(0)) {
        if (refill.at <= time) changeAllowed(cluster, refill.budget, 1);
        else refills.push(refill);
      }
    },
    async rights() {
      cluster.calls.push('rights');
      const all: readonly Right[] = [...roleRights.drain, forceDeleteRight];
      return all.filter(
        (right) => !cluster.denied.some(({ verb, resource }) => verb === right.verb && resource === right.resource),
      );
    },
    async missingRights(needed) {
      cluster.calls.push('missingRights');
      return needed.filter((right) =>
        cluster.denied.some(
          ({ verb, group, resource }) => verb === right.verb && group === right.group && resource === right.resource,
        ),
      );
    },
    async getNode(name) {
      cluster.calls.push(`getNode ${name}`);
      return cluster.nodes.find((node) => node.name === name);
    },
    async listNodes() {
      cluster.calls.push('listNodes');
      return [...cluster.nodes];
    },
    async changeNode(node, change) {
      cluster.calls.push(`changeNode ${node.name}`);
      const current = cluster.nodes.find(({ name }) => name === node.name);
      if (!current) return 'Gone';
      if (current.uid !== node.uid || current.resourceVersion !== node.resourceVersion) return 'Conflict';
      version += 1;
      const changed = { ...patched(current, change), resourceVersion: String(version) };
      cluster.nodes = cluster.nodes.map((other) => (other === current ? changed : other));
      return 'Changed';
    },
    async listPods(nodeNames) {
      cluster.calls.push('listPods');
      return cluster.pods.filter(({ nodeName }) => nodeNames.includes(nodeName));
    },
    async listBudgets() {
      cluster.calls.push('listBudgets');
      return [...cluster.budgets];
    },
    async evict(pod, gracePeriodSeconds) {
      cluster.calls.push(`evict ${pod.name}`);
      const scripted = cluster.answers.get(pod.name);
      if (scripted) return scripted;
      const current = cluster.pods.find(({ uid }) => uid === pod.uid);
      if (!current) return { kind: 'Gone' };
      const budgets = budgetsOf(current, cluster.budgets);
      const [budget] = budgets;
      if (budgets.length > 1) return { kind: 'SeveralBudgets', message: 'more than one' };
      if (budget && !evictsBesideBudget(current, budget)) {
        if (!budget.observed) return { kind: 'BudgetNotObserved', message: 'not observed', retryAfterSeconds: 10 };
        if (budget.disruptionsAllowed <= 0) return { kind: 'BudgetHolds', message: 'no budget' };
        spend(budget);
      }
      remove(current, gracePeriodSeconds ?? current.gracePeriodSeconds);
      return { kind: 'Evicted' };
    },
    async deletePod(pod, gracePeriodSeconds) {
      cluster.calls.push(`delete ${pod.name}`);
      const current = cluster.pods.find(({ uid }) => uid === pod.uid);
      if (!current) return { kind: 'Gone' };
      remove(current, gracePeriodSeconds);
      return { kind: 'Evicted' };
    },
    async countVolumes(nodeNames) {
      cluster.calls.push('countVolumes');
      return new Map([...cluster.volumes].filter(([name, count]) => nodeNames.includes(name) && count > 0));
    },
    async recordEvent(about, { reason, message }) {
      cluster.events.push({ name: about.name, reason, message });
    },
  };
  return cluster;
}

function changeAllowed(cluster: FakeCluster, key: string, by: number): void {
  cluster.budgets = cluster.budgets.map((budget) =>
    budgetKey(budget) === key ? { ...budget, disruptionsAllowed: budget.disruptionsAllowed + by } : budget,
  );
}

function patched(node: NodeFacts, change: NodeChange): NodeFacts {
  return {
    ...node,
    ...(change.unschedulable !== undefined && { unschedulable: change.unschedulable }),
    ...(change.taints && { taints: change.taints }),
    labels: merged(node.labels, change.labels),
    annotations: merged(node.annotations, change.annotations),
  };
}

function merged(before: Readonly<Record<string, string>>, change: Readonly<Record<string, string | null>> = {}) {
  const entries = Object.entries({ ...before, ...change });
  return Object.fromEntries(entries.filter((entry): entry is [string, string] => entry[1] !== null));
}
