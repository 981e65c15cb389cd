import type { ResourceKey } from '../types/kinds.ts';
import type { KubeObject, PodTemplate } from '../types/objects.ts';
import { applicationDefaults } from './application-defaults.ts';
import { type Fields, podSpecDefaults, qosClass, withRequestsOfLimits, withTemplateDefaults } from './pod-defaults.ts';

function podDefaults(object: Fields): Fields {
  const spec = withRequestsOfLimits(podSpecDefaults(object['spec'] as Fields | undefined));
  const status = (object['status'] as Fields | undefined) ?? {};
  const containers = spec['containers'] as Parameters<typeof qosClass>[0];
  return { ...object, spec, status: { phase: 'Pending', qosClass: qosClass(containers), ...status } };
}

function workload(object: Fields, defaults: Fields): Fields {
  const spec = { ...defaults, ...(object['spec'] as Fields | undefined) };
  return { ...object, spec: { ...spec, template: withTemplateDefaults(spec['template']) } };
}

/** Source: pkg/apis/apps/v1/defaults.go, SetDefaults_Deployment. */
function deployment(object: Fields): Fields {
  const filled = workload(object, { replicas: 1, revisionHistoryLimit: 10, progressDeadlineSeconds: 600 });
  const spec = filled['spec'] as Fields;
  const strategy = { type: 'RollingUpdate', ...(spec['strategy'] as Fields | undefined) } as Fields;
  const rolling =
    strategy['type'] === 'RollingUpdate'
      ? {
          rollingUpdate: {
            maxUnavailable: '25%',
            maxSurge: '25%',
            ...(strategy['rollingUpdate'] as Fields | undefined),
          },
        }
      : {};
  return { ...filled, spec: { ...spec, strategy: { ...strategy, ...rolling } } };
}

function withUpdateStrategy(filled: Fields, defaults: Fields): Fields {
  const spec = filled['spec'] as Fields;
  const strategy = { type: 'RollingUpdate', ...(spec['updateStrategy'] as Fields | undefined) } as Fields;
  const rolling =
    strategy['type'] === 'RollingUpdate'
      ? { rollingUpdate: { ...defaults, ...(strategy['rollingUpdate'] as Fields | undefined) } }
      : {};
  return { ...filled, spec: { ...spec, updateStrategy: { ...strategy, ...rolling } } };
}

function claimTemplate(given: Fields): Fields {
  const claim = persistentVolumeClaim({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', ...given });
  return { ...claim, status: { phase: 'Pending' } };
}

/** Source: pkg/apis/apps/v1/defaults.go, SetDefaults_StatefulSet. */
function statefulSet(object: Fields): Fields {
  const filled = withUpdateStrategy(
    workload(object, {
      replicas: 1,
      revisionHistoryLimit: 10,
      podManagementPolicy: 'OrderedReady',
      serviceName: '',
      persistentVolumeClaimRetentionPolicy: { whenDeleted: 'Retain', whenScaled: 'Retain' },
    }),
    { partition: 0 },
  );
  const spec = filled['spec'] as Fields;
  const claims = spec['volumeClaimTemplates'] as Fields[] | undefined;
  return claims ? { ...filled, spec: { ...spec, volumeClaimTemplates: claims.map(claimTemplate) } } : filled;
}

function daemonSet(object: Fields): Fields {
  return withUpdateStrategy(workload(object, { revisionHistoryLimit: 10 }), { maxUnavailable: 1, maxSurge: 0 });
}

/** A Job without labels has those of its template. */
function withTemplateLabels(object: Fields): Fields {
  const metadata = object['metadata'] as Fields;
  const template = (object['spec'] as Fields | undefined)?.['template'] as PodTemplate | undefined;
  const labels = template?.metadata?.labels;
  return labels && !metadata['labels'] ? { ...object, metadata: { ...metadata, labels } } : object;
}

/** Source: pkg/apis/batch/v1/defaults.go, SetDefaults_Job. */
function job(object: Fields): Fields {
  const spec = (object['spec'] as Fields | undefined) ?? {};
  const single = spec['completions'] === undefined && spec['parallelism'] === undefined ? { completions: 1 } : {};
  return workload(withTemplateLabels(object), {
    ...single,
    parallelism: 1,
    backoffLimit: 6,
    completionMode: 'NonIndexed',
    suspend: false,
    podReplacementPolicy: 'TerminatingOrFailed',
    manualSelector: false,
  });
}

function persistentVolumeClaim(object: Fields): Fields {
  const spec = { volumeMode: 'Filesystem', ...(object['spec'] as Fields | undefined) };
  return { ...object, spec, status: { phase: 'Pending', ...(object['status'] as Fields | undefined) } };
}

function service(object: Fields): Fields {
  const given = (object['spec'] as Fields | undefined) ?? {};
  const ports = (given['ports'] as Fields[] | undefined)?.map((port) => ({
    protocol: 'TCP',
    targetPort: port['port'],
    ...port,
  }));
  const spec = { type: 'ClusterIP', sessionAffinity: 'None', internalTrafficPolicy: 'Cluster', ...given };
  return {
    ...object,
    spec: { ...spec, ...(ports ? { ports } : {}) },
    status: object['status'] ?? { loadBalancer: {} },
  };
}

function budget(object: Fields): Fields {
  const none = { disruptionsAllowed: 0, currentHealthy: 0, desiredHealthy: 0, expectedPods: 0 };
  return { ...object, spec: object['spec'] ?? {}, status: { ...none, ...(object['status'] as Fields | undefined) } };
}

function namespace(object: Fields): Fields {
  const metadata = object['metadata'] as Fields;
  const labels = { ...(metadata['labels'] as Fields | undefined), 'kubernetes.io/metadata.name': metadata['name'] };
  const spec = { finalizers: ['kubernetes'], ...(object['spec'] as Fields | undefined) };
  return {
    ...object,
    metadata: { ...metadata, labels },
    spec,
    status: { phase: 'Active', ...(object['status'] as Fields | undefined) },
  };
}

/** Go leaves `false` and empty lists out of a node's spec (`omitempty`): a cordon that was taken back leaves no trace. */
function node(object: Fields): Fields {
  const { unschedulable, taints, ...spec } = (object['spec'] ?? {}) as Fields & { taints?: readonly object[] };
  const kept = { ...spec, ...(unschedulable === true && { unschedulable }), ...(taints?.length && { taints }) };
  return { ...object, spec: kept, status: object['status'] ?? {} };
}

const defaulters: Partial<Record<ResourceKey, (object: Fields) => Fields>> = {
  ...applicationDefaults,
  pods: podDefaults,
  namespaces: namespace,
  nodes: node,
  services: service,
  persistentvolumeclaims: persistentVolumeClaim,
  persistentvolumes: (object) => ({ ...object, status: object['status'] ?? { phase: 'Available' } }),
  replicationcontrollers: (object) => workload(object, { replicas: 1 }),
  'deployments.apps': deployment,
  'replicasets.apps': (object) => workload(object, { replicas: 1 }),
  'statefulsets.apps': statefulSet,
  'daemonsets.apps': daemonSet,
  'jobs.batch': job,
  'poddisruptionbudgets.policy': budget,
  'volumeattachments.storage.k8s.io': (object) => ({ ...object, status: object['status'] ?? { attached: false } }),
  'storageclasses.storage.k8s.io': (object) => ({ reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate', ...object }),
  'clusterroles.rbac.authorization.k8s.io': (object) => ({ ...object, rules: object['rules'] ?? null }),
  'roles.rbac.authorization.k8s.io': (object) => ({ ...object, rules: object['rules'] ?? null }),
};

/** An object with the defaults that the server fills in on every write. */
export function withDefaults(key: ResourceKey, object: KubeObject): KubeObject {
  const filled: unknown = defaulters[key]?.(object as unknown as Fields) ?? object;
  return filled as KubeObject;
}
