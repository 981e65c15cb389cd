import type { Case } from '../../../shared/domain/case.ts';
import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { Owner } from '../../../shared/domain/owner.ts';
import {
  because,
  type Cause,
  interruptions,
  type Outcome,
  ownCause,
  type Reason,
  type ReasonCode,
  type Target,
} from '../contract.ts';
import type { NodePolicy } from './policy.ts';

/** What an execution's input and the case say of one instance. Times are epoch milliseconds. */
export interface Known {
  readonly instanceId: string;
  readonly cause: Cause;
  readonly interrupted: boolean;
  /** When EC2 takes the instance; null for voluntary causes. */
  readonly endsAt: number | null;
}

/** Everything that is known of one instance when its execution begins. */
export interface Situation extends Known {
  readonly now: number;
  readonly node: NodeFacts | undefined;
  readonly group: GroupFacts | undefined;
  readonly policy: NodePolicy;
  readonly actOn: readonly Owner[];
}

export type Assessment =
  | { readonly kind: 'Act'; readonly target: Target; readonly reasons: readonly Reason[] }
  | { readonly kind: 'HandOver' | 'Nothing'; readonly reasons: readonly Reason[] };

const owned: Record<Owner, ReasonCode> = {
  'managed-node-group': 'OwnedByManagedNodeGroup',
  karpenter: 'OwnedByKarpenter',
  'auto-mode': 'OwnedByAutoMode',
  'cluster-autoscaler': 'OwnedByClusterAutoscaler',
};

/** What is known of an instance: what its open case says is at least as urgent as what started this execution. */
export function knownOf(
  instanceId: string,
  cause: Cause,
  told: { readonly endsAt?: number | undefined } | undefined,
  open: Case | undefined,
): Known {
  const joined = open?.state === 'Open' ? open : undefined;
  const ends = [told?.endsAt, joined?.endsAt ?? undefined].filter((end) => end !== undefined);
  return {
    instanceId,
    cause: joined?.interrupted ? ownCause(joined.cause, cause) : cause,
    interrupted: joined?.interrupted === true || interruptions.includes(cause),
    endsAt: ends.length > 0 ? Math.min(...ends) : null,
  };
}

/** Decides whether we act on an instance, and how. */
export function assessTarget(situation: Situation): Assessment {
  const { node, policy, instanceId } = situation;
  if (!node) return { kind: 'Nothing', reasons: [because('NodeGone', instanceId)] };
  const owner = ownerOf(node, situation.group);
  if (owner !== undefined && !situation.actOn.includes(owner)) {
    return { kind: 'HandOver', reasons: [because(owned[owner], node.name)] };
  }
  if (policy.action === 'Notify') return { kind: 'HandOver', reasons: [because('PolicyNotifies', node.name)] };
  if (policy.action === 'Ignore') return { kind: 'Nothing', reasons: [because('PolicyIgnores', node.name)] };
  const obstacle = situation.interrupted ? undefined : voluntaryObstacle(situation);
  if (obstacle) return { kind: 'Nothing', reasons: [obstacle] };
  return { kind: 'Act', target: targetOf(situation, node), reasons: whyLikeThis(situation, node) };
}

/** How an execution ends that acts on nothing. */
export function idleOutcome(assessments: readonly Assessment[]): Outcome {
  return assessments.some(({ kind }) => kind === 'HandOver') ? 'HandedOver' : 'NothingToDo';
}

/** Who else replaces this node. Signals: reference of each owner, listed in docs/workflows/node-replacement.md. */
function ownerOf(node: NodeFacts, group: GroupFacts | undefined): Owner | undefined {
  if (node.labels['eks.amazonaws.com/compute-type'] === 'auto') return 'auto-mode';
  if (node.labels['karpenter.sh/nodepool'] !== undefined || hasTaint(node, 'karpenter.sh/disrupted'))
    return 'karpenter';
  if (node.labels['eks.amazonaws.com/nodegroup'] !== undefined || group?.managedNodeGroup) return 'managed-node-group';
  return hasTaint(node, 'ToBeDeletedByClusterAutoscaler') ? 'cluster-autoscaler' : undefined;
}

function hasTaint(node: NodeFacts, key: string): boolean {
  return node.taints.some((taint) => taint.key === key);
}

/** What stops a person's or a recommendation's wish, but never an interruption. */
function voluntaryObstacle({ group, instanceId }: Situation): Reason | undefined {
  if (!group) return because('NotInGroup', instanceId);
  const member = group.instances.find((instance) => instance.instanceId === instanceId);
  if (member?.protectedFromScaleIn) return because('ProtectedFromScaleIn', instanceId, `in group ${group.name}`);
  return undefined;
}

function targetOf(situation: Situation, node: NodeFacts): Target {
  const { now, endsAt, policy, interrupted, group } = situation;
  // The drain's own time begins when its replacement is up.
  const launching = policy.replacement === 'BeforeDrain' ? policy.replacementTimeout : 0;
  const end = interrupted && endsAt !== null ? endsAt - policy.finishBefore : now + launching + policy.drainTimeout;
  return {
    instanceId: situation.instanceId,
    nodeName: node.name,
    nodeUid: node.uid,
    group: group?.name ?? null,
    cause: situation.cause,
    interrupted,
    drainBy: Math.max(now, end),
    // A group with Capacity Rebalancing launches for a recommendation and an interruption by itself.
    replacement: !group || group.capacityRebalance ? 'ByGroup' : policy.replacement,
  };
}

function whyLikeThis(situation: Situation, node: NodeFacts): Reason[] {
  const reasons: Reason[] = [];
  if (situation.interrupted) reasons.push(because('InterruptionDeadline', node.name));
  if (!situation.group) reasons.push(because('NotInGroup', situation.instanceId));
  else if (situation.group.capacityRebalance) reasons.push(because('GroupRebalances', situation.group.name));
  else if (situation.policy.replacement === 'ByGroup')
    reasons.push(because('ReplacementByGroup', situation.group.name));
  return reasons;
}
