import type { BudgetFacts } from '../domain/budget.ts';
import { instanceOfProviderId } from '../domain/instance-id.ts';
import type { LabelSelector } from '../domain/label-selector.ts';
import type { NodeFacts, Taint } from '../domain/node.ts';
import type { PodFacts } from '../domain/pod.ts';

interface Metadata {
  readonly name?: string;
  readonly namespace?: string;
  readonly uid?: string;
  readonly resourceVersion?: string;
  readonly generation?: number;
  readonly creationTimestamp?: string;
  readonly deletionTimestamp?: string;
  readonly labels?: Record<string, string>;
  readonly annotations?: Record<string, string>;
  readonly ownerReferences?: readonly { readonly kind: string; readonly controller?: boolean }[];
}

interface Condition {
  readonly type: string;
  readonly status: string;
}

/** The parts of the wire's JSON that we read; times are RFC 3339 text there. */
export interface WireNode {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly providerID?: string;
    readonly unschedulable?: boolean;
    readonly taints?: readonly Taint[];
  };
  readonly status?: { readonly conditions?: readonly Condition[] };
}

export interface WirePod {
  readonly metadata?: Metadata;
  readonly spec?: {
    readonly nodeName?: string;
    readonly priorityClassName?: string;
    readonly terminationGracePeriodSeconds?: number;
    readonly volumes?: readonly { readonly persistentVolumeClaim?: { readonly claimName: string } }[];
  };
  readonly status?: { readonly phase?: string; readonly conditions?: readonly Condition[] };
}

export interface WireBudget {
  readonly metadata?: Metadata;
  readonly spec?: { readonly selector?: LabelSelector; readonly unhealthyPodEvictionPolicy?: string };
  readonly status?: {
    readonly disruptionsAllowed?: number;
    readonly currentHealthy?: number;
    readonly desiredHealthy?: number;
    readonly observedGeneration?: number;
  };
}

export function nodeFacts({ metadata = {}, spec = {}, status = {} }: WireNode): NodeFacts {
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: Date.parse(metadata.creationTimestamp ?? ''),
    instanceId: instanceOfProviderId(spec.providerID),
    unschedulable: spec.unschedulable === true,
    ready: isTrue(status.conditions, 'Ready'),
    taints: spec.taints ?? [],
    labels: metadata.labels ?? {},
    annotations: metadata.annotations ?? {},
  };
}

const criticalClasses = ['system-cluster-critical', 'system-node-critical'];

export function podFacts({ metadata = {}, spec = {}, status = {} }: WirePod): PodFacts {
  const annotations = metadata.annotations ?? {};
  const { deletionTimestamp } = metadata;
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    nodeName: spec.nodeName ?? '',
    labels: metadata.labels ?? {},
    annotations,
    phase: status.phase ?? 'Unknown',
    ready: isTrue(status.conditions, 'Ready'),
    controllerKind: metadata.ownerReferences?.find(({ controller }) => controller)?.kind,
    mirror: annotations['kubernetes.io/config.mirror'] !== undefined,
    critical: criticalClasses.includes(spec.priorityClassName ?? ''),
    // The API server fills it in, 30 s by default (core/v1 PodSpec).
    gracePeriodSeconds: spec.terminationGracePeriodSeconds ?? 30,
    deletionDeadline: deletionTimestamp === undefined ? undefined : Date.parse(deletionTimestamp),
    claims: (spec.volumes ?? []).flatMap((volume) => volume.persistentVolumeClaim?.claimName ?? []),
  };
}

export function budgetFacts({ metadata = {}, spec = {}, status = {} }: WireBudget): BudgetFacts {
  return {
    namespace: metadata.namespace ?? '',
    name: metadata.name ?? '',
    selector: spec.selector,
    disruptionsAllowed: status.disruptionsAllowed ?? 0,
    currentHealthy: status.currentHealthy ?? 0,
    desiredHealthy: status.desiredHealthy ?? 0,
    observed: (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    unhealthyPods: spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' ? 'AlwaysAllow' : 'IfHealthyBudget',
  };
}

function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
