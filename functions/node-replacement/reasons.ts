import { type Reason as AnyReason, reasonMaker } from '../../shared/workflow/reasons.ts';

/** Every reason code of the workflow, with the sentence that a person reads in the log, the output, Slack and kubectl. */
export const reasons = {
  // Why nothing is done, or somebody else does it.
  InstanceGone: 'the instance has ended already',
  NodeGone: 'the cluster has no node for the instance',
  JoinedOtherExecution: 'another execution works on this instance',
  HolderDied: 'the execution that worked on this instance ended and did not put back what it had changed',
  PolicyIgnores: 'the policy of this node group says to ignore this event',
  PolicyNotifies: 'the policy of this node group says to report this event only',
  Paused: 'eks-steward is paused',
  OwnedByManagedNodeGroup: 'EKS replaces the nodes of its managed node groups itself',
  OwnedByKarpenter: 'Karpenter replaces its nodes itself',
  OwnedByAutoMode: 'EKS Auto Mode replaces its nodes itself',
  OwnedByClusterAutoscaler: 'Cluster Autoscaler is removing this node',
  NotInGroup: 'the instance belongs to no Auto Scaling group',
  ProtectedFromScaleIn: 'the instance is protected from scale-in',
  UncordonedByOthers: 'somebody uncordoned the node during the drain',
  // Why it was done this way.
  InterruptionDeadline: 'EC2 takes the instance away at the deadline',
  ReplacementRequested: 'the desired capacity of the group was raised for new instances',
  ReplacementReady: 'the new node is Ready',
  ReplacementByGroup: 'the group launches the new instance when the old one has ended',
  GroupRebalances: 'Capacity Rebalancing of the group launches the new instance',
  GroupAtMaximum: 'the maximum size of the group leaves no room, and eks-steward does not change it',
  LaunchSuspended: 'launching is suspended in the group',
  LaunchFailed: 'the group could not launch a new instance',
  ReplacementNotReady: 'the new node did not become Ready in time',
  GroupBusy: 'another execution is changing the size of the group',
  ReplacementKept: 'new instances that run pods already were kept, so the group stays larger',
  // Why a drain takes its time.
  BudgetHolds: 'a PodDisruptionBudget allows no disruption now',
  BudgetNotObserved: 'the disruption controller has not processed a PodDisruptionBudget yet',
  SeveralBudgets: 'more than one PodDisruptionBudget selects the pod, so the API server refuses every eviction',
  EvictionDenied: 'the eviction was refused',
  EvictionUnanswered: 'the API server was too busy for the eviction, or could not be reached, and is asked again',
  NamespaceTerminating: 'the namespace of the pod is being deleted',
  PodTerminating: 'the pod is using its grace period',
  PodDoesNotEnd: 'the pod is still there after its grace period',
  PodUnmanaged: 'nothing would recreate the pod',
  PodProtected: 'the pod asks not to be disrupted',
  PodBelongsToNode: 'DaemonSet and mirror pods stay with their node',
  CriticalWaits: 'critical pods are evicted last',
  ForceDeleteDenied:
    'policy allows force deletes and the cluster does not: pods that are still held end with their instance',
  ForceDeleted: 'the pod was force deleted, as policy allows before a deadline',
  GraceShortened: 'the pod got a shorter grace period, to end before the deadline',
  VolumesAttached: 'volumes of evicted pods are still attached',
  DeadlineReached: 'the deadline came before the drain had ended',
  DrainTimedOut: 'the drain did not end within its timeout',
  // How it ended.
  InstanceTerminated: 'the instance was terminated in its group',
  NodeLeft: 'the Node object is still there although its instance has ended',
  ReplacementPending: 'the replacement is not complete yet',
  LeftOut: 'from here on a report holds no more reasons',
  RolledBack: 'what the run had changed was put back',
} as const;

export type ReasonCode = keyof typeof reasons;
export type Reason = AnyReason<ReasonCode>;
/** A reason with its sentence; `detail` adds what only the moment knows, such as a webhook's name. */
export const because = reasonMaker(reasons);
