import type { Timer } from '../../clock.ts';
import { type ApiContext, nowOf } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import type { ClusterOptions, NewNode } from '../contract.ts';
import { withCondition } from '../controllers/pods.ts';
import type { Recorder } from '../controllers/recorder.ts';
import type { Change } from '../store/store.ts';
import type { Condition, Node, Pod } from '../types/objects.ts';
import { nodeDraft, readyCondition } from './node-object.ts';
import { PodWorkers } from './pod-workers.ts';

/** `--node-monitor-grace-period` of kube-controller-manager since 1.32: cmd/kube-controller-manager/app/options. */
const monitorGrace = 50_000;

/** The kubelets of all nodes: they look after their pods, and stop doing so when their machine is lost. */
export class Kubelets {
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #workers: PodWorkers;
  readonly #alive = new Map<string, boolean>();
  readonly #nodeTimers = new Map<string, Timer>();
  readonly #stop: () => void;

  constructor(context: ApiContext, recorder: Recorder, images: ClusterOptions['images']) {
    this.#context = context;
    this.#recorder = recorder;
    this.#workers = new PodWorkers(context, recorder, images);
    this.#stop = context.store.subscribe((change) => this.#observe(change));
  }

  close(): void {
    this.#stop();
    this.#workers.close();
    for (const timer of this.#nodeTimers.values()) this.#context.clock.cancel(timer);
  }

  /** Registers a node; it becomes Ready after the time that its boot still takes. */
  add(node: NewNode, version: string): void {
    const seconds = node.readyAfterSeconds ?? 0;
    const draft = nodeDraft(node, version, seconds === 0, nowOf(this.#context));
    if (!createTrusted(this.#context, 'nodes', draft)) throw new Error(`the node ${node.name} cannot be registered`);
    this.#alive.set(node.name, true);
    if (seconds > 0)
      this.#later(node.name, seconds * 1000, () => this.#report(node.name, readyCondition(true, nowOf(this.#context))));
  }

  /** The machine is gone for good. */
  forget(name: string): void {
    this.#halt(name);
    this.#alive.delete(name);
  }

  /** Throws for a machine that was never added or is gone. */
  setReady(name: string, ready: boolean): void {
    if (!this.#alive.has(name)) throw new Error(`there is no machine of the node ${name}`);
    if (!ready) {
      this.#halt(name);
      this.#later(name, monitorGrace, () => this.#markUnknown(name));
      return;
    }
    this.#context.clock.cancel(this.#nodeTimers.get(name));
    this.#alive.set(name, true);
    this.#report(name, readyCondition(true, nowOf(this.#context)));
    for (const pod of this.#context.store.podsOnNode(name)) {
      this.#workers.restart(pod);
      this.#attend(pod);
    }
  }

  #later(name: string, ms: number, run: () => void): void {
    this.#context.clock.cancel(this.#nodeTimers.get(name));
    this.#nodeTimers.set(name, this.#context.clock.after(ms, run));
  }

  #halt(name: string): void {
    this.#alive.set(name, false);
    this.#context.clock.cancel(this.#nodeTimers.get(name));
    for (const pod of this.#context.store.podsOnNode(name)) this.#workers.drop(pod.metadata.uid);
  }

  #report(name: string, ready: Condition): void {
    const node = this.#context.store.get('nodes', undefined, name);
    if (!node) return;
    const now = nowOf(this.#context);
    const conditions = withCondition(node.status.conditions, ready, now);
    this.#context.store.put('nodes', { ...node, status: { ...node.status, conditions } });
    if (ready.status !== 'True') return;
    this.#recorder.record(node, {
      type: 'Normal',
      reason: 'NodeReady',
      message: `Node ${name} status is now: NodeReady`,
      component: 'kubelet',
      host: name,
    });
  }

  /** Source: pkg/controller/nodelifecycle/node_lifecycle_controller.go, tryUpdateNodeHealth. */
  #markUnknown(name: string): void {
    const node = this.#context.store.get('nodes', undefined, name);
    if (!node) return;
    const now = nowOf(this.#context);
    const set = (node.status.conditions ?? []).map(({ type }) => ({
      type,
      status: 'Unknown',
      reason: 'NodeStatusUnknown',
      message: 'Kubelet stopped posting node status.',
    }));
    const conditions = set.reduce<readonly Condition[]>(
      (list, item) => withCondition(list, item, now),
      node.status.conditions ?? [],
    );
    this.#context.store.put('nodes', { ...node, status: { ...node.status, conditions } });
  }

  #observe({ resource, object, type, previous }: Change): void {
    if (resource === 'pods') {
      if (type === 'DELETED') this.#workers.drop(object.metadata.uid);
      else this.#attend(object as Pod);
    }
    if (resource === 'nodes' && type === 'MODIFIED') this.#tellCordon(object as Node, previous as Node | undefined);
    if (resource !== 'volumeattachments.storage.k8s.io' || type === 'DELETED') return;
    const { nodeName } = (object as { spec: { nodeName?: string } }).spec;
    for (const pod of this.#context.store.podsOnNode(nodeName ?? '')) this.#attend(pod);
  }

  /** Source: pkg/kubelet/kubelet_node_status.go, recordNodeSchedulableEvent. */
  #tellCordon(node: Node, previous: Node | undefined): void {
    const [before, now] = [previous, node].map((item) => item?.spec.unschedulable ?? false);
    const { name } = node.metadata;
    if (before === now || !this.#alive.get(name)) return;
    const reason = now ? 'NodeNotSchedulable' : 'NodeSchedulable';
    const message = `Node ${name} status is now: ${reason}`;
    this.#recorder.record(node, { type: 'Normal', reason, message, component: 'kubelet', host: name });
  }

  #attend(pod: Pod): void {
    if (this.#alive.get(pod.spec.nodeName ?? '')) this.#workers.attend(pod);
  }
}
