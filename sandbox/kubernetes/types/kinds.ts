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
  persistentvolumes: PersistentVolume;
  persistentvolumeclaims: PersistentVolumeClaim;
  replicationcontrollers: ReplicationController;
  'deployments.apps': Deployment;
  'replicasets.apps': ReplicaSet;
  'statefulsets.apps': StatefulSet;
  'daemonsets.apps': DaemonSet;
  'controllerrevisions.apps': ControllerRevision;
  'jobs.batch': Job;
  'poddisruptionbudgets.policy': PodDisruptionBudget;
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
