import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject } from '../types/objects.ts';
import {
  autoscalerColumns,
  cronJobColumns,
  endpointSliceColumns,
  endpointsColumns,
  ingressClassColumns,
  ingressColumns,
  networkPolicyColumns,
  quotaColumns,
  secretColumns,
} from './applications.ts';
import { ageColumn, nameColumn } from './cells.ts';
import {
  bindingColumns,
  budgetColumns,
  eventColumns,
  namespaceColumns,
  nodeColumns,
  roleColumns,
  serviceColumns,
} from './cluster.ts';
import { type Column, column } from './columns.ts';
import { podColumns } from './pods.ts';
import {
  admissionBindingColumns,
  admissionPolicyColumns,
  priorityClassColumns,
  runtimeClassColumns,
} from './policies.ts';
import { attachmentColumns, claimColumns, storageClassColumns, volumeColumns } from './storage.ts';
import {
  controllerRevisionColumns,
  daemonSetColumns,
  deploymentColumns,
  jobColumns,
  replicaSetColumns,
  statefulSetColumns,
} from './workloads.ts';

/** Columns of `kubectl get`. Source: pkg/printers/internalversion/printers.go, AddHandlers. */
const columns: Partial<Record<ResourceKey, readonly Column[]>> = {
  pods: podColumns,
  nodes: nodeColumns,
  namespaces: namespaceColumns,
  services: serviceColumns,
  events: eventColumns,
  configmaps: [
    nameColumn,
    column<KubeObject & { data?: object }>('Data', ({ data }) => Object.keys(data ?? {}).length, { type: 'integer' }),
    ageColumn,
  ],
  secrets: secretColumns,
  endpoints: endpointsColumns,
  resourcequotas: quotaColumns,
  limitranges: [
    nameColumn,
    column<KubeObject>('Created At', ({ metadata }) => metadata.creationTimestamp, { type: 'date' }),
  ],
  persistentvolumes: volumeColumns,
  persistentvolumeclaims: claimColumns,
  'deployments.apps': deploymentColumns,
  'replicasets.apps': replicaSetColumns,
  'statefulsets.apps': statefulSetColumns,
  'daemonsets.apps': daemonSetColumns,
  'controllerrevisions.apps': controllerRevisionColumns,
  'horizontalpodautoscalers.autoscaling': autoscalerColumns,
  'cronjobs.batch': cronJobColumns,
  'jobs.batch': jobColumns,
  'endpointslices.discovery.k8s.io': endpointSliceColumns,
  'ingresses.networking.k8s.io': ingressColumns,
  'ingressclasses.networking.k8s.io': ingressClassColumns,
  'networkpolicies.networking.k8s.io': networkPolicyColumns,
  'runtimeclasses.node.k8s.io': runtimeClassColumns,
  'priorityclasses.scheduling.k8s.io': priorityClassColumns,
  'validatingadmissionpolicies.admissionregistration.k8s.io': admissionPolicyColumns,
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': admissionBindingColumns,
  'poddisruptionbudgets.policy': budgetColumns,
  'volumeattachments.storage.k8s.io': attachmentColumns,
  'storageclasses.storage.k8s.io': storageClassColumns,
  'leases.coordination.k8s.io': [
    nameColumn,
    column<KubeObject>('Holder', ({ spec }) => (spec as { holderIdentity?: string } | undefined)?.holderIdentity ?? ''),
    ageColumn,
  ],
  'roles.rbac.authorization.k8s.io': roleColumns,
  'clusterroles.rbac.authorization.k8s.io': roleColumns,
  'rolebindings.rbac.authorization.k8s.io': bindingColumns,
  'clusterrolebindings.rbac.authorization.k8s.io': bindingColumns,
};

const plain: readonly Column[] = [nameColumn, ageColumn];

function definitionOf({ name, type, format, description, priority }: Column): object {
  return { name, type, format, description, priority };
}

/** What a row carries of its object: nothing, its metadata (by default) or all. */
export type IncludeObject = 'None' | 'Metadata' | 'Object';

function row(object: KubeObject, key: ResourceKey, include: IncludeObject, now: number): object {
  const cells = (columns[key] ?? plain).map((item) => item.cell(object as never, { now }));
  if (include === 'None') return { cells, object: null };
  return { cells, object: include === 'Object' ? object : partial(object) };
}

/** An object's type and metadata alone. */
export function partial(object: KubeObject): object {
  return { kind: 'PartialObjectMetadata', apiVersion: 'meta.k8s.io/v1', metadata: object.metadata };
}

/** A `Table` of objects. `metadata` is that of the list, or of the single object. */
export function tableOf(
  objects: readonly KubeObject[],
  key: ResourceKey,
  metadata: object,
  include: IncludeObject,
  now: number,
): object {
  return {
    kind: 'Table',
    apiVersion: 'meta.k8s.io/v1',
    metadata,
    columnDefinitions: (columns[key] ?? plain).map(definitionOf),
    rows: objects.map((object) => row(object, key, include, now)),
  };
}
