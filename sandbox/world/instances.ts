import type { Taint } from '../kubernetes/types/objects.ts';

/** What becomes of an interrupted instance. */
export type InterruptionAction = 'terminate' | 'stop' | 'hibernate';

/** How launches of a group fail until the rule is used up. */
export interface LaunchFailure {
  /** Only in this zone; everywhere by default. */
  readonly zone?: string;
  /** Such as `InsufficientInstanceCapacity`. */
  readonly code: string;
  readonly message: string;
  /** How many launches fail; all by default. */
  readonly times?: number;
}

/** How an instance becomes a node; what a real one reads from its user data. */
export interface NodeConfig {
  /** Milliseconds from the launch to the registration of the Node. */
  readonly joinsAfter: number;
  /** Milliseconds from the registration to Ready. */
  readonly readyAfter: number;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly Taint[];
  /** Kubernetes quantities that differ from those of an m5.xlarge. */
  readonly capacity?: Readonly<Record<string, string>>;
}
