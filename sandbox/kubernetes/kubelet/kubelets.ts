import type { Timer } from '../../clock.ts';
import { type ApiContext, nowOf } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { deleteObject } from '../api/delete.ts';
import type { ClusterOptions, ImageBehaviour, NewNode } from '../contract.ts';
import { conditionOf, isDeleting, isFinished, keyOfObject, withCondition } from '../controllers/pods.ts';
import type { Recorder } from '../controllers/recorder.ts';
import type { Change } from '../store/store.ts';
import type { Condition, Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import { behaviour, durationOf, says } from './annotations.ts';
import { addressOf, nodeDraft, readyCondition } from './node-object.ts';
import { endedStatus, inventedDigest, startedStatus } from './pod-status.ts';

/** `--node-monitor-grace-period` of kube-controller-manager since 1.32: cmd/kube-controller-manager/app/options. */
const monitorGrace = 50_000;
const defaultStart = 2000;
const defaultStop = 1000;

interface Task {
  readonly kind: 'start' | 'end' | 'stop';
  readonly timer: Timer;
}

/** The kubelets of all nodes: they start, stop and end pods, each on a timer, and stop doing so when their machine is lost. */
export class Kubelets {
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #images: (image: string) => ImageBehaviour;
  readonly #alive = new Map<string, boolean>();
  readonly #nodeTimers = new Map<string, Timer>();
  /** What is under way for a pod, by its UID. */
  readonly #tasks = new Map<string, Task>();
  readonly #stop: () => void;

  constructor(context: ApiContext, recorder: Recorder, images: ClusterOptions['images']) {
    this.#context = context;
    this.#recorder = recorder;
    this.#images = (image) => images?.(image) ?? {};
    this.#stop = context.store.subscribe((change) => this.#observe(change));
  }

  close(): void {
    this.#stop();
    for (const { timer } of this.#tasks.values()) this.#context.clock.cancel(timer);
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
    for (const pod of this.#context.store.podsOnNode(name)) this.#attend(pod);
  }

  #later(name: string, ms: number, run: () => void): void {
    this.#context.clock.cancel(this.#nodeTimers.get(name));
    this.#nodeTimers.set(name, this.#context.clock.after(ms, run));
  }

  #halt(name: string): void {
    this.#alive.set(name, false);
    this.#context.clock.cancel(this.#nodeTimers.get(name));
    for (const pod of this.#context.store.podsOnNode(name)) this.#drop(pod.metadata.uid);
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

  #observe({ resource, object, type }: Change): void {
    if (resource === 'pods') {
      if (type === 'DELETED') this.#drop(object.metadata.uid);
      else this.#attend(object as Pod);
    }
    if (resource !== 'volumeattachments.storage.k8s.io' || type === 'DELETED') return;
    const { nodeName } = (object as { spec: { nodeName?: string } }).spec;
    for (const pod of this.#context.store.podsOnNode(nodeName ?? '')) this.#attend(pod);
  }

  #drop(uid: string): void {
    this.#context.clock.cancel(this.#tasks.get(uid)?.timer);
    this.#tasks.delete(uid);
  }

  #schedule(uid: string, kind: Task['kind'], ms: number, run: () => void): void {
    this.#drop(uid);
    const timer = this.#context.clock.after(ms, () => {
      this.#tasks.delete(uid);
      run();
    });
    this.#tasks.set(uid, { kind, timer });
  }

  /** Brings the work for a pod in line with what its object says now. */
  #attend(pod: Pod): void {
    const { nodeName } = pod.spec;
    if (!nodeName || !this.#alive.get(nodeName)) return;
    const { uid } = pod.metadata;
    const task = this.#tasks.get(uid);
    if (isDeleting(pod)) {
      this.#stopPod(pod, task);
      return;
    }
    if (task || isFinished(pod) || pod.status.containerStatuses || !this.#volumesReady(pod)) return;
    const pull = Math.max(0, ...pod.spec.containers.map(({ image = '' }) => this.#images(image).pullSeconds ?? 0));
    const ms = durationOf(pod, behaviour.startsAfter, defaultStart) + pull * 1000;
    this.#schedule(uid, 'start', ms, () => this.#start(keyOfObject(pod), uid));
  }

  #volumesReady(pod: Pod): boolean {
    const { store } = this.#context;
    const claims = (pod.spec.volumes ?? []).flatMap(({ persistentVolumeClaim: claim }) =>
      claim ? [claim.claimName] : [],
    );
    if (claims.length === 0) return true;
    const attached = new Set<string | undefined>();
    for (const { spec, status } of store.values('volumeattachments.storage.k8s.io')) {
      if (spec.nodeName === pod.spec.nodeName && status?.attached) attached.add(spec.source.persistentVolumeName);
    }
    return claims.every((name) =>
      attached.has(store.get('persistentvolumeclaims', pod.metadata.namespace, name)?.spec.volumeName),
    );
  }

  #latest(key: string, uid: string): Pod | undefined {
    const pod = this.#context.store.byKey('pods', key);
    return pod?.metadata.uid === uid ? pod : undefined;
  }

  #outcome(pod: Pod): NonNullable<ImageBehaviour['outcome']> {
    if (says(pod, behaviour.crashLoops)) return 'crash-loops';
    if (says(pod, behaviour.neverReady)) return 'never-ready';
    const outcomes = pod.spec.containers.map(({ image = '' }) => this.#images(image).outcome ?? 'runs');
    return outcomes.find((outcome) => outcome !== 'runs') ?? 'runs';
  }

  #start(key: string, uid: string): void {
    const pod = this.#latest(key, uid);
    if (!pod || isDeleting(pod)) return;
    const hostIP = addressOf(pod.spec.nodeName ?? '');
    const node = this.#context.store.get('nodes', undefined, pod.spec.nodeName ?? '');
    const nodeIP = node?.status.addresses?.find(({ type }) => type === 'InternalIP')?.address ?? hostIP;
    const digest = (image: string) => this.#images(image).digest ?? inventedDigest(image);
    const running = {
      pod,
      hostIP: nodeIP,
      podIP: addressOf(uid),
      now: nowOf(this.#context),
      outcome: this.#outcome(pod),
      digest,
    };
    const started = this.#context.store.put('pods', { ...pod, status: startedStatus(running) });
    this.#tell(started, running.outcome);
    const runsFor = started.metadata.annotations?.[behaviour.runsFor];
    if (runsFor === undefined || running.outcome !== 'runs') return;
    this.#schedule(uid, 'end', durationOf(started, behaviour.runsFor, 0), () => this.#end(key, uid));
  }

  #tell(pod: Pod, outcome: ImageBehaviour['outcome']): void {
    const host = pod.spec.nodeName ?? '';
    const [first] = pod.spec.containers;
    const fieldPath = `spec.containers{${first?.name}}`;
    const event = { component: 'kubelet', host, fieldPath };
    if (outcome === 'not-found') {
      const message = `Failed to pull image "${first?.image}": not found`;
      this.#recorder.record(pod, { ...event, type: 'Warning', reason: 'Failed', message });
      return;
    }
    this.#recorder.record(pod, {
      ...event,
      type: 'Normal',
      reason: 'Started',
      message: `Started container ${first?.name}`,
    });
    if (outcome !== 'crash-loops') return;
    const message = `Back-off restarting failed container ${first?.name} in pod ${pod.metadata.name}_${pod.metadata.namespace}`;
    this.#recorder.record(pod, { ...event, type: 'Warning', reason: 'BackOff', message });
  }

  #end(key: string, uid: string): void {
    const pod = this.#latest(key, uid);
    if (pod)
      this.#context.store.put('pods', {
        ...pod,
        status: endedStatus(pod, nowOf(this.#context), says(pod, behaviour.fails)),
      });
  }

  /** A pod goes when it has stopped, at the latest when its grace period ends; a shorter grace brings that forward. */
  #stopPod(pod: Pod, task: Task | undefined): void {
    const { clock } = this.#context;
    const { uid, deletionTimestamp = '' } = pod.metadata;
    const grace = Date.parse(deletionTimestamp);
    const never = pod.metadata.annotations?.[behaviour.stopsAfter] === 'never';
    const running = pod.status.phase === 'Running' && conditionOf(pod.status.conditions, 'Initialized') !== undefined;
    const stop = never ? grace : clock.now() + (running ? durationOf(pod, behaviour.stopsAfter, defaultStop) : 0);
    const due = Math.max(clock.now(), Math.min(grace, task?.kind === 'stop' ? Math.min(task.timer.due, stop) : stop));
    if (task?.kind === 'stop' && task.timer.due <= due) return;
    if (task?.kind !== 'stop') this.#sayKilling(pod);
    const key = keyOfObject(pod);
    this.#schedule(uid, 'stop', due - clock.now(), () => this.#remove(key, uid));
  }

  #sayKilling(pod: Pod): void {
    const [first] = pod.spec.containers;
    const event = { component: 'kubelet', host: pod.spec.nodeName ?? '', fieldPath: `spec.containers{${first?.name}}` };
    this.#recorder.record(pod, {
      ...event,
      type: 'Normal',
      reason: 'Killing',
      message: `Stopping container ${first?.name}`,
    });
  }

  #remove(key: string, uid: string): void {
    const pod = this.#latest(key, uid);
    if (!pod) return;
    const { namespace, name } = pod.metadata;
    deleteObject(
      this.#context,
      definitionOf('pods'),
      { namespace, name },
      { gracePeriodSeconds: 0, preconditions: { uid } },
    );
  }
}
