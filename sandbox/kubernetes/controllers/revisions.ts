import { type ApiContext, fnv, safeEncode } from '../api/context.ts';
import { createTrusted } from '../api/create.ts';
import { sameJson } from '../types/equal.ts';
import type { KubeObject, PodTemplate } from '../types/objects.ts';
import type { ControllerRevision } from '../types/workload-objects.ts';
import { ownedBy } from './pods.ts';

type Templated = KubeObject & {
  readonly spec: { readonly template: PodTemplate; readonly revisionHistoryLimit?: number | undefined };
};

export const revisionLabel = 'controller-revision-hash';

/** The revisions of a StatefulSet or DaemonSet, oldest first. */
function revisionsOf(context: ApiContext, owner: KubeObject): ControllerRevision[] {
  return context.store
    .ownedBy(owner.metadata.uid)
    .flatMap(({ resource, object }) => (resource === 'controllerrevisions.apps' ? [object as ControllerRevision] : []))
    .sort((left, right) => left.revision - right.revision);
}

/** The revision of the template as it is now; made, or made the newest again, when it is not. */
export function currentRevision(context: ApiContext, owner: Templated): ControllerRevision | undefined {
  const data = { spec: { template: { ...owner.spec.template, $patch: 'replace' } } };
  const known = revisionsOf(context, owner);
  const same = known.find((item) => sameJson(item.data, data));
  const newest = known[known.length - 1]?.revision ?? 0;
  if (same?.revision === newest && same) return same;
  if (same) return context.store.put('controllerrevisions.apps', { ...same, revision: newest + 1 });
  const hash = safeEncode(String(fnv(JSON.stringify(data))));
  return createTrusted(context, 'controllerrevisions.apps', {
    metadata: {
      name: `${owner.metadata.name}-${hash}`,
      namespace: owner.metadata.namespace,
      labels: { ...owner.spec.template.metadata?.labels, [revisionLabel]: hash },
      ownerReferences: [ownedBy(owner)],
    },
    data,
    revision: newest + 1,
  });
}

/** Removes old revisions beyond the limit that no pod uses. */
export function pruneRevisions(context: ApiContext, owner: Templated, used: ReadonlySet<string>): void {
  const idle = revisionsOf(context, owner).filter(({ metadata }) => !used.has(metadata.labels?.[revisionLabel] ?? ''));
  const surplus = idle.length - (owner.spec.revisionHistoryLimit ?? 10);
  for (const revision of idle.slice(0, Math.max(0, surplus)))
    context.store.remove('controllerrevisions.apps', revision);
}

export function hashOf(object: KubeObject | undefined): string {
  return object?.metadata.labels?.[revisionLabel] ?? '';
}
