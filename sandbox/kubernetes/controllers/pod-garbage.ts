import { type ApiContext, nowOf } from '../api/context.ts';
import { deleteObject } from '../api/delete.ts';
import type { Change } from '../store/store.ts';
import type { Node, Pod } from '../types/objects.ts';
import { definitionOf } from '../types/resources.ts';
import { type Controller, Rechecks } from './manager.ts';
import { conditionOf, isDeleting, isFinished, withCondition } from './pods.ts';

/** Source: pkg/controller/podgc/gc_controller.go: pods of a missing node are spared for 40 s, and looked at every 20 s. */
const quarantine = 40_000;
const outOfService = 'node.kubernetes.io/out-of-service';

/** Removes pods of nodes that are gone, and terminating pods of nodes that an operator has declared out of service. */
export class PodGarbageCollector implements Controller {
  readonly name = 'pod-garbage';
  readonly #context: ApiContext;
  readonly #timers: Rechecks;

  constructor(context: ApiContext) {
    this.#context = context;
    this.#timers = new Rechecks(context.clock, (node) => this.#collect(node));
  }

  observe({ resource, object, previous }: Change, enqueue: (key: string) => void): void {
    if (resource === 'nodes') enqueue(object.metadata.name);
    if (resource !== 'pods') return;
    const { nodeName } = (object as Pod).spec;
    const changed =
      nodeName !== (previous as Pod | undefined)?.spec.nodeName ||
      isDeleting(object) !== (previous && isDeleting(previous));
    if (nodeName && changed) enqueue(nodeName);
  }

  reconcile(name: string): void {
    const node = this.#context.store.get('nodes', undefined, name);
    if (!node) {
      if (this.#context.store.podsOnNode(name).length > 0)
        this.#timers.at(name, this.#context.clock.now() + quarantine);
      return;
    }
    this.#timers.cancel(name);
    if (this.#isOut(node)) for (const pod of this.#context.store.podsOnNode(name).filter(isDeleting)) this.#remove(pod);
  }

  #isOut(node: Node): boolean {
    const ready = conditionOf(node.status.conditions, 'Ready')?.status === 'True';
    return !ready && (node.spec.taints?.some(({ key }) => key === outOfService) ?? false);
  }

  #collect(name: string): void {
    if (this.#context.store.get('nodes', undefined, name)) return;
    for (const pod of this.#context.store.podsOnNode(name)) this.#remove(pod);
  }

  #remove(pod: Pod): void {
    if (!isFinished(pod)) this.#fail(pod);
    const { namespace, name } = pod.metadata;
    deleteObject(this.#context, definitionOf('pods'), { namespace, name }, { gracePeriodSeconds: 0 });
  }

  #fail(pod: Pod): void {
    const target = {
      type: 'DisruptionTarget',
      status: 'True',
      lastProbeTime: null,
      reason: 'DeletionByPodGC',
      message: 'PodGC: node no longer exists',
    };
    const conditions = withCondition(pod.status.conditions, target, nowOf(this.#context));
    this.#context.store.put('pods', { ...pod, status: { ...pod.status, phase: 'Failed', conditions } });
  }
}
