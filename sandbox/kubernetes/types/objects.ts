/** The parts of Kubernetes objects that the sandbox reads or writes. Objects are immutable: every change makes a new one. */

export interface OwnerReference {
  readonly apiVersion: string;
  readonly kind: string;
  readonly name: string;
  readonly uid: string;
  readonly controller?: boolean | undefined;
  readonly blockOwnerDeletion?: boolean | undefined;
}

export type StringMap = Readonly<Record<string, string>>;

export interface ObjectMeta {
  readonly name: string;
  readonly generateName?: string | undefined;
  readonly namespace?: string | undefined;
  readonly uid: string;
  readonly resourceVersion: string;
  readonly generation?: number | undefined;
  /** RFC 3339, whole seconds. */
  readonly creationTimestamp: string;
  readonly deletionTimestamp?: string | undefined;
  readonly deletionGracePeriodSeconds?: number | undefined;
  readonly labels?: StringMap | undefined;
  readonly annotations?: StringMap | undefined;
  readonly ownerReferences?: readonly OwnerReference[] | undefined;
  readonly finalizers?: readonly string[] | undefined;
  readonly managedFields?: readonly ManagedFields[] | undefined;
}

export interface ManagedFields {
  readonly manager: string;
  readonly operation: 'Apply' | 'Update';
  readonly apiVersion: string;
  readonly time: string;
  readonly fieldsType: 'FieldsV1';
  readonly fieldsV1: object;
  readonly subresource?: string | undefined;
}

export interface KubeObject {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: ObjectMeta;
  readonly spec?: object | undefined;
  readonly status?: object | undefined;
}

export interface Condition {
  readonly type: string;
  readonly status: string;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly lastTransitionTime?: string | undefined;
  readonly lastHeartbeatTime?: string | undefined;
  readonly lastUpdateTime?: string | undefined;
  readonly lastProbeTime?: string | null | undefined;
  readonly observedGeneration?: number | undefined;
}

export interface Requirement {
  readonly key: string;
  readonly operator: string;
  readonly values?: readonly string[] | undefined;
}

export interface LabelSelector {
  readonly matchLabels?: StringMap | undefined;
  readonly matchExpressions?: readonly Requirement[] | undefined;
}

export interface Taint {
  readonly key: string;
  readonly value?: string | undefined;
  readonly effect: string;
  readonly timeAdded?: string | undefined;
}

export interface Toleration {
  readonly key?: string | undefined;
  readonly operator?: string | undefined;
  readonly value?: string | undefined;
  readonly effect?: string | undefined;
  readonly tolerationSeconds?: number | undefined;
}

export interface Container {
  readonly name: string;
  readonly image?: string | undefined;
  readonly resources?:
    | { readonly requests?: StringMap | undefined; readonly limits?: StringMap | undefined }
    | undefined;
  readonly restartPolicy?: string | undefined;
}

export interface NodeSelectorTerm {
  readonly matchExpressions?: readonly Requirement[] | undefined;
  readonly matchFields?: readonly Requirement[] | undefined;
}

export interface NodeSelector {
  readonly nodeSelectorTerms: readonly NodeSelectorTerm[];
}

export interface PodAffinityTerm {
  readonly labelSelector?: LabelSelector | undefined;
  readonly namespaces?: readonly string[] | undefined;
  readonly topologyKey: string;
}

interface TopologySpreadConstraint {
  readonly topologyKey: string;
  readonly maxSkew: number;
  readonly whenUnsatisfiable: string;
  readonly labelSelector?: LabelSelector | undefined;
}

interface Volume {
  readonly name: string;
  readonly persistentVolumeClaim?: { readonly claimName: string } | undefined;
  readonly ephemeral?: { readonly volumeClaimTemplate?: VolumeClaimTemplate | undefined } | undefined;
}

/** Of a generic ephemeral volume. */
export interface VolumeClaimTemplate {
  readonly metadata?: { readonly labels?: StringMap; readonly annotations?: StringMap } | undefined;
  readonly spec: object;
}

export interface PodSpec {
  readonly containers: readonly Container[];
  readonly initContainers?: readonly Container[] | undefined;
  readonly ephemeralContainers?: readonly Container[] | undefined;
  readonly nodeName?: string | undefined;
  readonly nodeSelector?: StringMap | undefined;
  readonly affinity?:
    | {
        readonly nodeAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: NodeSelector | undefined };
        readonly podAffinity?: { readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[] };
        readonly podAntiAffinity?: {
          readonly requiredDuringSchedulingIgnoredDuringExecution?: readonly PodAffinityTerm[];
        };
      }
    | undefined;
  readonly topologySpreadConstraints?: readonly TopologySpreadConstraint[] | undefined;
  readonly tolerations?: readonly Toleration[] | undefined;
  readonly terminationGracePeriodSeconds?: number | undefined;
  readonly restartPolicy?: string | undefined;
  readonly volumes?: readonly Volume[] | undefined;
  readonly schedulerName?: string | undefined;
  readonly schedulingGates?: readonly { readonly name: string }[] | undefined;
  readonly priorityClassName?: string | undefined;
  readonly priority?: number | undefined;
  readonly hostname?: string | undefined;
  readonly readinessGates?: readonly { readonly conditionType: string }[] | undefined;
}

export interface ContainerStatus {
  readonly name: string;
  readonly ready: boolean;
  readonly started?: boolean | undefined;
  readonly restartCount: number;
  readonly image: string;
  readonly imageID: string;
  readonly containerID?: string | undefined;
  readonly state: {
    readonly running?: { readonly startedAt: string } | undefined;
    readonly waiting?: { readonly reason: string; readonly message?: string | undefined } | undefined;
    readonly terminated?:
      | {
          readonly exitCode: number;
          readonly reason: string;
          readonly startedAt?: string;
          readonly finishedAt?: string;
        }
      | undefined;
  };
  readonly lastState?: object | undefined;
}

export interface PodStatus {
  readonly phase?: string | undefined;
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly conditions?: readonly Condition[] | undefined;
  readonly containerStatuses?: readonly ContainerStatus[] | undefined;
  readonly initContainerStatuses?: readonly ContainerStatus[] | undefined;
  readonly ephemeralContainerStatuses?: readonly ContainerStatus[] | undefined;
  readonly podIP?: string | undefined;
  readonly podIPs?: readonly { readonly ip: string }[] | undefined;
  readonly hostIP?: string | undefined;
  readonly hostIPs?: readonly { readonly ip: string }[] | undefined;
  readonly startTime?: string | undefined;
  readonly qosClass?: string | undefined;
  readonly nominatedNodeName?: string | undefined;
  readonly observedGeneration?: number | undefined;
}

export interface Pod extends KubeObject {
  readonly spec: PodSpec;
  readonly status: PodStatus;
}

export interface PodTemplate {
  readonly metadata?:
    | { readonly labels?: StringMap | undefined; readonly annotations?: StringMap | undefined }
    | undefined;
  readonly spec: PodSpec;
}

export interface Node extends KubeObject {
  readonly spec: {
    readonly providerID?: string | undefined;
    readonly unschedulable?: boolean | undefined;
    readonly taints?: readonly Taint[] | undefined;
  };
  readonly status: {
    readonly capacity?: StringMap | undefined;
    readonly allocatable?: StringMap | undefined;
    readonly conditions?: readonly Condition[] | undefined;
    readonly addresses?: readonly { readonly type: string; readonly address: string }[] | undefined;
    readonly nodeInfo?: StringMap | undefined;
  };
}

export interface Namespace extends KubeObject {
  readonly spec?: { readonly finalizers?: readonly string[] | undefined } | undefined;
  readonly status?: { readonly phase?: string | undefined } | undefined;
}
