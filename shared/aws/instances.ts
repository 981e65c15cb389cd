import type { InstanceFacts } from '../domain/instance.ts';

export interface Instances {
  /** Those of the instances that EC2 knows. */
  describe(instanceIds: readonly string[]): Promise<ReadonlyMap<string, InstanceFacts>>;
}
