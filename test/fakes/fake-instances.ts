import type { Instances } from '../../shared/aws/instances.ts';
import type { InstanceFacts } from '../../shared/domain/instance.ts';

export interface FakeInstances extends Instances {
  readonly byId: Map<string, InstanceFacts>;
}

/** EC2's instances in memory. */
export function fakeInstances(instances: readonly InstanceFacts[]): FakeInstances {
  const byId = new Map(instances.map((instance) => [instance.instanceId, instance]));
  return { byId, describe: async (ids) => new Map([...byId].filter(([id]) => ids.includes(id))) };
}
