import { type ApiContext, nowOf } from '../api/context.ts';
import { deleteObject } from '../api/delete.ts';
import { tolerates } from '../scheduler/scheduling.ts';
import type { Change } from '../store/store.ts';
import type { Node, Pod, Taint } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import { type Controller, Rechecks } from './manager.ts';
import { isActive, keyOfObject, withCondition } from './pods.ts';
import type { Recorder } from './recorder.ts';

/** Seconds that a pod may stay under these taints: 0 to go now, `undefined` for ever. */
function tolerated(pod: Pod, taints: readonly Taint[]): number | undefined {
  const times: number[] = [];
  for (const taint of taints) {
    const matching = (pod.spec.tolerations ?? []).filter((toleration) => tolerates(toleration, taint));
    if (matching.length === 0) return 0;
    for (const { tolerationSeconds } of matching)
      if (tolerationSeconds !== undefined) times.push(Math.max(0, tolerationSeconds));
  }
  return times.length > 0 ? Math.min(...times) : undefined;
}

/** Deletes pods from nodes with NoExecute taints. Source: pkg/controller/tainteviction/taint_eviction.go. */
export class TaintEvictionController implements Controller {
  readonly name = 'taint-eviction';
  readonly #context: ApiContext;
  readonly #recorder: Recorder;
  readonly #timers: Rechecks;

  constructor(context: ApiContext, recorder: Recorder) {
    this.#context = context;
    this.#recorder = recorder;
    this.#timers = new Rechecks(context.clock, (key) => this.#evict(key));
  }

  observe({ resource, object, previous, type }: Change, enqueue: (key: string) => void): void {
    if (resource === 'pods') {
      const key = keyOfObject(object);
      if (type === 'DELETED') this.#timers.cancel(key);
      const [node, before] = [(object as Pod).spec.nodeName, (previous as Pod | undefined)?.spec.nodeName];
      if (type !== 'DELETED' && node && node !== before) enqueue(key);
    }
    if (resource !== 'nodes' || type === 'DELETED') return;
    if ((object as Node).spec.taints === (previous as Node | undefined)?.spec.taints) return;
    for (const pod of this.#context.store.podsOnNode(object.metadata.name)) enqueue(keyOfObject(pod));
  }

  reconcile(key: string): void {
    const pod = this.#context.store.byKey('pods', key);
    const node = pod && this.#context.store.get('nodes', undefined, pod.spec.nodeName ?? '');
    const taints = (node?.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute');
    const seconds = pod && taints.length > 0 ? tolerated(pod, taints) : undefined;
    if (!pod || seconds === undefined || !isActive(pod)) {
      this.#timers.cancel(key);
      return;
    }
    if (seconds === 0) {
      this.#evict(key);
      return;
    }
    // The time runs from when this controller first saw the taint; `at` keeps the earlier timer.
    this.#timers.at(key, this.#context.clock.now() + seconds * 1000);
  }

  #evict(key: string): void {
    const pod = this.#context.store.byKey('pods', key);
    if (!pod || !isActive(pod)) return;
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      reason: 'DeletionByTaintManager',
      message: 'Taint manager: deleting due to NoExecute taint',
    };
    const conditions = withCondition(pod.status.conditions, target, nowOf(this.#context));
    const marked = this.#context.store.put('pods', { ...pod, status: { ...pod.status, conditions } });
    const message = `Marking for deletion Pod ${key}`;
    this.#recorder.record(marked, {
      type: 'Normal',
      reason: 'TaintManagerEviction',
      message,
      component: 'taint-eviction-controller',
    });
    const { namespace, name } = pod.metadata;
    deleteObject(this.#context, definitionOf('pods'), { namespace, name });
  }
}
