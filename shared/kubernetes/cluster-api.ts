import type { AdmissionPolicyFacts } from '../domain/admission-policy.ts';
import type { BudgetFacts } from '../domain/budget.ts';
import type { EvictionAnswer } from '../domain/eviction.ts';
import type { NodeChange, NodeFacts, ObjectId } from '../domain/node.ts';
import type { PodFacts } from '../domain/pod.ts';
import type { Right } from '../domain/right.ts';

interface EventText {
  readonly type: 'Normal' | 'Warning';
  readonly reason: string;
  readonly message: string;
}

/**
 * The verbs of the Kubernetes API that we use. The adapter and the in-memory cluster of the tests pass the same suite.
 * Every method throws the TaskErrors of shared/runtime/errors.ts.
 */
export interface ClusterApi {
  /** Those of the given rights that our identity lacks. One SelfSubjectRulesReview. */
  missingRights(needed: readonly Right[]): Promise<Right[]>;
  /** Every right that our identity has on resources of all namespaces; `*` stands for any verb, group or resource. */
  rights(): Promise<Right[]>;
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

/** What `check` reads besides; a client of its own, so that no other function carries it. */
export interface InspectedCluster extends ClusterApi {
  /** The admission policies whose names begin so. */
  listAdmissionPolicies(prefix: string): Promise<AdmissionPolicyFacts[]>;
}
