import type { Kinds } from '../types/kinds.ts';
import type { KubeObject, Namespace, Pod } from '../types/objects.ts';
import { groupName, type ResourceDefinition } from '../types/resources.ts';
import { badRequest, conflict, forbidden, notFound } from '../types/status.ts';
import { type ApiContext, nowOf, timestamp } from './context.ts';

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number | undefined;
  readonly preconditions?:
    | { readonly uid?: string | undefined; readonly resourceVersion?: string | undefined }
    | undefined;
  readonly propagationPolicy?: string | undefined;
  readonly orphanDependents?: boolean | undefined;
  readonly dryRun?: readonly string[] | undefined;
}

export interface Deletion {
  readonly object: KubeObject;
  /** False while the object waits for its grace period or a finalizer. */
  readonly removed: boolean;
}

/** Source of the words: k8s.io/apiserver/pkg/registry/rest/delete.go, BeforeDelete. */
export function checkPreconditions(definition: ResourceDefinition, object: KubeObject, options: DeleteOptions): void {
  const { uid, resourceVersion } = options.preconditions ?? {};
  // The real server puts the kind where other messages have the plural name.
  const of = { group: definition.group, resource: definition.kind };
  if (uid !== undefined && uid !== object.metadata.uid) {
    const why = `the UID in the precondition (${uid}) does not match the UID in record (${object.metadata.uid}).`;
    throw conflict(of, object.metadata.name, `${why} The object might have been deleted and then recreated`);
  }
  if (resourceVersion !== undefined && resourceVersion !== object.metadata.resourceVersion) {
    const why = `the ResourceVersion in the precondition (${resourceVersion}) does not match the ResourceVersion in record (${object.metadata.resourceVersion}).`;
    throw conflict(of, object.metadata.name, `${why} The object might have been modified`);
  }
}

/** Source: pkg/registry/core/pod/strategy.go, CheckGracefulDelete. */
function gracePeriod(pod: Pod, options: DeleteOptions): number {
  const { phase } = pod.status;
  if (phase === 'Succeeded' || phase === 'Failed' || !pod.spec.nodeName) return 0;
  const asked = options.gracePeriodSeconds ?? pod.spec.terminationGracePeriodSeconds ?? 0;
  return asked < 0 ? 1 : asked;
}

function finalizersOf(object: KubeObject, options: DeleteOptions): string[] {
  const policy = options.propagationPolicy ?? (options.orphanDependents ? 'Orphan' : 'Background');
  const others = (object.metadata.finalizers ?? []).filter(
    (item) => item !== 'foregroundDeletion' && item !== 'orphan',
  );
  if (policy === 'Foreground') return [...others, 'foregroundDeletion'];
  if (policy === 'Orphan') return [...others, 'orphan'];
  if (policy === 'Background') return others;
  throw badRequest(`invalid DeleteOptions: propagationPolicy: Unsupported value: "${policy}"`);
}

function marked(context: ApiContext, object: KubeObject, grace: number, finalizers: readonly string[]): KubeObject {
  const generation = object.metadata.generation;
  return {
    ...object,
    metadata: {
      ...object.metadata,
      ...(finalizers.length > 0 || object.metadata.finalizers ? { finalizers } : {}),
      ...(generation === undefined ? {} : { generation: generation + 1 }),
      deletionTimestamp: timestamp(context.clock.now() + grace * 1000),
      deletionGracePeriodSeconds: grace,
    },
  };
}

/** A second delete can only shorten the grace. Source: k8s.io/apiserver/pkg/registry/rest/delete.go, BeforeDelete. */
function shortened(object: KubeObject, grace: number | undefined): KubeObject | undefined {
  const { deletionGracePeriodSeconds: current = 0, deletionTimestamp = '' } = object.metadata;
  if (grace === undefined || grace >= current) return undefined;
  const at = timestamp(Date.parse(deletionTimestamp) + (grace - current) * 1000);
  return { ...object, metadata: { ...object.metadata, deletionTimestamp: at, deletionGracePeriodSeconds: grace } };
}

function terminating(context: ApiContext, namespace: Namespace): Namespace {
  const metadata = { ...namespace.metadata, deletionTimestamp: nowOf(context) };
  return { ...namespace, metadata, status: { ...namespace.status, phase: 'Terminating' } };
}

function next(
  context: ApiContext,
  definition: ResourceDefinition,
  object: KubeObject,
  options: DeleteOptions,
): Deletion {
  const deleting = object.metadata.deletionTimestamp !== undefined;
  if (definition.key === 'namespaces') {
    const waits = (object as Namespace).spec?.finalizers?.length;
    if (!waits) return { object, removed: true };
    return { object: deleting ? object : terminating(context, object as Namespace), removed: false };
  }
  const finalizers = finalizersOf(object, options);
  if (deleting) {
    const shorter = definition.key === 'pods' ? shortened(object, options.gracePeriodSeconds) : undefined;
    const removed = finalizers.length === 0 && shorter?.metadata.deletionGracePeriodSeconds === 0;
    return { object: shorter ?? object, removed };
  }
  const grace = definition.key === 'pods' ? gracePeriod(object as Pod, options) : 0;
  if (grace === 0 && finalizers.length === 0) return { object, removed: true };
  return { object: marked(context, object, grace, finalizers), removed: false };
}

/** Source: plugin/pkg/admission/namespace/lifecycle (k8s.io/apiserver), forceLiveLookup and immortalNamespaces. */
const immortal = new Set(['default', 'kube-system', 'kube-public']);

/**
 * Deletes an object as the server does: pods wait for their grace period, objects with finalizers for these, namespaces for
 * their content. Throws `StatusError`: 404, 403 for the namespaces that every cluster has, 409 for a precondition that does not hold.
 */
export function deleteObject(
  context: ApiContext,
  definition: ResourceDefinition,
  target: { readonly namespace: string | undefined; readonly name: string },
  options: DeleteOptions = {},
): Deletion {
  const object = context.store.get(definition.key, target.namespace, target.name);
  if (!object) throw notFound(groupName(definition), target.name);
  if (definition.key === 'namespaces' && immortal.has(target.name)) {
    throw forbidden(groupName(definition), target.name, 'this namespace may not be deleted');
  }
  checkPreconditions(definition, object, options);
  const deletion = next(context, definition, object, options);
  if (options.dryRun?.length) return deletion;
  const after = deletion.object as Kinds[typeof definition.key];
  if (deletion.removed) return { object: context.store.remove(definition.key, after), removed: true };
  return { object: after === object ? object : context.store.put(definition.key, after), removed: false };
}
