import type { Labels } from './label-selector.ts';
import type { ObjectId } from './node.ts';

/** What the drain planner needs to know of a Pod. Times are epoch milliseconds. */
export interface PodFacts extends ObjectId {
  readonly nodeName: string;
  readonly labels: Labels;
  readonly annotations: Labels;
  readonly phase: string;
  readonly ready: boolean;
  /** Kind of the controlling owner, such as `ReplicaSet`; undefined for a pod that nothing would recreate. */
  readonly controllerKind: string | undefined;
  readonly mirror: boolean;
  readonly critical: boolean;
  readonly gracePeriodSeconds: number;
  /** When the API server lets the pod go at the latest: deletionTimestamp, which includes the grace period. */
  readonly deletionDeadline: number | undefined;
  readonly claims: readonly string[];
}
