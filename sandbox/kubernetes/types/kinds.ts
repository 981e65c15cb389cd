import type {
  EventObject,
  PersistentVolume,
  PersistentVolumeClaim,
  Role,
  RoleBinding,
  Service,
  StorageClass,
  VolumeAttachment,
} from './cluster-objects.ts';
import type { KubeObject, Namespace, Node, Pod } from './objects.ts';
import type {
  ControllerRevision,
  CronJob,
  DaemonSet,
  Deployment,
  Job,
  PodDisruptionBudget,
  ReplicaSet,
  ReplicationController,
  StatefulSet,
} from './workload-objects.ts';

/** Every stored resource by its group-resource name, and the shape of its objects. */
export interface Kinds {
  nodes: Node;
  pods: Pod;
  namespaces: Namespace;
  services: Service;
  configmaps: KubeObject;
  serviceaccounts: KubeObject;
  events: EventObject;
  endpoints: KubeObject;
  limitranges: KubeObject;
  persistentvolumes: PersistentVolume;
  persistentvolumeclaims: PersistentVolumeClaim;
  podtemplates: KubeObject;
  replicationcontrollers: ReplicationController;
  resourcequotas: KubeObject;
  secrets: KubeObject;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
  'statefulsets.apps': StatefulSet;
  'daemonsets.apps': DaemonSet;
  'controllerrevisions.apps': ControllerRevision;
  'horizontalpodautoscalers.autoscaling': KubeObject;
  'cronjobs.batch': CronJob;
  'jobs.batch': Job;
  'endpointslices.discovery.k8s.io': KubeObject;
  'ingressclasses.networking.k8s.io': KubeObject;
  'ingresses.networking.k8s.io': KubeObject;
  'networkpolicies.networking.k8s.io': KubeObject;
  'runtimeclasses.node.k8s.io': KubeObject;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
  'csidrivers.storage.k8s.io': KubeObject;
  'csinodes.storage.k8s.io': KubeObject;
  'volumeattachments.storage.k8s.io': VolumeAttachment;
  'storageclasses.storage.k8s.io': StorageClass;
  'leases.coordination.k8s.io': KubeObject;
  'priorityclasses.scheduling.k8s.io': KubeObject & { readonly value: number; readonly globalDefault?: boolean };
  'roles.rbac.authorization.k8s.io': Role;
  'rolebindings.rbac.authorization.k8s.io': RoleBinding;
  'clusterroles.rbac.authorization.k8s.io': Role;
  'clusterrolebindings.rbac.authorization.k8s.io': RoleBinding;
  'validatingadmissionpolicies.admissionregistration.k8s.io': KubeObject;
  'validatingadmissionpolicybindings.admissionregistration.k8s.io': KubeObject;
}

export type ResourceKey = keyof Kinds;
