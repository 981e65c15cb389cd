import { keyOf } from '../store/collection.ts';
import type { Condition, KubeObject, OwnerReference, Pod, PodTemplate } from '../types/objects.ts';

/** `namespace/name` of an object. */
export function keyOfObject({ metadata }: KubeObject): string {
  return keyOf(metadata.namespace, metadata.name);
}

export function controllerOf(object: KubeObject): OwnerReference | undefined {
  return object.metadata.ownerReferences?.find(({ controller }) => controller);
}

/** The reference by which a controller's object owns another. */
export function ownedBy(owner: KubeObject): OwnerReference {
  const { name, uid } = owner.metadata;
  return { apiVersion: owner.apiVersion, kind: owner.kind, name, uid, controller: true, blockOwnerDeletion: true };
}

export function conditionOf(conditions: readonly Condition[] | undefined, type: string): Condition | undefined {
  return conditions?.find((condition) => condition.type === type);
}

export function isReady(pod: Pod): boolean {
  return conditionOf(pod.status.conditions, 'Ready')?.status === 'True';
}

export function isFinished(pod: Pod): boolean {
  return pod.status.phase === 'Succeeded' || pod.status.phase === 'Failed';
}

export function isDeleting(object: KubeObject): boolean {
  return object.metadata.deletionTimestamp !== undefined;
}

/** Neither finished nor going. */
export function isActive(pod: Pod): boolean {
  return !isFinished(pod) && !isDeleting(pod);
}

/** When a ready pod counts as available, in epoch milliseconds; `undefined` while it is not ready. */
export function availableAt(pod: Pod, minReadySeconds = 0): number | undefined {
  const ready = conditionOf(pod.status.conditions, 'Ready');
  if (ready?.status !== 'True') return undefined;
  return minReadySeconds === 0 ? 0 : Date.parse(ready.lastTransitionTime ?? '') + minReadySeconds * 1000;
}

/** A new list of conditions with one of them set; its transition time moves only when its status does. */
export function withCondition(conditions: readonly Condition[] | undefined, set: Condition, now: string): Condition[] {
  const before = conditionOf(conditions, set.type);
  const lastTransitionTime = before?.status === set.status ? (before.lastTransitionTime ?? now) : now;
  return [...(conditions ?? []).filter((item) => item !== before), { ...set, lastTransitionTime }];
}

/** What a controller gives to create a pod from a template. */
export function podDraft(
  owner: KubeObject,
  template: PodTemplate,
  name: { name: string } | { generateName: string },
  labels = {},
) {
  return {
    metadata: {
      ...name,
      namespace: owner.metadata.namespace,
      labels: { ...template.metadata?.labels, ...labels },
      ...(template.metadata?.annotations ? { annotations: template.metadata.annotations } : {}),
      ownerReferences: [ownedBy(owner)],
    },
    spec: template.spec,
  };
}

/** The order in which surplus pods go. Source: pkg/controller/controller_utils.go, ActivePodsWithRanks. */
export function bySurplus(now: number): (left: Pod, right: Pod) => number {
  const cost = (pod: Pod) => Number(pod.metadata.annotations?.['controller.kubernetes.io/pod-deletion-cost'] ?? 0);
  const rank = (pod: Pod) => [
    pod.spec.nodeName ? 1 : 0,
    pod.status.phase === 'Pending' ? 0 : 1,
    isReady(pod) ? 1 : 0,
    cost(pod),
    now - Date.parse(pod.metadata.creationTimestamp),
  ];
  return (left, right) => {
    const [a, b] = [rank(left), rank(right)];
    const at = a.findIndex((value, place) => value !== b[place]);
    return at < 0 ? 0 : (a[at] ?? 0) - (b[at] ?? 0);
  };
}
