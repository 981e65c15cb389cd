import type { PersistentVolumeClaim } from './cluster-objects.ts';
import type { Condition, KubeObject, LabelSelector, PodTemplate, StringMap } from './objects.ts';

interface Workload extends KubeObject {
  readonly spec: {
    readonly replicas?: number | undefined;
    readonly selector: LabelSelector;
    readonly template: PodTemplate;
    readonly minReadySeconds?: number | undefined;
    readonly revisionHistoryLimit?: number | undefined;
  };
}

export type IntOrString = number | string;

interface RollingUpdate {
  readonly maxSurge?: IntOrString | undefined;
  readonly maxUnavailable?: IntOrString | undefined;
  readonly partition?: number | undefined;
}

export interface ReplicaCounts {
  readonly observedGeneration?: number | undefined;
  readonly replicas?: number | undefined;
  readonly readyReplicas?: number | undefined;
  readonly availableReplicas?: number | undefined;
  readonly updatedReplicas?: number | undefined;
  readonly unavailableReplicas?: number | undefined;
  readonly terminatingReplicas?: number | undefined;
  readonly fullyLabeledReplicas?: number | undefined;
  readonly conditions?: readonly Condition[] | undefined;
}

export interface Deployment extends Workload {
  readonly spec: Workload['spec'] & {
    readonly paused?: boolean | undefined;
    readonly progressDeadlineSeconds?: number | undefined;
    readonly strategy?:
      | { readonly type?: string | undefined; readonly rollingUpdate?: RollingUpdate | undefined }
      | undefined;
  };
  readonly status?: ReplicaCounts | undefined;
}

export interface ReplicaSet extends Workload {
  readonly status?: ReplicaCounts | undefined;
}

export interface ReplicationController extends KubeObject {
  readonly spec: { readonly replicas?: number; readonly selector?: StringMap; readonly template: PodTemplate };
  readonly status?: ReplicaCounts | undefined;
}

export interface StatefulSet extends Workload {
  readonly spec: Workload['spec'] & {
    readonly serviceName?: string | undefined;
    readonly podManagementPolicy?: string | undefined;
    readonly updateStrategy?:
      | { readonly type?: string; readonly rollingUpdate?: RollingUpdate | undefined }
      | undefined;
    readonly volumeClaimTemplates?: readonly PersistentVolumeClaim[] | undefined;
    readonly ordinals?: { readonly start?: number } | undefined;
  };
  readonly status?:
    | (ReplicaCounts & {
        readonly currentReplicas?: number | undefined;
        readonly currentRevision?: string | undefined;
        readonly updateRevision?: string | undefined;
      })
    | undefined;
}

export interface DaemonSet extends KubeObject {
  readonly spec: Workload['spec'] & {
    readonly updateStrategy?:
      | { readonly type?: string; readonly rollingUpdate?: RollingUpdate | undefined }
      | undefined;
  };
  readonly status?:
    | {
        readonly observedGeneration?: number | undefined;
        readonly desiredNumberScheduled: number;
        readonly currentNumberScheduled: number;
        readonly numberMisscheduled: number;
        readonly numberReady: number;
        readonly updatedNumberScheduled?: number | undefined;
        readonly numberAvailable?: number | undefined;
        readonly numberUnavailable?: number | undefined;
      }
    | undefined;
}

export interface ControllerRevision extends KubeObject {
  readonly data: object;
  readonly revision: number;
}

export interface Job extends KubeObject {
  readonly spec: {
    readonly parallelism?: number | undefined;
    readonly completions?: number | undefined;
    readonly backoffLimit?: number | undefined;
    readonly suspend?: boolean | undefined;
    readonly selector?: LabelSelector | undefined;
    readonly template: PodTemplate;
    readonly ttlSecondsAfterFinished?: number | undefined;
  };
  readonly status?:
    | {
        readonly active?: number | undefined;
        readonly ready?: number | undefined;
        readonly succeeded?: number | undefined;
        readonly failed?: number | undefined;
        readonly terminating?: number | undefined;
        readonly startTime?: string | undefined;
        readonly completionTime?: string | undefined;
        readonly conditions?: readonly Condition[] | undefined;
      }
    | undefined;
}

export interface CronJob extends KubeObject {
  readonly spec: {
    readonly schedule: string;
    readonly timeZone?: string | undefined;
    readonly concurrencyPolicy?: string | undefined;
    readonly suspend?: boolean | undefined;
    readonly startingDeadlineSeconds?: number | undefined;
    readonly successfulJobsHistoryLimit?: number | undefined;
    readonly failedJobsHistoryLimit?: number | undefined;
    readonly jobTemplate: {
      readonly metadata?:
        | { readonly labels?: StringMap | undefined; readonly annotations?: StringMap | undefined }
        | undefined;
      readonly spec: Job['spec'];
    };
  };
  readonly status?:
    | {
        readonly active?: readonly object[] | undefined;
        readonly lastScheduleTime?: string | undefined;
        readonly lastSuccessfulTime?: string | undefined;
      }
    | undefined;
}

export interface PodDisruptionBudget extends KubeObject {
  readonly spec: {
    readonly minAvailable?: IntOrString | undefined;
    readonly maxUnavailable?: IntOrString | undefined;
    readonly selector?: LabelSelector | undefined;
    readonly unhealthyPodEvictionPolicy?: string | undefined;
  };
  readonly status: {
    readonly observedGeneration?: number | undefined;
    readonly disruptionsAllowed: number;
    readonly currentHealthy: number;
    readonly desiredHealthy: number;
    readonly expectedPods: number;
    readonly disruptedPods?: StringMap | undefined;
    readonly conditions?: readonly Condition[] | undefined;
  };
}
