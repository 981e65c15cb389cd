import type { Labels } from './label-selector.ts';

interface Taint {
  readonly key: string;
  readonly value?: string;
  readonly effect: string;
  readonly timeAdded?: string;
}

/** What the workflows need to know of a Kubernetes Node. */
export interface NodeFacts {
  readonly name: string;
  readonly uid: string;
  readonly resourceVersion: string;
  /** Epoch milliseconds. */
  readonly createdAt: number;
  readonly instanceId: string | undefined;
  readonly unschedulable: boolean;
  readonly ready: boolean;
  readonly taints: readonly Taint[];
  readonly labels: Labels;
  readonly annotations: Labels;
}

/** One object of a cluster by the identity that cannot be reused. */
export interface ObjectId {
  readonly namespace: string;
  readonly name: string;
  readonly uid: string;
}

/** The part of a Node that we ever write. A value of null removes a label or an annotation. */
export interface NodeChange {
  readonly unschedulable?: boolean;
  readonly taints?: readonly Taint[];
  readonly labels?: Readonly<Record<string, string | null>>;
  readonly annotations?: Readonly<Record<string, string | null>>;
}
