import { type ApiContext, nowOf } from '../api/context.ts';
import type { Change } from '../store/store.ts';
import { sameJson } from '../types/equal.ts';
import type { KubeObject, Node, Taint } from '../types/objects.ts';
import type { Controller } from './manager.ts';
import { conditionOf, isReady, withCondition } from './pods.ts';
import type { Recorder } from './recorder.ts';

const notReady = 'node.kubernetes.io/not-ready';
const unreachable = 'node.kubernetes.io/unreachable';
const unschedulable = 'node.kubernetes.io/unschedulable';
const owned = new Set([notReady, unreachable, unschedulable]);

/** The taints that a node should have by its state. Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go. */
function wantedTaints(node: Node): Taint[] {
  const ready = conditionOf(node.status.conditions, 'Ready')?.status;
  const key = ready === 'True' ? undefined : ready === 'False' ? notReady : unreachable;
  const lost = key ? ['NoSchedule', 'NoExecute'].map((effect) => ({ key, effect })) : [];
  return node.spec.unschedulable ? [{ key: unschedulable, effect: 'NoSchedule' }, ...lost] : lost;
}

/** Keeps the taints of nodes in step with their state, and marks the pods of lost nodes unready. */
export class NodeLifecycleController implements Controller {
  readonly name = 'node-lifecycle';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
  }

  observe({ resource, object, type }: Change, enqueue: (key: string) => void): void {
    if (resource !== 'nodes') return;
    if (type === 'ADDED') this.#tell(object, 'RegisteredNode', 'Registered Node', 'in');
    if (type === 'DELETED') this.#tell(object, 'RemovingNode', 'Removing Node', 'from');
    else enqueue(object.metadata.name);
  }

  /** Source of the words: node_lifecycle_controller.go and pkg/controller/util/node/controller_utils.go, RecordNodeEvent. */
  #tell(node: KubeObject, reason: string, what: string, where: string): void {
    const { name } = node.metadata;
    const message = `Node ${name} event: ${what} ${name} ${where} Controller`;
    this.#recorder.record(node, { type: 'Normal', reason, message, component: 'node-controller' });
  }

  reconcile(name: string): void {
    const node = this.#context.store.get('nodes', undefined, name);
    if (!node) return;
    this.#taint(node);
    const ready = conditionOf(node.status.conditions, 'Ready')?.status === 'True';
    if (!ready) this.#markPods(node);
  }

  #taint(node: Node): void {
    const current = node.spec.taints ?? [];
    const wanted = wantedTaints(node);
    const same = (taint: Taint) => (other: Taint) => other.key === taint.key && other.effect === taint.effect;
    const kept = current.filter((taint) => !owned.has(taint.key) || wanted.some(same(taint)));
    const now = nowOf(this.#context);
    const added = wanted.filter((taint) => !current.some(same(taint))).map((taint) => ({ ...taint, timeAdded: now }));
    const taints = [...kept, ...added];
    if (sameJson(taints, current)) return;
    const { taints: _old, ...spec } = node.spec;
    this.#context.store.put('nodes', { ...node, spec: taints.length > 0 ? { ...spec, taints } : spec });
  }

  #markPods(node: Node): void {
    const now = nowOf(this.#context);
    const { name } = node.metadata;
    const pods = this.#context.store.podsOnNode(name).filter(isReady);
    if (pods.length === 0) return;
    const message = `Node ${name} status is now: NodeNotReady`;
    this.#recorder.record(node, { type: 'Normal', reason: 'NodeNotReady', message, component: 'node-controller' });
    for (const pod of pods) {
      const ready = { type: 'Ready', status: 'False', lastProbeTime: null };
      const conditions = withCondition(pod.status.conditions, ready, now);
      const marked = this.#context.store.put('pods', { ...pod, status: { ...pod.status, conditions } });
      this.#recorder.record(marked, {
        type: 'Warning',
        reason: 'NodeNotReady',
        message: 'Node is not ready',
        component: 'node-controller',
      });
    }
  }
}
