import type { GroupFacts } from '../../../shared/domain/group.ts';
import type { NodeFacts } from '../../../shared/domain/node.ts';
import type { Owner } from '../../../shared/domain/owner.ts';
import { because, type Cause, type Reason, type ReasonCode, type Target } from '../contract.ts';
import type { CausePolicy } from './cause-policy.ts';

/** Everything that is known of one instance when its execution begins. Times are epoch milliseconds. */
export interface Situation {
  readonly now: number;
  readonly instanceId: string;
  readonly cause: Cause;
  readonly forced: boolean;
  /** When EC2 takes the instance; null for voluntary causes. */
  readonly deadline: number | null;
  readonly node: NodeFacts | undefined;
  readonly group: GroupFacts | undefined;
  readonly policy: CausePolicy;
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
  const obstacle = situation.forced ? undefined : voluntaryObstacle(situation);
  if (obstacle) return { kind: 'Nothing', reasons: [obstacle] };
  return { kind: 'Act', target: targetOf(situation, node), reasons: whyLikeThis(situation, node) };
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
  const { now, deadline, policy, forced, group } = situation;
  // The drain's own time begins when its replacement is up.
  const launching = policy.replacement === 'BeforeDrain' ? policy.replacementTimeout : 0;
  const end = forced && deadline !== null ? deadline - policy.finishBefore : now + launching + policy.drainTimeout;
  return {
    instanceId: situation.instanceId,
    nodeName: node.name,
    nodeUid: node.uid,
    group: group?.name ?? null,
    cause: situation.cause,
    forced,
    drainBy: Math.max(now, end),
    // A group with Capacity Rebalancing launches for a recommendation and an interruption by itself.
    replacement: !group || group.capacityRebalance ? 'ByGroup' : policy.replacement,
  };
}

function whyLikeThis(situation: Situation, node: NodeFacts): Reason[] {
  const reasons: Reason[] = [];
  if (situation.forced) reasons.push(because('InterruptionDeadline', node.name));
  if (!situation.group) reasons.push(because('NotInGroup', situation.instanceId));
  else if (situation.group.capacityRebalance) reasons.push(because('GroupRebalances', situation.group.name));
  else if (situation.policy.replacement === 'ByGroup')
    reasons.push(because('ReplacementByGroup', situation.group.name));
  return reasons;
}
