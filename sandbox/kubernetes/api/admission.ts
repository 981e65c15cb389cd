import type { PersistentVolumeClaim } from '../types/cluster-objects.ts';
import type { KubeObject, Pod } from '../types/objects.ts';
import { groupName, type ResourceDefinition } from '../types/resources.ts';
import { forbidden, notFound } from '../types/status.ts';
import type { Job } from '../types/workload-objects.ts';
import type { ApiContext } from './context.ts';
import { type Fields, podAdmission } from './pod-defaults.ts';

/** Source: pkg/apis/scheduling/types.go. */
const builtInPriorities: Readonly<Record<string, number>> = {
  'system-cluster-critical': 2_000_000_000,
  'system-node-critical': 2_000_001_000,
};

/** Refuses to create in a namespace that is missing or going. Source: plugin namespace/lifecycle/admission.go. */
export function checkNamespace(
  context: ApiContext,
  definition: ResourceDefinition,
  namespace: string,
  name: string,
): void {
  const found = context.store.get('namespaces', undefined, namespace);
  if (!found) throw notFound({ group: '', resource: 'namespaces' }, namespace);
  if (found.status?.phase !== 'Terminating') return;
  throw forbidden(
    groupName(definition),
    name,
    `unable to create new content in namespace ${namespace} because it is being terminated`,
    [
      {
        reason: 'NamespaceTerminating',
        message: `namespace ${namespace} is being terminated`,
        field: 'metadata.namespace',
      },
    ],
  );
}

function priorityOf(context: ApiContext, pod: Pod): { name: string | undefined; value: number } {
  const asked = pod.spec.priorityClassName;
  const classes = context.store.list('priorityclasses.scheduling.k8s.io');
  const found = classes.find((item) => (asked ? item.metadata.name === asked : item.globalDefault));
  const value = found?.value ?? (asked ? builtInPriorities[asked] : 0);
  if (value !== undefined) return { name: asked ?? found?.metadata.name, value };
  const why = `no PriorityClass with name ${asked} was found`;
  throw forbidden({ group: '', resource: 'pods' }, pod.metadata.name, why);
}

function job(object: Job): Job {
  const { uid, name } = object.metadata;
  const own = {
    'batch.kubernetes.io/controller-uid': uid,
    'batch.kubernetes.io/job-name': name,
    'controller-uid': uid,
    'job-name': name,
  };
  const { template } = object.spec;
  const metadata = { ...template.metadata, labels: { ...template.metadata?.labels, ...own } };
  const selector = object.spec.selector ?? { matchLabels: { 'batch.kubernetes.io/controller-uid': uid } };
  return { ...object, spec: { ...object.spec, selector, template: { ...template, metadata } } };
}

function claim(context: ApiContext, object: PersistentVolumeClaim): PersistentVolumeClaim {
  if (object.spec.storageClassName !== undefined) return object;
  const marked = 'storageclass.kubernetes.io/is-default-class';
  const classes = context.store.list('storageclasses.storage.k8s.io');
  const chosen = classes.find((item) => item.metadata.annotations?.[marked] === 'true');
  return chosen ? { ...object, spec: { ...object.spec, storageClassName: chosen.metadata.name } } : object;
}

function service(context: ApiContext, object: KubeObject): KubeObject {
  const spec = object.spec as { clusterIP?: string; type?: string };
  if (spec.clusterIP !== undefined || spec.type === 'ExternalName') return object;
  // 10.100.0.0/16 is what EKS gives Services by default; .0.10 is kept for cluster DNS.
  const number = 256 + context.store.count('services');
  const clusterIP = `10.100.${(number >> 8) & 255}.${number & 255}`;
  return {
    ...object,
    spec: { ...spec, clusterIP, clusterIPs: [clusterIP], ipFamilies: ['IPv4'], ipFamilyPolicy: 'SingleStack' },
  };
}

/** What the server's admission adds to a new object. Throws a 403 `StatusError`. */
export function admitted(context: ApiContext, definition: ResourceDefinition, object: KubeObject): KubeObject {
  switch (definition.key) {
    case 'pods': {
      const pod = object as Pod;
      const spec: unknown = podAdmission(pod.spec as unknown as Fields, priorityOf(context, pod));
      return { ...pod, spec: spec as Pod['spec'] };
    }
    case 'jobs.batch':
      return job(object as Job);
    case 'persistentvolumeclaims':
      return claim(context, object as PersistentVolumeClaim);
    case 'services':
      return service(context, object);
    default:
      return object;
  }
}
