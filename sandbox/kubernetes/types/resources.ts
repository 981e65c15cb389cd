import { fromEventsV1, toEventsV1 } from './events-view.ts';
import { definedFields, type FieldReaders } from './field-selectors.ts';
import { goStruct } from './go-types.ts';
import type { ResourceKey } from './kinds.ts';
import type { KubeObject } from './objects.ts';
import type { GroupName } from './status.ts';
import { podSubresources, proxy, type Subresource, scale, statusOf, token, type Verb } from './subresources.ts';

/** Another group's way to show the same objects. */
interface View {
  toView(object: KubeObject): KubeObject;
  fromView(object: KubeObject): KubeObject;
}

export interface ResourceDefinition {
  /** Where the objects are stored. */
  readonly key: ResourceKey;
  readonly group: string;
  readonly version: string;
  readonly resource: string;
  readonly singular: string;
  readonly kind: string;
  readonly namespaced: boolean;
  readonly shortNames: readonly string[];
  readonly categories: readonly string[];
  readonly verbs: readonly Verb[];
  readonly subresources: readonly Subresource[];
  /** Model of @kubernetes/client-node that knows the fields. */
  readonly model: string;
  /** Whether the server counts `metadata.generation`. */
  readonly counted: boolean;
  /** Field selectors besides metadata.name and metadata.namespace. */
  readonly fields: FieldReaders;
  readonly view?: View;
}

const all: readonly Verb[] = ['create', 'delete', 'deletecollection', 'get', 'list', 'patch', 'update', 'watch'];

interface Entry {
  readonly singular?: string;
  readonly cluster?: boolean;
  readonly short?: readonly string[];
  readonly categories?: readonly string[];
  readonly verbs?: readonly Verb[];
  readonly status?: boolean;
  readonly subresources?: readonly Subresource[];
  readonly counted?: boolean;
  readonly model?: string;
  readonly key?: ResourceKey;
  readonly view?: View;
}

function define(groupVersion: string, resource: string, kind: string, entry: Entry = {}): ResourceDefinition {
  const [version = '', group = ''] = groupVersion.split('/').reverse();
  const key = (entry.key ?? (group ? `${resource}.${group}` : resource)) as ResourceKey;
  return {
    key,
    group,
    version,
    resource,
    kind,
    singular: entry.singular ?? kind.toLowerCase(),
    namespaced: !entry.cluster,
    shortNames: entry.short ?? [],
    categories: entry.categories ?? [],
    verbs: entry.verbs ?? all,
    subresources: [...(entry.status ? [statusOf(kind)] : []), ...(entry.subresources ?? [])],
    model: entry.model ?? `V1${kind}`,
    counted: entry.counted ?? false,
    fields: definedFields(key),
    ...(entry.view ? { view: entry.view } : {}),
  };
}

const everyday = ['all'];
const extensions = ['api-extensions'];
/** Every resource that this server serves. Short names and categories are those of Kubernetes 1.36. */
export const definitions: readonly ResourceDefinition[] = [
  define('v1', 'configmaps', 'ConfigMap', { short: ['cm'] }),
  define('v1', 'endpoints', 'Endpoints', { short: ['ep'] }),
  define('v1', 'events', 'Event', { short: ['ev'], model: 'CoreV1Event' }),
  define('v1', 'limitranges', 'LimitRange', { short: ['limits'] }),
  define('v1', 'namespaces', 'Namespace', {
    cluster: true,
    short: ['ns'],
    status: true,
    verbs: all.filter((verb) => verb !== 'deletecollection'),
    subresources: [{ name: 'finalize', kind: 'Namespace', verbs: ['update'] }],
  }),
  define('v1', 'nodes', 'Node', { cluster: true, short: ['no'], status: true, subresources: [proxy('Node')] }),
  define('v1', 'persistentvolumeclaims', 'PersistentVolumeClaim', { short: ['pvc'], status: true }),
  define('v1', 'persistentvolumes', 'PersistentVolume', { cluster: true, short: ['pv'], status: true }),
  define('v1', 'pods', 'Pod', {
    short: ['po'],
    categories: everyday,
    status: true,
    subresources: podSubresources,
    counted: true,
  }),
  define('v1', 'podtemplates', 'PodTemplate', { counted: true }),
  define('v1', 'replicationcontrollers', 'ReplicationController', {
    short: ['rc'],
    categories: everyday,
    status: true,
    counted: true,
  }),
  define('v1', 'resourcequotas', 'ResourceQuota', { short: ['quota'], status: true }),
  define('v1', 'secrets', 'Secret'),
  define('v1', 'serviceaccounts', 'ServiceAccount', { short: ['sa'], subresources: [token] }),
  define('v1', 'services', 'Service', {
    short: ['svc'],
    categories: everyday,
    status: true,
    subresources: [proxy('Service')],
  }),
  define('apps/v1', 'controllerrevisions', 'ControllerRevision'),
  define('apps/v1', 'daemonsets', 'DaemonSet', { short: ['ds'], categories: everyday, status: true, counted: true }),
  define('apps/v1', 'deployments', 'Deployment', {
    short: ['deploy'],
    categories: everyday,
    status: true,
    subresources: [scale],
    counted: true,
  }),
  define('apps/v1', 'replicasets', 'ReplicaSet', {
    short: ['rs'],
    categories: everyday,
    status: true,
    subresources: [scale],
    counted: true,
  }),
  define('apps/v1', 'statefulsets', 'StatefulSet', {
    short: ['sts'],
    categories: everyday,
    status: true,
    subresources: [scale],
    counted: true,
  }),
  define('autoscaling/v2', 'horizontalpodautoscalers', 'HorizontalPodAutoscaler', {
    short: ['hpa'],
    categories: everyday,
    status: true,
    model: 'V2HorizontalPodAutoscaler',
  }),
  define('batch/v1', 'cronjobs', 'CronJob', { short: ['cj'], categories: everyday, status: true, counted: true }),
  define('batch/v1', 'jobs', 'Job', { categories: everyday, status: true, counted: true }),
  define('coordination.k8s.io/v1', 'leases', 'Lease'),
  define('discovery.k8s.io/v1', 'endpointslices', 'EndpointSlice', { counted: true }),
  define('events.k8s.io/v1', 'events', 'Event', {
    short: ['ev'],
    model: 'EventsV1Event',
    key: 'events',
    view: { toView: toEventsV1, fromView: fromEventsV1 },
  }),
  define('networking.k8s.io/v1', 'ingressclasses', 'IngressClass', { cluster: true, counted: true }),
  define('networking.k8s.io/v1', 'ingresses', 'Ingress', { short: ['ing'], status: true, counted: true }),
  define('networking.k8s.io/v1', 'networkpolicies', 'NetworkPolicy', { short: ['netpol'], counted: true }),
  define('node.k8s.io/v1', 'runtimeclasses', 'RuntimeClass', { cluster: true }),
  define('policy/v1', 'poddisruptionbudgets', 'PodDisruptionBudget', { short: ['pdb'], status: true, counted: true }),
  define('rbac.authorization.k8s.io/v1', 'clusterrolebindings', 'ClusterRoleBinding', { cluster: true }),
  // Stored and served, and enforced by nothing here: test/cluster/guard-rails.test.ts tries them on a real API server.
  define('admissionregistration.k8s.io/v1', 'validatingadmissionpolicies', 'ValidatingAdmissionPolicy', {
    cluster: true,
    categories: extensions,
    status: true,
    counted: true,
  }),
  define('admissionregistration.k8s.io/v1', 'validatingadmissionpolicybindings', 'ValidatingAdmissionPolicyBinding', {
    cluster: true,
    categories: extensions,
    counted: true,
  }),
  define('rbac.authorization.k8s.io/v1', 'clusterroles', 'ClusterRole', { cluster: true }),
  define('rbac.authorization.k8s.io/v1', 'rolebindings', 'RoleBinding'),
  define('rbac.authorization.k8s.io/v1', 'roles', 'Role'),
  define('scheduling.k8s.io/v1', 'priorityclasses', 'PriorityClass', { cluster: true, short: ['pc'], counted: true }),
  define('storage.k8s.io/v1', 'csidrivers', 'CSIDriver', { cluster: true, counted: true }),
  define('storage.k8s.io/v1', 'csinodes', 'CSINode', { cluster: true }),
  define('storage.k8s.io/v1', 'storageclasses', 'StorageClass', { cluster: true, short: ['sc'] }),
  define('storage.k8s.io/v1', 'volumeattachments', 'VolumeAttachment', { cluster: true, status: true }),
];

const byPath = new Map(definitions.map((item) => [`${item.group}/${item.version}/${item.resource}`, item]));
const byKind = new Map(
  definitions.map((item) => [`${item.group ? `${item.group}/` : ''}${item.version}/${item.kind}`, item]),
);
const byKey = new Map(definitions.filter((item) => !item.view).map((item) => [item.key, item]));

/** The resource behind `/apis/<group>/<version>/.../<resource>`. */
export function definitionAt(group: string, version: string, resource: string): ResourceDefinition | undefined {
  return byPath.get(`${group}/${version}/${resource}`);
}

/** The resource of an object's apiVersion and kind. */
export function definitionOfKind(apiVersion: string, kind: string): ResourceDefinition | undefined {
  return byKind.get(`${apiVersion}/${kind}`);
}

export function definitionOf(key: ResourceKey): ResourceDefinition {
  const found = byKey.get(key);
  if (!found) throw new Error(`the resource ${key} is not defined`);
  return found;
}

export function apiVersionOf(definition: { readonly group: string; readonly version: string }): string {
  return definition.group ? `${definition.group}/${definition.version}` : definition.version;
}

/** The Go struct of an object of the resource, as `go-types.ts` knows it. */
export function structOf(definition: ResourceDefinition): string {
  return goStruct(apiVersionOf(definition), definition.kind);
}

/** The group and plural name for messages. */
export function groupName(definition: ResourceDefinition): GroupName {
  return { group: definition.group, resource: definition.resource };
}
