import type { GroupFacts } from '../domain/group.ts';

/** The calls to Auto Scaling that we make. Every method throws the TaskErrors of shared/runtime/errors.ts. */
export interface Groups {
  /** The group of each instance; an instance that is in none is left out. */
  groupsOf(instanceIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
  describe(names: readonly string[]): Promise<ReadonlyMap<string, GroupFacts>>;
  setDesired(name: string, desired: number): Promise<'Set' | 'AtMaximum' | 'Busy'>;
  /** Ends the instance through its group; `Gone` when the group does not know it any more. */
  terminate(instanceId: string, decrement: boolean): Promise<'Terminating' | 'Gone'>;
  /** Why the latest launches failed, since this moment (epoch milliseconds); empty when none did. */
  failedLaunches(name: string, since: number): Promise<readonly string[]>;
}
