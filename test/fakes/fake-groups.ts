import type { Groups } from '../../shared/aws/groups.ts';
import type { GroupFacts } from '../../shared/domain/group.ts';

export interface FakeGroups extends Groups {
  readonly byName: Map<string, GroupFacts>;
  failures: string[];
  readonly calls: string[];
}

/** Auto Scaling groups in memory: sizes are kept within their bounds, and an instance ends as it is told to. */
export function fakeGroups(groups: readonly GroupFacts[]): FakeGroups {
  const byName = new Map(groups.map((group) => [group.name, group]));
  const fake: FakeGroups = {
    byName,
    failures: [],
    calls: [],
    async groupsOf(ids) {
      const found = [...byName.values()].flatMap(({ name, instances }) =>
        instances.map(({ instanceId }) => [instanceId, name] as const),
      );
      return new Map(found.filter(([id]) => ids.includes(id)));
    },
    async describe(names) {
      return new Map([...byName].filter(([name]) => names.includes(name)));
    },
    async setDesired(name, desired) {
      fake.calls.push(`setDesired ${name} ${desired}`);
      const group = byName.get(name);
      if (!group || desired > group.max) return 'AtMaximum';
      byName.set(name, { ...group, desired });
      return 'Set';
    },
    async terminate(instanceId, decrement) {
      fake.calls.push(`terminate ${instanceId} ${decrement ? 'with' : 'without'} decrement`);
      const group = [...byName.values()].find(({ instances }) =>
        instances.some((instance) => instance.instanceId === instanceId),
      );
      if (!group) return 'Gone';
      const instances = group.instances.map((instance) =>
        instance.instanceId === instanceId ? { ...instance, lifecycleState: 'Terminating' } : instance,
      );
      byName.set(group.name, { ...group, desired: group.desired - (decrement ? 1 : 0), instances });
      return 'Terminating';
    },
    async failedLaunches() {
      return fake.failures;
    },
  };
  return fake;
}
