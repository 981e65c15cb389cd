import type { Timer } from '../../clock.ts';
import { type ApiContext, nowOf } from '../api/context.ts';
import { deleteObject } from '../api/delete.ts';
import type { ClusterOptions, ImageBehaviour } from '../contract.ts';
import { claimNames } from '../controllers/claim-names.ts';
import { conditionOf, isDeleting, isFinished, keyOfObject } from '../controllers/pods.ts';
import type { Recorder } from '../controllers/recorder.ts';
import type { Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import { behaviour, durationOf, says } from './annotations.ts';
import { addressOf } from './node-object.ts';
import { PodEvents } from './pod-events.ts';
import { endedStatus, inventedDigest, lacksDebug, startedStatus, withDebugStatus } from './pod-status.ts';

const defaultStart = 2000;
const defaultStop = 1000;

interface Task {
  readonly kind: 'start' | 'end' | 'stop';
  readonly timer: Timer;
}

function isStarted({ status }: Pod): boolean {
  return status.phase === 'Running' && status.containerStatuses !== undefined;
}

/** What kubelets do with their pods: start, end and stop them, each on a timer. */
export class PodWorkers {
  readonly #context: ApiContext;
  readonly #words: PodEvents;
  readonly #images: (image: string) => ImageBehaviour;
  /** What is under way for a pod, by its UID. */
  readonly #tasks = new Map<string, Task>();

  constructor(context: ApiContext, recorder: Recorder, images: ClusterOptions['images']) {
    this.#context = context;
    this.#words = new PodEvents(recorder);
    this.#images = (image) => images?.(image) ?? {};
  }

  close(): void {
    for (const { timer } of this.#tasks.values()) this.#context.clock.cancel(timer);
  }

  /** Brings the work for a pod in line with what its object says now. */
  attend(pod: Pod): void {
    const { uid } = pod.metadata;
    const task = this.#tasks.get(uid);
    if (isDeleting(pod)) {
      this.#stopPod(pod, task);
      return;
    }
    if (isStarted(pod) && lacksDebug(pod)) {
      this.#context.store.put('pods', { ...pod, status: withDebugStatus(pod, nowOf(this.#context)) });
      return;
    }
    if (task || isFinished(pod) || pod.status.containerStatuses || !this.#volumesReady(pod)) return;
    const pull = Math.max(0, ...pod.spec.containers.map(({ image = '' }) => this.#images(image).pullSeconds ?? 0));
    const ms = durationOf(pod, behaviour.startsAfter, defaultStart) + pull * 1000;
    this.#words.pulling(pod, (image) => this.#images(image).pullSeconds ?? 0);
    this.#schedule(uid, 'start', ms, () => this.#start(keyOfObject(pod), uid));
  }

  /** A machine that comes back starts the containers again that it ran before, in the same pod. */
  restart(pod: Pod): void {
    if (isDeleting(pod) || isFinished(pod) || !pod.status.containerStatuses) return;
    const { uid } = pod.metadata;
    const ms = durationOf(pod, behaviour.startsAfter, defaultStart);
    this.#schedule(uid, 'start', ms, () => this.#start(keyOfObject(pod), uid));
  }

  /** Forgets what is under way for a pod. */
  drop(uid: string): void {
    this.#context.clock.cancel(this.#tasks.get(uid)?.timer);
    this.#tasks.delete(uid);
  }

  #schedule(uid: string, kind: Task['kind'], ms: number, run: () => void): void {
    this.drop(uid);
    const timer = this.#context.clock.after(ms, () => {
      this.#tasks.delete(uid);
      run();
    });
    this.#tasks.set(uid, { kind, timer });
  }

  #volumesReady(pod: Pod): boolean {
    const { store } = this.#context;
    const claims = claimNames(pod);
    if (claims.length === 0) return true;
    const attached = new Set<string | undefined>();
    for (const { spec, status } of store.values('volumeattachments.storage.k8s.io')) {
      if (spec.nodeName === pod.spec.nodeName && status?.attached) attached.add(spec.source.persistentVolumeName);
    }
    return claims.every(({ name }) =>
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
    this.#words.started(started, running.outcome, (image) => this.#images(image).pullSeconds ?? 0);
    const runsFor = started.metadata.annotations?.[behaviour.runsFor];
    if (runsFor === undefined || running.outcome !== 'runs') return;
    this.#schedule(uid, 'end', durationOf(started, behaviour.runsFor, 0), () => this.#end(key, uid));
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
    if (task?.kind !== 'stop') this.#words.killing(pod);
    const key = keyOfObject(pod);
    this.#schedule(uid, 'stop', due - clock.now(), () => this.#remove(key, uid));
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
