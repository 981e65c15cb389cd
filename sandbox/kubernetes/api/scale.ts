import type { KubeObject, LabelSelector } from '../types/objects.ts';
import { invalid } from '../types/status.ts';
import type { ReplicaCounts } from '../types/workload-objects.ts';

interface Scalable extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector: LabelSelector };
  readonly status?: ReplicaCounts;
}

function selectorText(selector: LabelSelector): string {
  const equal = Object.entries(selector.matchLabels ?? {}).map(([key, value]) => `${key}=${value}`);
  const sets = (selector.matchExpressions ?? []).map(({ key, operator, values = [] }) => {
    if (operator === 'Exists') return key;
    if (operator === 'DoesNotExist') return `!${key}`;
    return `${key} ${operator === 'In' ? 'in' : 'notin'} (${values.join(',')})`;
  });
  return [...equal, ...sets].join(',');
}

/** The `autoscaling/v1` Scale of a workload. */
export function scaleOf(object: KubeObject): KubeObject {
  const { metadata, spec, status } = object as Scalable;
  const { name, namespace, uid, resourceVersion, creationTimestamp } = metadata;
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name, namespace, uid, resourceVersion, creationTimestamp },
    // Go leaves a zero out here (`omitempty`).
    spec: spec.replicas === 0 ? {} : { replicas: spec.replicas ?? 1 },
    status: { replicas: status?.replicas ?? 0, selector: selectorText(spec.selector) },
  };
}

/** The workload with the replicas that a Scale asks for. Throws 422 for a negative number. */
export function withScale(object: KubeObject, scale: KubeObject): KubeObject {
  const replicas = (scale.spec as { replicas?: number } | undefined)?.replicas ?? 0;
  if (replicas < 0) {
    const detail = 'must be greater than or equal to 0';
    const error = { field: 'spec.replicas', type: 'FieldValueInvalid', value: replicas, detail } as const;
    throw invalid('autoscaling', 'Scale', object.metadata.name, [error]);
  }
  const { resourceVersion } = scale.metadata;
  const metadata = { ...object.metadata, ...(resourceVersion ? { resourceVersion } : {}) };
  return { ...object, metadata, spec: { ...object.spec, replicas } };
}
