/** What the workflows need to know of an Auto Scaling group. */
export interface GroupFacts {
  readonly name: string;
  readonly desired: number;
  readonly max: number;
  readonly min: number;
  readonly suspended: readonly string[];
  readonly capacityRebalance: boolean;
  /** Owned by EKS as the group of a managed node group: its tag `eks:nodegroup-name`. */
  readonly managedNodeGroup: boolean;
  /** The clusters of its tags `kubernetes.io/cluster/<name>`. */
  readonly clusterTags: readonly string[];
  readonly instances: readonly GroupInstance[];
}

interface GroupInstance {
  readonly instanceId: string;
  /** As Auto Scaling names it: `Pending`, `InService`, `Terminating:Wait`, … */
  readonly lifecycleState: string;
  readonly protectedFromScaleIn: boolean;
}
