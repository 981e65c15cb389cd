import type { KubeObject, NodeSelector, StringMap } from './objects.ts';

export interface PersistentVolumeClaim extends KubeObject {
  readonly spec: {
    readonly volumeName?: string | undefined;
    readonly storageClassName?: string | undefined;
    readonly accessModes?: readonly string[] | undefined;
    readonly resources?: { readonly requests?: StringMap | undefined } | undefined;
  };
  readonly status?: {
    readonly phase?: string | undefined;
    readonly accessModes?: readonly string[];
    readonly capacity?: StringMap;
  };
}

export interface PersistentVolume extends KubeObject {
  readonly spec: {
    readonly claimRef?: { readonly namespace: string; readonly name: string; readonly uid: string } | undefined;
    readonly nodeAffinity?: { readonly required?: NodeSelector | undefined } | undefined;
    readonly csi?: { readonly driver: string; readonly volumeHandle: string } | undefined;
    readonly persistentVolumeReclaimPolicy?: string | undefined;
    readonly storageClassName?: string | undefined;
    readonly capacity?: StringMap | undefined;
    readonly accessModes?: readonly string[] | undefined;
  };
  readonly status?: { readonly phase?: string | undefined } | undefined;
}

export interface VolumeAttachment extends KubeObject {
  readonly spec: {
    readonly attacher: string;
    readonly nodeName: string;
    readonly source: { readonly persistentVolumeName?: string | undefined };
  };
  readonly status?: { readonly attached: boolean } | undefined;
}

export interface StorageClass extends KubeObject {
  readonly provisioner: string;
  readonly volumeBindingMode?: string | undefined;
  readonly reclaimPolicy?: string | undefined;
}

export interface EventObject extends KubeObject {
  readonly involvedObject: {
    readonly kind?: string;
    readonly namespace?: string | undefined;
    readonly name?: string;
    readonly uid?: string;
    readonly apiVersion?: string;
    readonly fieldPath?: string;
  };
  readonly reason?: string | undefined;
  readonly message?: string | undefined;
  readonly type?: string | undefined;
  readonly count?: number | undefined;
  readonly firstTimestamp?: string | null | undefined;
  readonly lastTimestamp?: string | null | undefined;
  readonly eventTime?: string | null | undefined;
  readonly source?: { readonly component?: string; readonly host?: string } | undefined;
  readonly reportingComponent?: string | undefined;
  readonly reportingInstance?: string | undefined;
  readonly action?: string | undefined;
}

export interface PolicyRule {
  readonly verbs: readonly string[];
  readonly apiGroups?: readonly string[] | undefined;
  readonly resources?: readonly string[] | undefined;
  readonly resourceNames?: readonly string[] | undefined;
  readonly nonResourceURLs?: readonly string[] | undefined;
}

export interface Role extends KubeObject {
  readonly rules?: readonly PolicyRule[] | null | undefined;
}

export interface RoleBinding extends KubeObject {
  readonly roleRef: { readonly apiGroup: string; readonly kind: string; readonly name: string };
  readonly subjects?:
    | readonly { readonly kind: string; readonly name: string; readonly namespace?: string | undefined }[]
    | undefined;
}

export interface Service extends KubeObject {
  readonly spec: {
    readonly type?: string | undefined;
    readonly clusterIP?: string | undefined;
    readonly clusterIPs?: readonly string[] | undefined;
    readonly ports?: readonly { readonly port: number; readonly protocol?: string; readonly nodePort?: number }[];
    readonly selector?: StringMap | undefined;
    readonly externalName?: string | undefined;
  };
}
