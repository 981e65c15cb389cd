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
  readonly instances: readonly GroupInstance[];
}

export interface GroupInstance {
  readonly instanceId: string;
  /** As Auto Scaling names it: `Pending`, `InService`, `Terminating:Wait`, … */
  readonly lifecycleState: string;
  readonly protectedFromScaleIn: boolean;
}

/** The calls to Auto Scaling that we make. Every method throws the TaskErrors of shared/errors.ts. */
export interface Groups {
  /** The group of each instance; an instance that is in none is left out. At most 50 ids a call. */
  groupsOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  describe(names: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>>;
  setDesired(name: string, desired: number): Promise<'Set' | 'AtMaximum' | 'Busy'>;
  /** Ends the instance through its group; `Gone` when the group does not know it any more. */
  terminate(instanceId: string, decrement: boolean): Promise<'Terminating' | 'Gone'>;
  /** Why the latest launches failed, since this moment (epoch milliseconds); empty when none did. */
  failedLaunches(name: string, since: number): Promise<readonly string[]>;
}
