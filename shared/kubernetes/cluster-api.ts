import type { BudgetFacts } from '../domain/budget.ts';
import type { NodeFacts, ObjectId, Taint } from '../domain/node.ts';
import type { PodFacts } from '../domain/pod.ts';

/** A rule of RBAC that we need, as in `{ verb: 'create', group: '', resource: 'pods/eviction' }`. */
export interface Right {
  readonly verb: string;
  readonly group: string;
  readonly resource: string;
}

/** The part of a Node that we ever write. A value of null removes a label or an annotation. */
export interface NodeChange {
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}

/** What the API server says to an eviction; source: kubernetes pkg/registry/core/pod/storage/eviction.go. */
export type EvictionAnswer =
  | { readonly kind: 'Evicted' }
  /** 404, or 409 on the UID: the pod that was meant is gone. */
  | { readonly kind: 'Gone' }
  | { readonly kind: 'BudgetHolds'; readonly message: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'BudgetNotObserved'; readonly message: string; readonly retryAfterSeconds?: number }
  | { readonly kind: 'SeveralBudgets'; readonly message: string }
  | { readonly kind: 'NamespaceTerminating'; readonly message: string }
  /** An admission webhook or policy refused, or we may not. */
  | { readonly kind: 'Denied'; readonly message: string }
  /** Throttled, timed out or broken off: ask again later. */
  | { readonly kind: 'Unavailable'; readonly message: string };

export interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * The verbs of the Kubernetes API that we use. The adapter and the in-memory cluster of the tests pass the same suite.
 * Every method throws the TaskErrors of shared/errors.ts.
 */
export interface ClusterApi {
  /** Those of the given rights that our identity lacks. One SelfSubjectRulesReview. */
  missingRights(needed: readonly Right[]): Promise<Right[]>;
  getNode(name: string): Promise<NodeFacts | undefined>;
  listNodes(): Promise<NodeFacts[]>;
  /** Writes with the node's UID and resourceVersion as preconditions. */
  changeNode(node: NodeFacts, change: NodeChange): Promise<'Changed' | 'Conflict' | 'Gone'>;
  /** The pods bound to these nodes. */
  listPods(nodeNames: readonly string[]): Promise<PodFacts[]>;
  listBudgets(): Promise<BudgetFacts[]>;
  /** Evicts the pod with this UID. */
  evict(pod: ObjectId, gracePeriodSeconds?: number): Promise<EvictionAnswer>;
  /** Deletes the pod with this UID past its budgets; `Evicted` then means that the deletion was accepted. */
  deletePod(pod: ObjectId, gracePeriodSeconds: number): Promise<EvictionAnswer>;
  /** How many volumes are attached to each of these nodes; nodes without any are left out. */
  countVolumes(nodeNames: readonly string[]): Promise<ReadonlyMap<string, number>>;
  /** Adds a Kubernetes event; failing to do so never fails the work. */
  recordEvent(about: ObjectId & { readonly kind: 'Node' | 'Pod' }, text: EventText): Promise<void>;
}
