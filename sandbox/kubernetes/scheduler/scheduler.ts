import { type ApiContext, nowOf } from '../api/context.ts';
import { claimNames } from '../controllers/claim-names.ts';
import type { Controller } from '../controllers/manager.ts';
import { conditionOf, isDeleting, isFinished, keyOfObject, withCondition } from '../controllers/pods.ts';
import type { Recorder } from '../controllers/recorder.ts';
import type { Change } from '../store/store.ts';
import type { Node, Pod } from '../types/objects.ts';
import { claimChecks, claimProblem, provisionClaims } from './claims.ts';
import { NodeUsage } from './node-usage.ts';
import { affinityMatches, pinnedNode, untolerated } from './scheduling.ts';
import { type NodeCheck, topologyChecks } from './topology.ts';

function isWaiting(pod: Pod): boolean {
  return !pod.spec.nodeName && !isFinished(pod) && !isDeleting(pod) && pod.spec.schedulerName === 'default-scheduler';
}

function hasAntiAffinity({ spec }: Pod): boolean {
  return Boolean(spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.length);
}

/** What a node itself says against a pod, in the words of the scheduler's plugins. */
function nodeRefusal(pod: Pod, { node }: NodeUsage): string | undefined {
  if (!affinityMatches(pod.spec, node)) return "node(s) didn't match Pod's node affinity/selector";
  const taint = untolerated(node.spec.taints, pod.spec.tolerations, ['NoSchedule', 'NoExecute']);
  const cordon = { key: 'node.kubernetes.io/unschedulable', effect: 'NoSchedule' };
  if (node.spec.unschedulable && untolerated([cordon], pod.spec.tolerations, ['NoSchedule']))
    return 'node(s) were unschedulable';
  // Since 1.35 the message no longer names the taint.
  return taint ? 'node(s) had untolerated taint(s)' : undefined;
}

interface Round {
  readonly nodes: ReadonlyMap<string, NodeUsage>;
  readonly guarded: Pod[];
  /** Refusals of this round by owner: pods of one ReplicaSet are alike. */
  readonly refusals: Map<string, string>;
}

/** Binds waiting pods to nodes; those that fit nowhere wait until something changes. It evicts nobody (no preemption). */
export class Scheduler implements Controller {
  readonly name = 'scheduler';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #waiting = new Set<string>();

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    if (resource === 'pods') {
      const key = keyOfObject(object);
      if (type !== 'DELETED' && isWaiting(object as Pod)) this.#waiting.add(key);
      else this.#waiting.delete(key);
      if (type === 'ADDED' || type === 'DELETED' || isFinished(object as Pod)) enqueue('waiting');
      return;
    }
    if (['nodes', 'persistentvolumeclaims', 'persistentvolumes', 'storageclasses.storage.k8s.io'].includes(resource))
      enqueue('waiting');
  }

  reconcile(): void {
    if (this.#waiting.size === 0) return;
    const pods = [...this.#waiting].flatMap((key) => this.#context.store.byKey('pods', key) ?? []);
    const ready = pods.filter((pod) => !pod.spec.schedulingGates?.length);
    ready.sort((left, right) => (right.spec.priority ?? 0) - (left.spec.priority ?? 0));
    const round = this.#newRound();
    for (const pod of ready) this.#schedule(pod, round);
  }

  #newRound(): Round {
    const { store } = this.#context;
    const nodes = new Map(store.list('nodes').map((node) => [node.metadata.name, new NodeUsage(node, store)]));
    const guarded = [...store.values('pods')].filter(
      (pod) => pod.spec.nodeName && !isFinished(pod) && hasAntiAffinity(pod),
    );
    return { nodes, guarded, refusals: new Map() };
  }

  #schedule(pod: Pod, round: Round): void {
    const pinned = pinnedNode(pod.spec);
    const alike = pinned || claimNames(pod).length > 0 ? undefined : pod.metadata.ownerReferences?.[0]?.uid;
    const known = alike && round.refusals.get(alike);
    if (known) {
      this.#refuse(pod, known);
      return;
    }
    const found = this.#choose(pod, round, pinned);
    if (found instanceof NodeUsage) {
      this.#bind(pod, found, round);
      return;
    }
    if (alike) round.refusals.set(alike, found);
    this.#refuse(pod, found);
  }

  /** The best node, or why there is none. */
  #choose(pod: Pod, round: Round, pinned: string | undefined): NodeUsage | string {
    const all = [...round.nodes.values()];
    const total = `0/${all.length} nodes are available`;
    const problem = claimProblem(this.#context, pod);
    if (problem) return `${total}: ${problem}.`;
    const checks = this.#checks(pod, all, round);
    const only = pinned === undefined ? all : all.filter(({ node }) => node.metadata.name === pinned);
    const reasons = new Map<string, number>();
    let best: { readonly usage: NodeUsage; readonly score: number } | undefined;
    for (const usage of only) {
      const refusal = nodeRefusal(pod, usage) ?? usage.lacking(pod.spec) ?? firstRefusal(checks, usage.node);
      if (refusal) reasons.set(refusal, (reasons.get(refusal) ?? 0) + 1);
      const score = refusal ? Number.POSITIVE_INFINITY : usage.score(pod);
      if (!refusal && (!best || score < best.score)) best = { usage, score };
    }
    if (best) return best.usage;
    const others = all.length - only.length;
    if (others > 0) reasons.set("node(s) didn't satisfy plugin(s) [NodeAffinity]", others);
    const list = [...reasons].map(([reason, count]) => `${count} ${reason}`).sort();
    return list.length > 0 ? `${total}: ${list.join(', ')}.` : 'no nodes available to schedule pods';
  }

  #checks(pod: Pod, all: readonly NodeUsage[], round: Round): NodeCheck[] {
    const nodes = all.map(({ node }) => node);
    return [...claimChecks(this.#context, pod), ...topologyChecks(this.#context.store, pod, nodes, round.guarded)];
  }

  #bind(pod: Pod, usage: NodeUsage, round: Round): void {
    const { name } = usage.node.metadata;
    provisionClaims(this.#context, pod, usage.node);
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null };
    const conditions = withCondition(pod.status.conditions, scheduled, nowOf(this.#context));
    const spec = { ...pod.spec, nodeName: name };
    const bound = this.#context.store.put('pods', { ...pod, spec, status: { ...pod.status, conditions } });
    usage.add(bound);
    if (hasAntiAffinity(bound)) round.guarded.push(bound);
    const message = `Successfully assigned ${keyOfObject(pod)} to ${name}`;
    this.#recorder.record(bound, { type: 'Normal', reason: 'Scheduled', message, component: 'default-scheduler' });
  }

  #refuse(pod: Pod, message: string): void {
    const before = conditionOf(pod.status.conditions, 'PodScheduled');
    if (before?.status === 'False' && before.message === message) return;
    const condition = { type: 'PodScheduled', status: 'False', lastProbeTime: null, reason: 'Unschedulable', message };
    const conditions = withCondition(pod.status.conditions, condition, nowOf(this.#context));
    const refused = this.#context.store.put('pods', { ...pod, status: { ...pod.status, conditions } });
    this.#recorder.record(refused, {
      type: 'Warning',
      reason: 'FailedScheduling',
      message,
      component: 'default-scheduler',
    });
  }
}

function firstRefusal(checks: readonly NodeCheck[], node: Node): string | undefined {
  for (const check of checks) {
    const refusal = check(node);
    if (refusal) return refusal;
  }
  return undefined;
}
