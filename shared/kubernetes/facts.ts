import type { V1LabelSelector } from '@kubernetes/client-node/dist/gen/models/V1LabelSelector.js';
import type { V1Node } from '@kubernetes/client-node/dist/gen/models/V1Node.js';
import type { V1Pod } from '@kubernetes/client-node/dist/gen/models/V1Pod.js';
import type { V1PodDisruptionBudget } from '@kubernetes/client-node/dist/gen/models/V1PodDisruptionBudget.js';
import type { BudgetFacts } from '../domain/budget.ts';
import { instanceOfProviderId } from '../domain/instance-id.ts';
import type { LabelSelector } from '../domain/label-selector.ts';
import type { NodeFacts } from '../domain/node.ts';
import type { PodFacts } from '../domain/pod.ts';
import type { Wire } from './wire.ts';

export type WireNode = Wire<V1Node>;
export type WirePod = Wire<V1Pod>;
export type WireBudget = Wire<V1PodDisruptionBudget>;

export function nodeFacts({ metadata = {}, spec = {}, status = {} }: WireNode): NodeFacts {
  return {
    name: metadata.name ?? '',
    uid: metadata.uid ?? '',
    resourceVersion: metadata.resourceVersion ?? '',
    createdAt: Date.parse(metadata.creationTimestamp ?? ''),
    instanceId: instanceOfProviderId(spec.providerID),
    unschedulable: spec.unschedulable === true,
    ready: isTrue(status.conditions, 'Ready'),
    // A taint that is written back keeps the fields that we do not know.
    taints: (spec.taints ?? []).map((taint) => ({ key: '', effect: '', ...taint })),
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
    selector: spec.selector && labelSelector(spec.selector),
    disruptionsAllowed: status.disruptionsAllowed ?? 0,
    currentHealthy: status.currentHealthy ?? 0,
    desiredHealthy: status.desiredHealthy ?? 0,
    observed: (status.observedGeneration ?? 0) >= (metadata.generation ?? 0),
    unhealthyPods: spec.unhealthyPodEvictionPolicy === 'AlwaysAllow' ? 'AlwaysAllow' : 'IfHealthyBudget',
  };
}

/** A requirement without key or operator selects nothing, as one that Kubernetes does not know. */
function labelSelector({ matchExpressions, ...rest }: Wire<V1LabelSelector>): LabelSelector {
  const requirements = matchExpressions?.map((requirement) => ({ key: '', operator: '', ...requirement }));
  return { ...rest, ...(requirements && { matchExpressions: requirements }) };
}

interface Condition {
  readonly type?: string;
  readonly status?: string;
}

function isTrue(conditions: readonly Condition[] | undefined, type: string): boolean {
  return conditions?.some((condition) => condition.type === type && condition.status === 'True') ?? false;
}
