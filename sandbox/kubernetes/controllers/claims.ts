import type { ApiContext } from '../api/context.ts';
import { keyOf } from '../store/collection.ts';
import type { Change } from '../store/store.ts';
import type { Kinds } from '../types/kinds.ts';
import type { KubeObject, LabelSelector, Pod } from '../types/objects.ts';
import { labelMatcher } from '../types/selectors.ts';
import type { ReplicaSet } from '../types/workload-objects.ts';
import { controllerOf, isDeleting, ownedBy } from './pods.ts';

type Owner = KubeObject & { readonly spec: { readonly selector?: LabelSelector | undefined } };
type OwnerKey = 'deployments.apps' | 'replicasets.apps' | 'statefulsets.apps' | 'daemonsets.apps' | 'jobs.batch';

function released<T extends KubeObject>(object: T, owner: KubeObject): T {
  const { ownerReferences, ...metadata } = object.metadata;
  const others = (ownerReferences ?? []).filter(({ uid }) => uid !== owner.metadata.uid);
  return { ...object, metadata: others.length > 0 ? { ...metadata, ownerReferences: others } : metadata };
}

function adopted<T extends KubeObject>(object: T, owner: KubeObject): T {
  const ownerReferences = [...(object.metadata.ownerReferences ?? []), ownedBy(owner)];
  return { ...object, metadata: { ...object.metadata, ownerReferences } };
}

/**
 * Lets go of what the owner's selector no longer matches, and takes what it matches and nobody controls.
 * Source: pkg/controller/controller_ref_manager.go, ClaimObject.
 */
function claim<K extends 'pods' | 'replicasets.apps'>(
  context: ApiContext,
  owner: Owner,
  resource: K,
  candidates: readonly Kinds[K][],
): void {
  if (isDeleting(owner)) return;
  const matches = labelMatcher(owner.spec.selector);
  for (const object of candidates) {
    const controller = controllerOf(object);
    const fits = matches(object.metadata.labels);
    if (controller?.uid === owner.metadata.uid && !fits) context.store.put(resource, released(object, owner));
    if (!controller && fits && !isDeleting(object)) context.store.put(resource, adopted(object, owner));
  }
}

/** Pods of an owner after it has claimed its own; `may` says which pods it looks at. */
export function claimPods(context: ApiContext, owner: Owner, may: (pod: Pod) => boolean = () => true): Pod[] {
  const { store } = context;
  const { uid, namespace = '' } = owner.metadata;
  const owned = store.podsOwnedBy(uid).filter((pod) => controllerOf(pod)?.uid === uid);
  const orphans = store.podsMatching(namespace, owner.spec.selector).filter((pod) => !controllerOf(pod));
  claim(context, owner, 'pods', [...owned, ...orphans].filter(may));
  return store.podsOwnedBy(uid).filter((pod) => controllerOf(pod)?.uid === uid);
}

/** The ReplicaSets of a Deployment after it has claimed its own. */
export function claimReplicaSets(context: ApiContext, deployment: Owner): ReplicaSet[] {
  const { store } = context;
  const { uid, namespace } = deployment.metadata;
  const isOwn = (set: ReplicaSet) => controllerOf(set)?.uid === uid;
  const candidates = [...store.values('replicasets.apps', namespace)].filter((set) => isOwn(set) || !controllerOf(set));
  claim(context, deployment, 'replicasets.apps', candidates);
  return store
    .ownedBy(uid)
    .flatMap(({ resource, object }) => (resource === 'replicasets.apps' ? [object as ReplicaSet] : []))
    .filter(isOwn);
}

/** Names the owners of a resource that may have lost or may want the object of a change. */
export function observeClaims(
  { store }: ApiContext,
  { object, previous, type }: Change,
  owners: { readonly key: OwnerKey; readonly kind: string },
  enqueue: (key: string) => void,
): void {
  const { namespace } = object.metadata;
  for (const controller of [controllerOf(object), previous && controllerOf(previous)])
    if (controller?.kind === owners.kind) enqueue(keyOf(namespace, controller.name));
  if (type === 'DELETED' || controllerOf(object)) return;
  for (const owner of store.values(owners.key, namespace) as Iterable<Owner>)
    if (labelMatcher(owner.spec.selector)(object.metadata.labels)) enqueue(keyOf(namespace, owner.metadata.name));
}
